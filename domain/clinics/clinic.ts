import * as z from 'zod';
import { AppointmentTypeId, ClinicId, OperatoryId, ProviderId } from '../ids.ts';
import { LanguageTag } from '../language.ts';
import { schedulingBreaches } from './practice/scheduling-rules.ts';

/** Labels that would be taken for the platform's own pages. */
const reservedSlugs = new Set(
  'admin api app default default-clinic internal platform root support test www'.split(' '),
);

/** Human label for consoles and URLs. Never authentication, never routing. */
export const Slug = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])$/,
    'must be 3 to 48 of a-z, 0-9 and hyphens, not starting or ending with a hyphen',
  )
  .refine((slug) => !reservedSlugs.has(slug), { message: 'is reserved for the platform; choose another' });
export type Slug = z.infer<typeof Slug>;

/** A telephone number as it is stored: `+` and digits only. */
export const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form such as +12025550142');
export type E164 = z.infer<typeof E164>;

/** Names reach mail headers and speech: one line, no control characters. */
const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, 'must be one line without control characters');

/** The honorific is a field of its own; in front of a stored name it would be said twice: "Doctor Dr. Sample". */
const honorific = /^(?:(?:dr|docteur|doctor|pr|prof)\.?\s+)+/i;
const personName = (max: number) => oneLine(max).overwrite((name) => name.replace(honorific, ''));

/**
 * Rules over several fields run even when another field is wrong, so that a clinic file gets all its problems at once.
 * They therefore meet values of any kind where a type promises one.
 */
const always = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };
const listed = <T>(value: readonly T[] | undefined): (T | undefined)[] => (Array.isArray(value) ? value : []);

/** Wall-clock time of the clinic; `24:00` only ends an interval. */
export const WallTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time from 00:00 to 24:00 written HH:mm');

/** Local wall-clock interval, end not included. In a clinic file it is written `08:00-12:30`. */
export const Interval = z.preprocess(
  (value) => {
    const [, from, to] = typeof value === 'string' ? (/^(\S+?)\s*-\s*(\S+)$/.exec(value.trim()) ?? []) : [];
    return from ? { from, to } : value;
  },
  z
    .strictObject({ from: WallTime, to: WallTime }, 'must be an interval written HH:mm-HH:mm')
    .refine(({ from, to }) => from < to, { message: 'must end after it starts' }),
);
export type Interval = z.infer<typeof Interval>;

/** The intervals of one day, in order, not touching each other. */
const dayIntervals = z.array(Interval).superRefine((intervals, context) => {
  listed(intervals).forEach((interval, index) => {
    const previous = intervals[index - 1];
    if (interval?.from && previous?.to && interval.from < previous.to) {
      const message = `overlaps or precedes ${previous.from}-${previous.to}`;
      context.addIssue({ code: 'custom', path: [index], message });
    }
  });
}, always);

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** Opening hours by weekday; a day with no interval is closed. */
export const WeeklyHours = z.strictObject({
  monday: dayIntervals.default([]),
  tuesday: dayIntervals.default([]),
  wednesday: dayIntervals.default([]),
  thursday: dayIntervals.default([]),
  friday: dayIntervals.default([]),
  saturday: dayIntervals.default([]),
  sunday: dayIntervals.default([]),
});
export type WeeklyHours = z.infer<typeof WeeklyHours>;

/**
 * A dated exception to the weekly hours. A closure (`open: false`) without an interval shuts the whole day and wins
 * over everything; a special opening (`open: true`) wins over the weekly hours.
 */
export const Closure = z
  .strictObject({
    date: z.iso.date('must be a date written YYYY-MM-DD'),
    open: z.boolean().default(false),
    interval: Interval.optional(),
    reason: oneLine(80).optional(),
    /** Whose day differs; without one of these two, the whole clinic's. */
    provider: ProviderId.optional(),
    operatory: OperatoryId.optional(),
  })
  .refine(({ provider, operatory }) => !(provider && operatory), {
    path: ['operatory'],
    message: 'is about a provider or an operatory, not both; write two closures',
    ...always,
  })
  .refine(({ open, operatory }) => !(open && operatory), {
    path: ['operatory'],
    message: 'an operatory has no hours of its own to open; leave it out',
    ...always,
  })
  .refine(({ open, interval }) => open !== true || interval, {
    path: ['interval'],
    message: 'a special opening needs its hours',
    ...always,
  });
export type Closure = z.infer<typeof Closure>;

