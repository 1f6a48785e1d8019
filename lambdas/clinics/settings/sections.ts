import * as z from 'zod';
import { Clinic } from '#domain/clinics/clinic.ts';
import { SchedulingSettings } from '#domain/clinics/practice/scheduling-settings.ts';
import { EmailContent, EmailSettings } from '#domain/clinics/settings/email-settings.ts';
import { OutboundSettings } from '#domain/clinics/settings/outbound-settings.ts';
import { RetentionSettings } from '#domain/clinics/settings/retention-settings.ts';
import { TextingSettings } from '#domain/clinics/settings/texting-settings.ts';
import { VoiceSettings } from '#domain/clinics/settings/voice-settings.ts';
import type { Path } from '../written-path.ts';
import { placed, valueAt } from './places.ts';

/** A part of a clinic that is read and replaced as one. */
export interface Section {
  /** What is sent, and answered. */
  body: z.ZodObject;
  /** Where each of its fields stands in the clinic. */
  fields: Readonly<Record<string, Path>>;
}

const { slug, name, address, phone, zone, languages, defaultLanguage, greeting } = Clinic.shape;
const { hours, emergencyNumbers, humanLine, emergencyLine } = Clinic.shape;
// Which account pays for messages is no matter of the clinic's people.
const { messagingServiceSid: _account, ...texting } = TextingSettings.shape;
// Caps against fraud are not for those to raise whose access was stolen.
const { callsPerDay: _daily, callsPerNumber: _each, ...outbound } = OutboundSettings.shape;
const { recipients: _recipients, ...email } = EmailSettings.shape;

const section = (shape: z.ZodRawShape, ...at: string[]): Section => ({
  body: z.strictObject(shape),
  fields: Object.fromEntries(Object.keys(shape).map((field) => [field, [...at, field]])),
});

export const sections: Readonly<Record<string, Section>> = {
  identity: section({ slug, name, address, phone, zone, languages, defaultLanguage, greeting }),
  hours: { body: z.strictObject({ weekly: hours }), fields: { weekly: ['hours'] } },
  lines: section({ emergencyNumbers, humanLine, emergencyLine }),
  scheduling: section(SchedulingSettings.shape, 'scheduling'),
  voice: section(VoiceSettings.shape, 'voice'),
  texting: section(texting, 'texting'),
  outbound: section(outbound, 'outbound'),
  email: section(email, 'email'),
  retention: section(RetentionSettings.shape, 'retention'),
};

/** That whoever changes what e-mails carry knows what leaves our hands; comes with such a change and is not kept. */
export const acknowledgement = { acknowledged: EmailContent.optional() };

export const readSection = ({ fields }: Section, clinic: Clinic): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([field, path]) => {
      const value = valueAt(clinic, path);
      return value === undefined ? [] : [[field, value]];
    }),
  );

/** The clinic with the section as it was sent: what it does not say is gone, or has its default. */
export const withSection = ({ fields }: Section, clinic: Clinic, body: Record<string, unknown>): unknown =>
  Object.entries(fields).reduce<unknown>(
    (changed, [field, path]) => placed(changed, path, Object.hasOwn(body, field) ? body[field] : undefined),
    clinic,
  );

/** Where a place of the clinic stands in the section as it is sent; nothing for places of other sections. */
export function inSection({ fields }: Section, path: Path): Path | undefined {
  for (const [field, at] of Object.entries(fields)) {
    if (at.every((part, index) => path[index] === part)) return [field, ...path.slice(at.length)];
  }
  return undefined;
}
