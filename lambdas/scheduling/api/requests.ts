import { WallTime } from '#domain/clinics/hours/weekly-hours.ts';
import { AppointmentId, AppointmentTypeId, OperatoryId, PatientId, ProviderId, WaitlistEntryId } from '#domain/ids.ts';
import { LanguageTag } from '#domain/language.ts';
import * as z from 'zod';
import { plainDate, plainInstant } from './written-time.ts';

/* What may be asked of the booking API, one schema for each action. The OpenAPI description is made from these. */

/** Names are shown and mailed: one line, no control characters. */
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, 'must be one line without control characters');

const text = (max: number) => z.string().trim().max(max, `must have at most ${max} characters`);

const Instant = plainInstant('must be an instant with its offset, such as 2026-10-05T09:00:00+01:00');
const LocalDate = plainDate('must be a date of the clinic’s calendar, such as 2026-10-05');
const LocalTime = WallTime.meta({ description: 'Wall-clock time of the clinic, `HH:mm`.', example: '14:30' });

const Session = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be a word of at most 40 letters, digits, - and _')
  .optional()
  .meta({
    description:
      'A word of your choice that ties requests together: what one of them holds, the others may book. Without it each request stands alone; a slotToken ties them as well.',
  });

const SlotToken = z
  .string()
  .min(1)
  .max(1_000)
  .meta({ description: 'A time as `availability` or `hold` answered it. Opaque; it expires.' });

/** What every request may carry. */
const action = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ action: z.literal(name), ...shape, session: Session });

const typeId = AppointmentTypeId.meta({ description: 'Which kind of appointment; `clinic` lists them.' });
const appointmentId = AppointmentId.meta({ description: 'Id of the appointment.' });
const start = Instant.meta({ description: 'When it starts: an instant with its offset.' });

/** A time that is wanted: as it was offered, or told by type and start. */
const wanted = {
  slotToken: SlotToken.optional(),
  typeId: typeId.optional(),
  start: start.optional(),
  providerId: ProviderId.optional().meta({
    description: 'With whom; without it, whoever comes first in the order of offers.',
  }),
  operatoryId: OperatoryId.optional().meta({ description: 'Where; without it, the first room that is free and fit.' }),
};

type Wanted = { [Key in keyof typeof wanted]?: unknown };

/** Fields that depend on others are looked at even when another is wrong, so that all problems come at once. */
const always = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

function oneWayToTellTheTime(value: Wanted, context: z.RefinementCtx): void {
  const { slotToken, ...told } = value;
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (slotToken === undefined) {
    for (const field of ['typeId', 'start'] as const) {
      if (told[field] === undefined) complain(field, 'must be given, or a slotToken in its place');
    }
    return;
  }
  for (const field of ['typeId', 'start', 'providerId', 'operatoryId'] as const) {
    if (told[field] !== undefined) complain(field, 'must not be given beside a slotToken, which tells it already');
  }
}

const NewPatient = z
  .strictObject({
    givenName: line(80),
    familyName: line(80),
    dob: LocalDate.optional().meta({ description: 'Date of birth.' }),
    phone: line(40).optional().meta({ description: 'As it is dialled in the clinic’s country, or with `+`.' }),
  })
  .meta({ id: 'NewPatient', description: 'A patient the clinic does not know yet.' });

const whom = {
  patientId: PatientId.optional().meta({ description: 'A patient of the clinic.' }),
  patient: NewPatient.optional(),
};

function onePatient(value: { patientId?: unknown; patient?: unknown }, context: z.RefinementCtx): void {
  if ((value.patientId === undefined) === (value.patient === undefined)) {
    const message = 'one of patientId and patient must be given, not both';
    context.addIssue({ code: 'custom', path: ['patientId'], message });
  }
}