/**
 * What tells the closures of a clinic apart: `2026-12-25`, `2026-12-24 12:00-18:00`, `2026-12-24 69e0…`. `whose` says a
 * provider or operatory in words.
 */
export const closureName = (
  { date, interval, provider, operatory }: Closure,
  whose: (id: ProviderId | OperatoryId) => string = (id) => id,
): string =>
  [date, interval && `${interval.from}-${interval.to}`, provider && whose(provider), operatory && whose(operatory)]
    .filter(Boolean)
    .join(' ');

/** A person who treats. The honorific is a field of its own, so that nobody becomes "Doctor Doctor". */
export const Provider = z.strictObject({
  id: ProviderId,
  honorific: z.enum(['Dr', 'Pr', 'M', 'Mme', 'Mr', 'Ms', 'Mx']).optional(),
  givenName: personName(60),
  familyName: personName(60),
  specialties: z.array(oneLine(60)).max(5).default([]),
  /** How the name is said when its spelling misleads the voice. */
  spokenName: personName(80).optional(),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
  /** Own hours are intersected with the clinic's; without them the provider works when the clinic is open. */
  hours: WeeklyHours.optional(),
  /** Works by the own hours even while the clinic is shut; a closure still wins. */
  overridesClinicHours: z.boolean().default(false),
});
export type Provider = z.infer<typeof Provider>;

/** A room or chair. It holds at most one occupation at a time. */
export const Operatory = z.strictObject({
  id: OperatoryId,
  name: oneLine(60),
  /** What can be done in it, in the clinic's own words: `echography`, `surgery`. */
  capabilities: z.array(oneLine(40)).max(20).default([]),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
  /** The number of the room in a practice system, such as `Op 3`. */
  externalId: oneLine(40).optional(),
});
export type Operatory = z.infer<typeof Operatory>;

/** A provider who performs a type, with a duration of their own if it differs. In a file a plain id will do. */
export const TypeProvider = z.preprocess(
  (value) => (typeof value === 'string' ? { id: value } : value),
  z.strictObject({ id: ProviderId, durationMin: z.int().min(5).max(720).optional() }),
);

/** What is booked. Durations and buffers are multiples of the clinic's grid. */
export const AppointmentType = z.strictObject({
  id: AppointmentTypeId,
  /** As it is said, by language; every language of the clinic has one. */
  names: z.partialRecord(LanguageTag, oneLine(80)),
  durationMin: z.int().min(5).max(720),
  /** Occupy provider and operatory, never the patient; may reach into a break or past closing. */
  bufferBeforeMin: z.int().min(0).max(240).default(0),
  bufferAfterMin: z.int().min(0).max(240).default(0),
  needsOperatory: z.boolean().default(true),
  /** What the operatory must be able to do. */
  capabilities: z.array(oneLine(40)).max(10).default([]),
  /** Who performs it; without a list, every provider. */
  providers: z.array(TypeProvider).min(1).max(60).optional(),
  /** Where it can be performed; without a list, every operatory with the capabilities. */
  operatories: z.array(OperatoryId).min(1).max(60).optional(),
  /** False: only the clinic's people book it. */
  bookableByAgent: z.boolean().default(true),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
});
export type AppointmentType = z.infer<typeof AppointmentType>;

/** How times are offered and booked. Minutes and days as patients count them. */
export const SchedulingSettings = z.strictObject({
  /** The atom of occupation. It cannot change once anything is booked. */
  gridMinutes: z.literal([5, 10, 15]).default(5),
  /** Between two startable times; without it, the duration of what is booked. */
  slotStepMin: z.int().min(5).max(720).optional(),
  leadTimeMin: z
    .int()
    .min(0)
    .max(60 * 24 * 30)
    .default(120),
  horizonDays: z.int().min(1).max(365).default(60),
  holdMinutes: z.int().min(1).max(15).default(5),
  /** Spoken at once; more than three nobody remembers. */
  maxOffers: z.int().min(1).max(3).default(3),
  maxBookingsPerConversation: z.int().min(1).max(20).default(3),
  maxFutureApptsPerPatient: z.int().min(1).max(100).default(5),
  /** Later than this before the start, only the clinic's people cancel or move. */
  cancelNoticeMin: z
    .int()
    .min(0)
    .max(60 * 24 * 30)
    .default(0),
});
export type SchedulingSettings = z.infer<typeof SchedulingSettings>;

/** A number where a person answers. Without hours: the clinic's for `humanLine`, always for `emergencyLine`. */
export const HumanLine = z.strictObject({ number: E164, hours: WeeklyHours.optional() });
export type HumanLine = z.infer<typeof HumanLine>;

