import { createHash } from 'node:crypto';
import * as z from 'zod';

/** Ids with only zeros but a digit or two pass as UUIDs in careless code; a clinic must never be found by one. */
const nilLike = /^0{8}-0{4}-0{4}-0{4}-|^[0-9a-f]{8}-0{4}-0{4}-0{4}-/;

const randomUuid = z.uuidv4('must be a random UUID (version 4)').refine((id) => !nilLike.test(id), {
  message: 'must be a random UUID, not a nil-like placeholder',
});

/** The tenant. A random UUID v4; every store call and key starts with it. */
export const ClinicId = randomUuid.brand('ClinicId');
export type ClinicId = z.infer<typeof ClinicId>;

/** Somebody who signs in: the `sub` of the identity provider, which promises the shape of a UUID but no version. */
export const UserId = z.guid().toLowerCase().brand('UserId');
export type UserId = z.infer<typeof UserId>;

/** A person who treats, within one clinic. */
export const ProviderId = randomUuid.brand('ProviderId');
export type ProviderId = z.infer<typeof ProviderId>;

/** A room or chair, within one clinic. */
export const OperatoryId = randomUuid.brand('OperatoryId');
export type OperatoryId = z.infer<typeof OperatoryId>;

/** A kind of appointment, within one clinic. */
export const AppointmentTypeId = randomUuid.brand('AppointmentTypeId');
export type AppointmentTypeId = z.infer<typeof AppointmentTypeId>;

/** A person treated by one clinic; the same human in two clinics is two patients. */
export const PatientId = randomUuid.brand('PatientId');
export type PatientId = z.infer<typeof PatientId>;

export const AppointmentId = randomUuid.brand('AppointmentId');
export type AppointmentId = z.infer<typeof AppointmentId>;

/** A call of ours to a patient, named before any vendor is asked for it. */
export const OutboundCallId = randomUuid.brand('OutboundCallId');
export type OutboundCallId = z.infer<typeof OutboundCallId>;

export const WaitlistEntryId = randomUuid.brand('WaitlistEntryId');
export type WaitlistEntryId = z.infer<typeof WaitlistEntryId>;

/**
 * A random-looking UUID (version 4) that is always the same for the same parts, so that whoever tries again writes the
 * same item instead of a second one.
 */
export function derivedUuid(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x40;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/**
 * One interaction on one channel, named after the vendor's own id, so that every component computes the same id:
 * `retell_<call_id>`, `retell_<chat_id>`, `twilio_<CallSid>`. Where no vendor names it, after whom we write with:
 * `sms_<who>_<day>`, `whatsapp_<who>_<day>`, `web_<uuid>`. At most 128 of `A-Z a-z 0-9 _ -`.
 */
export const ConversationId = z
  .string()
  .regex(/^(retell|twilio|web|sms|whatsapp)_[A-Za-z0-9_-]{1,120}$/, 'must be a conversation id such as retell_call_…')
  .brand('ConversationId');
export type ConversationId = z.infer<typeof ConversationId>;

/** The conversation of a Twilio call. @throws ZodError when it is no `CA…` sid. */
export const twilioConversationId = (callSid: string): ConversationId =>
  ConversationId.parse(`twilio_${/^CA[0-9a-f]{32}$/.test(callSid) ? callSid : '!'}`);

/** The conversation of a Retell call or chat. @throws ZodError when the vendor's id holds anything but word characters. */
export const retellConversationId = (callOrChatId: string): ConversationId =>
  ConversationId.parse(`retell_${callOrChatId}`);

/**
 * What a number writes to a clinic on one day. Once a conversation is over, what comes after it on the same day is the
 * next of that day: `n` counts from 1. The number itself cannot be read from it.
 */
export function writtenConversationId(
  channel: 'sms' | 'whatsapp',
  { clinicId, number, day, n }: { clinicId: ClinicId; number: string; day: string; n: number },
): ConversationId {
  const who = createHash('sha256')
    .update(JSON.stringify(['written', clinicId, number]))
    .digest('hex')
    .slice(0, 32);
  return ConversationId.parse(`${channel}_${who}_${day.replaceAll('-', '')}${n > 1 ? `_${n}` : ''}`);
}

/** The conversation of one visitor of a clinic's site. @throws ZodError when it is no UUID. */
export const webConversationId = (uuid: string): ConversationId =>
  ConversationId.parse(`web_${z.uuidv4().parse(uuid).replaceAll('-', '')}`);