const Availability = action('availability', {
  typeId,
  providerId: ProviderId.optional().meta({ description: 'Only this provider.' }),
  preferredProviderId: ProviderId.optional().meta({ description: 'First among equals at the same time.' }),
  from: LocalDate.optional().meta({ description: 'First day; today without it.' }),
  to: LocalDate.optional().meta({ description: 'Last day; the end of the horizon without it.' }),
  notBefore: LocalTime.optional(),
  before: LocalTime.optional().meta({ description: 'The start lies before this time of day.' }),
  count: z.int().min(1).max(100).default(10).meta({ description: 'How many times at most.' }),
  strategy: z
    .enum(['soonest', 'spread'])
    .default('soonest')
    .meta({ description: '`spread`: at most two a half-day, on two days or more if possible.' }),
  appointmentId: AppointmentId.optional().meta({
    description: 'An appointment that is to be moved: its own time counts as free.',
  }),
}).meta({ id: 'AvailabilityRequest', description: 'Finds times that are really free now. Changes nothing.' });

const Hold = action('hold', {
  ...wanted,
  insteadOf: z.array(SlotToken).max(3).optional().meta({ description: 'Times you held before and give back.' }),
})
  .superRefine(oneWayToTellTheTime, always)
  .meta({
    id: 'HoldRequest',
    description: 'Keeps one time free for you for a few minutes. Book it with the slotToken of the answer.',
  });

const Book = action('book', {
  ...wanted,
  ...whom,
  reason: text(500).optional().meta({ description: 'Why the patient comes, in their words.' }),
})
  .superRefine(oneWayToTellTheTime, always)
  .superRefine(onePatient, always)
  .meta({
    id: 'BookRequest',
    description:
      'Books a time. Send an Idempotency-Key: a repetition then answers the appointment that the first attempt made.',
  });

const Reschedule = action('reschedule', {
  appointmentId,
  slotToken: SlotToken.optional(),
  start: start.optional(),
  providerId: ProviderId.optional().meta({ description: 'With whom from now on; without it, the same provider.' }),
})
  .superRefine(({ slotToken, ...told }: Wanted, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (slotToken === undefined && told.start === undefined) {
      complain('start', 'must be given, or a slotToken in its place');
    }
    for (const field of ['start', 'providerId'] as const) {
      if (slotToken !== undefined && told[field] !== undefined) {
        complain(field, 'must not be given beside a slotToken, which tells it already');
      }
    }
  }, always)
  .meta({
    id: 'RescheduleRequest',
    description: 'Moves an appointment to another start or provider, all at once or not at all. Honours If-Match.',
  });

const Cancel = action('cancel', {
  appointmentId,
  reason: text(200).optional(),
}).meta({ id: 'CancelRequest', description: 'Cancels an appointment; its time is free at once. Honours If-Match.' });

const Status = action('status', {
  appointmentId,
  status: z.enum(['confirmed', 'arrived', 'fulfilled', 'noshow']),
}).meta({ id: 'StatusRequest', description: 'Tells what became of an appointment. Honours If-Match.' });

const Block = action('block', {
  providerId: ProviderId.optional(),
  operatoryId: OperatoryId.optional(),
  start,
  end: Instant.meta({ description: 'When it ends: an instant with its offset.' }),
  reason: line(200).optional().meta({ description: 'For the clinic’s people. Never the name of a patient.' }),
})
  .superRefine((value: { providerId?: unknown; operatoryId?: unknown; start?: unknown; end?: unknown }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((value.providerId === undefined) === (value.operatoryId === undefined)) {
      complain('providerId', 'one of providerId and operatoryId must be given, not both');
    }
    if (typeof value.start === 'number' && typeof value.end === 'number' && value.end <= value.start) {
      complain('end', 'must be after start');
    }
  }, always)
  .meta({
    id: 'BlockRequest',
    description: 'Takes time out of the calendar of a provider or a room. Refused where anything stands in it.',
  });

const Unblock = action('unblock', { blockId: z.uuid('must be the id of a block') }).meta({
  id: 'UnblockRequest',
  description: 'Gives blocked time back.',
});

const DayOrInstant = z.union([LocalDate, Instant], 'must be a date such as 2026-10-05, or an instant with its offset');