/** A number the clinic answers on. Unique on the platform while it is mapped. */
export const ClinicNumber = z.strictObject({ number: E164, language: LanguageTag.optional() });
export type ClinicNumber = z.infer<typeof ClinicNumber>;

/** How the voice service speaks for the clinic. */
export const VoiceSettings = z.strictObject({
  /** `single`: one model speaks and does everything. `two`: a light one speaks, a larger one stands behind it and acts. */
  agents: z.enum(['single', 'two']).default('single'),
  /** Of the speech model; cannot change within a call. */
  voice: z
    .enum(['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'])
    .default('marin'),
  /** `server_vad` answers sooner; `semantic_vad` is patient with callers who pause within a sentence. */
  turnDetection: z.enum(['server_vad', 'semantic_vad']).default('server_vad'),
  /** `notice`: recorded after saying so. `explicit`: a caller who objects is not recorded any further. */
  recording: z.enum(['off', 'notice', 'explicit']).default('off'),
});
export type VoiceSettings = z.infer<typeof VoiceSettings>;

/** An origin as browsers name it: a site whose pages may carry the clinic's chat. */
const Origin = z
  .string()
  .max(200)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    message: 'must be an origin such as https://www.clinic.example, without a path',
  });

/** Where numbers may be of that are written to or called. */
const Countries = z
  .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country code such as BJ'))
  .min(1)
  .max(20);

/** How the clinic writes and is written to. All of it is off until the clinic says otherwise. */
export const TextingSettings = z.strictObject({
  /** SMS to the clinic's numbers are answered, and the clinic may write. */
  sms: z.boolean().default(false),
  /** Appointments the agent makes, moves or cancels are confirmed to the patient by SMS. */
  confirmations: z.boolean().default(false),
  /** At Twilio, and of this clinic alone: whoever writes STOP to one service is written to by nobody through it. */
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-f]{32}$/, 'must be a messaging service of Twilio: MG and 32 of 0-9, a-f')
    .optional(),
  /** The number messages are written from, without a service; the clinic's first without it. */
  from: E164.optional(),
  /** Countries that may be written to; the clinic's own without a list. */
  countries: Countries.optional(),
  /** Outside what health data may be sent over by most agreements: see docs/texting.md before turning it on. */
  whatsapp: z.boolean().default(false),
  /** The chat on the clinic's own site. */
  webChat: z.strictObject({ origins: z.array(Origin).max(20).default([]) }).optional(),
});
export type TextingSettings = z.infer<typeof TextingSettings>;

/**
 * Hours of whoever is called in which no machine calls them. A clinic may only lengthen them: from nine in the evening to
 * eight in the morning nobody is called. In a clinic file they are written `21:00-08:00`.
 */
export const QuietHours = z.preprocess(
  (value) => {
    const [, from, to] = typeof value === 'string' ? (/^(\S+?)\s*-\s*(\S+)$/.exec(value.trim()) ?? []) : [];
    return from ? { from, to } : value;
  },
  z
    .strictObject({ from: WallTime, to: WallTime }, 'must be an interval written HH:mm-HH:mm')
    .refine(({ from }) => from >= '12:00' && from <= '21:00', { message: 'must begin between 12:00 and 21:00' })
    .refine(({ to }) => to >= '08:00' && to <= '12:00', { message: 'must end between 08:00 and 12:00' }),
);
export type QuietHours = z.infer<typeof QuietHours>;

/** How the clinic calls its patients, and reminds them. All of it is off until the clinic says otherwise. */
export const OutboundSettings = z.strictObject({
  /** Patients may be called by the agent, each only with their consent. */
  calls: z.boolean().default(false),
  /** By whose line; the number called from must be one the clinic has there. */
  via: z.enum(['retell', 'twilio']).default('retell'),
  /** The number called from; the clinic's first without it. */
  from: E164.optional(),
  /** Countries that may be called; the clinic's own without a list. */
  countries: Countries.optional(),
  quietHours: QuietHours.prefault('21:00-08:00'),
  /** Of the whole clinic on one of its days, and to one number. */
  callsPerDay: z.int().min(1).max(1_000).default(50),
  callsPerNumber: z.int().min(1).max(10).default(2),
  /** What a machine that answers hears: nothing, or the clinic's name and number. */
  voicemail: z.enum(['hang-up', 'message']).default('hang-up'),
  /** The day before an appointment, at the same time by the clock. */
  reminders: z.enum(['off', 'sms', 'call']).default('off'),
});
export type OutboundSettings = z.infer<typeof OutboundSettings>;

