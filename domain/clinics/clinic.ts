import * as z from 'zod';
import { E164 } from '../e164.ts';
import { ClinicId } from '../ids.ts';
import { LanguageTag } from '../language.ts';
import { Agent } from './agent.ts';
import { Closure, closureName } from './hours/closure.ts';
import { WeeklyHours } from './hours/weekly-hours.ts';
import { Zone } from './hours/zone.ts';
import { ClinicNumber, HumanLine } from './numbers/clinic-number.ts';
import { oneLine } from './one-line.ts';
import { AppointmentType } from './practice/appointment-type.ts';
import { Operatory } from './practice/operatory.ts';
import { Provider } from './practice/provider.ts';
import { schedulingBreaches } from './practice/scheduling-rules.ts';
import { SchedulingSettings } from './practice/scheduling-settings.ts';
import { EmailSettings } from './settings/email-settings.ts';
import { OutboundSettings } from './settings/outbound-settings.ts';
import { RetentionSettings } from './settings/retention-settings.ts';
import { TextingSettings } from './settings/texting-settings.ts';
import { VoiceSettings } from './settings/voice-settings.ts';
import { always, listed } from './several-fields.ts';
import { Slug } from './slug.ts';

const clinicFields = z.strictObject({
  id: ClinicId,
  slug: Slug,
  name: oneLine(80),
  /** `closed`: it left, and is kept as long as its retention says. */
  status: z.enum(['active', 'inactive', 'suspended', 'closed']).default('active'),
  /** Of a closed clinic: until when what is kept of it is kept. */
  retainUntil: z.iso.date().optional(),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country code such as BJ'),
  zone: Zone,
  languages: z.array(LanguageTag).min(1),
  defaultLanguage: LanguageTag,
  address: oneLine(200),
  /** The number patients know; by default the first number the clinic answers on. */
  phone: E164.optional(),
  /** Said after the fixed disclosure, by language. */
  greeting: z.partialRecord(LanguageTag, oneLine(300)).default({}),
  /** Public emergency numbers a caller is told to dial; checked when the clinic joins. */
  emergencyNumbers: z
    .array(z.string().regex(/^\d{2,6}$/, 'must be a short public number such as 112'))
    .min(1)
    .max(3),
  /** None only while the clinic is not active: it is joining, or has left. */
  numbers: z.array(ClinicNumber).max(20),
  /** None only when the clinic is closed. */
  agents: z.array(Agent).max(10),
  providers: z.array(Provider).min(1).max(60),
  /** Missing hours are unknown hours: the agent says so instead of inventing them. */
  hours: WeeklyHours.optional(),
  closures: z.array(Closure).max(400).default([]),
  operatories: z.array(Operatory).max(60).default([]),
  appointmentTypes: z.array(AppointmentType).max(60).default([]),
  scheduling: SchedulingSettings.prefault({}),
  voice: VoiceSettings.prefault({}),
  texting: TextingSettings.prefault({}),
  outbound: OutboundSettings.prefault({}),
  /** Who takes over when a caller asks for a person, or an agent cannot help. */
  humanLine: HumanLine.optional(),
  /** Who takes over in an emergency, besides the public numbers the caller is told to dial. */
  emergencyLine: HumanLine.optional(),
  email: EmailSettings,
  retention: RetentionSettings.prefault({}),
});
type ClinicFields = z.infer<typeof clinicFields>;

/** The tenant and everything that is said in its name. One clinic file describes exactly this. */
export const Clinic = clinicFields.superRefine((clinic: Partial<ClinicFields>, context) => {
  const complain = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  const spoken = listed(clinic.languages);
  const notSpoken = `must be one of the clinic's languages (${spoken.join(', ')})`;
  if (clinic.defaultLanguage && spoken.length && !spoken.includes(clinic.defaultLanguage)) {
    complain(['defaultLanguage'], notSpoken);
  }
  listed(clinic.numbers).forEach((number, index) => {
    if (number?.language && !spoken.includes(number.language)) complain(['numbers', index, 'language'], notSpoken);
  });
  const recipients = listed(clinic.email?.recipients);
  const agents = listed(clinic.agents);
  if (clinic.status === 'active' && clinic.numbers?.length === 0) complain(['numbers'], 'needs at least one number');
  if (clinic.status !== 'closed' && clinic.agents?.length === 0) complain(['agents'], 'needs at least one agent');
  if (clinic.status !== undefined && (clinic.status === 'closed') !== (clinic.retainUntil !== undefined)) {
    complain(['status'], 'is closed by letting the clinic go (clinic offboard), with retainUntil, and in no other way');
  }
  for (const [path, values] of [
    [['languages'], spoken],
    [['numbers'], listed(clinic.numbers).map((number) => number?.number)],
    [['providers'], listed(clinic.providers).map((provider) => provider?.id)],
    [['email', 'recipients'], recipients.map((recipient) => recipient?.address)],
    [['agents'], agents.map((agent) => agent?.id)],
    [['closures'], listed(clinic.closures).map((closure) => closure && closureName(closure))],
    [['operatories'], listed(clinic.operatories).map((operatory) => operatory?.id)],
    [['appointmentTypes'], listed(clinic.appointmentTypes).map((type) => type?.id)],
  ] as const) {
    values.forEach((value, index) => {
      if (value && values.indexOf(value as never) !== index) complain([...path, index], `${value} is listed twice`);
    });
  }
  if (agents.filter((agent) => agent?.kind === 'dedicated').length > 1) {
    complain(['agents'], 'at most one dedicated agent can answer for a clinic');
  }
  if (recipients.length && recipients.every((recipient) => recipient?.alternative)) {
    complain(['email', 'recipients'], 'at least one recipient must not be an alternative');
  }
  for (const line of ['humanLine', 'emergencyLine'] as const) {
    const answered = clinic[line]?.number;
    if (answered && listed(clinic.numbers).some((number) => number?.number === answered)) {
      complain([line, 'number'], 'is answered by the agent; give a number on which a person answers');
    }
  }
  const { from, sms, confirmations } = clinic.texting ?? {};
  if (from && !listed(clinic.numbers).some((number) => number?.number === from)) {
    complain(['texting', 'from'], "must be one of the clinic's numbers");
  }
  if (confirmations === true && sms === false) complain(['texting', 'confirmations'], 'needs sms: true');
  const { from: callsFrom, calls, reminders } = clinic.outbound ?? {};
  if (callsFrom && !listed(clinic.numbers).some((number) => number?.number === callsFrom)) {
    complain(['outbound', 'from'], "must be one of the clinic's numbers");
  }
  if (reminders === 'sms' && sms === false) complain(['outbound', 'reminders'], 'needs texting.sms: true');
  if (reminders === 'call' && calls === false) complain(['outbound', 'reminders'], 'needs calls: true');
  schedulingBreaches(clinic).forEach(({ path, message }) => complain(path, message));
}, always);
export type Clinic = z.infer<typeof Clinic>;

/** The number patients know. A clinic that is joining, or was let go, may have none. */
export const clinicPhone = (clinic: Clinic): E164 | undefined => clinic.phone ?? clinic.numbers[0]?.number;

/** The number a clinic's own calls come from. */
export const clinicCallsFrom = (clinic: Clinic): E164 =>
  clinic.outbound.from ?? (clinic.numbers[0] as ClinicNumber).number;