const List = action('list', {
  from: DayOrInstant.optional().meta({ description: 'From this local day or instant on; today without it.' }),
  to: DayOrInstant.optional().meta({
    description:
      'To the end of this local day, or to before this instant; a week after `from` without it. At most 366 days.',
  }),
  providerId: ProviderId.optional().meta({ description: 'Only with this provider.' }),
  operatoryId: OperatoryId.optional().meta({
    description: 'Only in this room; a page may then hold fewer than `limit` and still have a `next`.',
  }),
  patientId: PatientId.optional().meta({
    description: 'Only what this patient has ahead and still stands. Never lags; `to` and `after` do not apply.',
  }),
  include: z
    .array(z.enum(['patients', 'blocks', 'openings']))
    .max(3)
    .default([])
    .meta({
      description:
        'More about the range, on the first page: `patients` who they are (on every page), `blocks` what is blocked, `openings` when the provider or room named, else the clinic, is open.',
    }),
  limit: z.int().min(1).max(100).default(50).meta({ description: 'Appointments on a page.' }),
  after: z.string().min(1).max(200).optional().meta({ description: 'The `next` of the page before.' }),
}).meta({
  id: 'ListRequest',
  description: 'Appointments by start, in every status, a page at a time. May lag behind a change by a moment.',
});

const Get = action('get', { appointmentId }).meta({
  id: 'GetRequest',
  description: 'One appointment as it stands, with its patient.',
});

const DescribeClinic = action('clinic', { session: Session }).meta({
  id: 'ClinicRequest',
  description: 'Providers, rooms and types with their ids and names, zone, grid and the rules of booking.',
});

/** Operations of the waitlist tell themselves apart by `op`. */
const waitlist = <Op extends string, Shape extends z.ZodRawShape>(op: Op, shape: Shape) =>
  action('waitlist', { op: z.literal(op), ...shape });

const JoinWaitlist = waitlist('join', {
  typeId,
  ...whom,
  providerId: ProviderId.optional().meta({ description: 'Only with this provider.' }),
  from: LocalDate.optional().meta({ description: 'Not before this day.' }),
  to: LocalDate.optional().meta({ description: 'Not after this day.' }),
  notBefore: LocalTime.optional(),
  before: LocalTime.optional().meta({ description: 'The start lies before this time of day.' }),
  contact: line(40).meta({ description: 'The number on which the patient agreed to be written to.' }),
  consent: z
    .literal(true, 'must be true: nobody waits without having agreed to be contacted')
    .meta({ description: 'The patient agreed to be contacted on this number.' }),
  language: LanguageTag.optional().meta({ description: 'In which to write; the clinic’s own without it.' }),
})
  .superRefine(onePatient, always)
  .meta({ id: 'JoinWaitlistRequest', description: 'Puts a patient on the waitlist of a type.' });

const ListWaitlist = waitlist('list', { typeId }).meta({
  id: 'ListWaitlistRequest',
  description: 'Everyone who waits or waited for a type, oldest first.',
});

const entryId = WaitlistEntryId.meta({ description: 'Id of the entry.' });
const LeaveWaitlist = waitlist('leave', { entryId }).meta({
  id: 'LeaveWaitlistRequest',
  description: 'Takes an entry off the waitlist.',
});
const AcceptOffer = waitlist('accept', { entryId }).meta({
  id: 'AcceptOfferRequest',
  description: 'Books the time that was offered to an entry, or that came free for it.',
});

const waitlistRequests = [JoinWaitlist, ListWaitlist, LeaveWaitlist, AcceptOffer] as const;
const WaitlistRequest = z.discriminatedUnion('op', waitlistRequests).meta({ id: 'WaitlistRequest' });

/** One request of the booking API; `action` decides. Instants are parsed to epoch milliseconds. */
export const BookingRequest = z
  .discriminatedUnion('action', [
    Availability,
    Hold,
    Book,
    Reschedule,
    Cancel,
    Status,
    Block,
    Unblock,
    List,
    Get,
    WaitlistRequest,
    DescribeClinic,
  ])
  .meta({ id: 'BookingRequest' });
export type BookingRequest = z.output<typeof BookingRequest>;

export type Action = BookingRequest['action'];
export type RequestOf<Name extends Action> = Extract<BookingRequest, { action: Name }>;
export type WaitlistRequestOf<Op extends RequestOf<'waitlist'>['op']> = Extract<RequestOf<'waitlist'>, { op: Op }>;

/** Whether a repetition must not do the same again. */
export const changes = (request: BookingRequest): boolean =>
  !['availability', 'list', 'get', 'clinic'].includes(request.action) &&
  !(request.action === 'waitlist' && request.op === 'list');