/** An AI agent at a provider. A `shared` agent serves many clinics and therefore identifies none. */
export const Agent = z.strictObject({
  provider: z.literal('retell'),
  id: z.string().regex(/^agent_[A-Za-z0-9]{6,64}$/, 'must be a Retell agent id such as agent_1a2b3c…'),
  kind: z.enum(['shared', 'dedicated']),
});
export type Agent = z.infer<typeof Agent>;

/** Which calls a recipient hears of. */
export const RecipientEvent = z.enum(['all', 'booked', 'emergency', 'failed']);
export type RecipientEvent = z.infer<typeof RecipientEvent>;

export const Recipient = z.strictObject({
  address: z.email('must be an e-mail address').max(254).toLowerCase(),
  events: z.array(RecipientEvent).min(1).default(['all']),
  /** Written to only while another recipient is disabled after a bounce or complaint. */
  alternative: z.boolean().default(false),
});
export type Recipient = z.infer<typeof Recipient>;

/** How much of a call an e-mail may carry. There is no default: each clinic chooses. */
export const EmailContent = z.enum(['link_only', 'summary', 'full']);
export type EmailContent = z.infer<typeof EmailContent>;

export const EmailSettings = z.strictObject({
  content: EmailContent,
  recipients: z.array(Recipient).min(1).max(10),
  replyTo: z.email('must be an e-mail address').max(254).optional(),
  /** Send a second e-mail when the analysis comes after a summary without it has gone out. */
  sendUpdate: z.boolean().default(false),
  /** Also write about calls that never connected. */
  notConnected: z.boolean().default(false),
});
export type EmailSettings = z.infer<typeof EmailSettings>;

/** Days for which what is known of a call is kept unless the clinic says otherwise. */
const usualDays = { recordingDays: 30, transcriptDays: 180, summaryDays: 730 } as const;
const days = (usual: number) => z.int().min(1).max(3650).default(usual);

/** How long what is known of calls is kept, in days after their end. Shorter is always allowed, longer needs a reason. */
export const RetentionSettings = z
  .strictObject({
    recordingDays: days(usualDays.recordingDays),
    transcriptDays: days(usualDays.transcriptDays),
    summaryDays: days(usualDays.summaryDays),
    longerBecause: oneLine(200).optional(),
  })
  .superRefine((retention, context) => {
    const longer = Object.entries(usualDays).flatMap(([kept, usual]) =>
      retention[kept as keyof typeof usualDays] > usual ? [`${kept} above ${usual}`] : [],
    );
    if (longer.length && retention.longerBecause === undefined) {
      const message = `is missing: ${longer.join(' and ')} needs a reason`;
      context.addIssue({ code: 'custom', path: ['longerBecause'], message });
    }
  }, always);
export type RetentionSettings = z.infer<typeof RetentionSettings>;

/** Asking `Intl` about a zone costs as much as reading a whole clinic, and a process meets few zones. */
const askedZones = new Map<string, boolean>();

/** The IANA zone must be one this runtime knows. */
const Zone = z
  .string()
  .refine((zone) => isZone(zone), { message: 'must be an IANA time zone such as Africa/Porto-Novo' });

function isZone(zone: string): boolean {
  const known = askedZones.get(zone) ?? askZone(zone);
  askedZones.set(zone, known);
  return known;
}

function askZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$|^UTC$/.test(zone);
  } catch {
    return false; // Intl answers an unknown zone with a RangeError; there is nothing else to learn from it.
  }
}

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

/**
 * A clinic that has left: nothing rings, nothing is written, and what is kept of it has an end.
 *
 * @param nowMs the end of a clinic that was closed before stays
 */
export function closed(clinic: Clinic, nowMs: number): Clinic {
  // Its last call was today at the latest.
  const { recordingDays, transcriptDays, summaryDays } = clinic.retention;
  const until = new Date(nowMs + Math.max(recordingDays, transcriptDays, summaryDays) * 24 * 60 * 60 * 1000);
  return {
    ...clinic,
    status: 'closed',
    retainUntil: clinic.retainUntil ?? until.toISOString().slice(0, 10),
    // Its e-mails and its record still name the clinic by it.
    phone: clinicPhone(clinic),
    numbers: [],
    agents: [],
    texting: { sms: false, confirmations: false, whatsapp: false },
    outbound: OutboundSettings.parse({}),
  };
}
