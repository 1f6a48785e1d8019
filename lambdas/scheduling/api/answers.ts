import { AppointmentFlag, appointmentStatuses } from '#domain/scheduling/calendar/appointment.ts';
import { schedulingCodes } from '#domain/scheduling/codes.ts';
import * as z from 'zod';

/* What the booking API answers, one schema for each action. The OpenAPI description is made from these. */

const Id = z.uuid();
const Utc = z.iso.datetime({ precision: 3 }).meta({ description: 'An instant in UTC, with milliseconds.' });
const Local = z.string().meta({
  description: 'The same start on the clock of the clinic, with its offset.',
  example: '2026-10-05T09:00:00+01:00',
});
const LocalDate = z.iso.date();
const Zone = z.string().meta({ description: 'IANA time zone.', example: 'Africa/Porto-Novo' });

const whoAndWhen = {
  typeId: Id,
  providerId: Id,
  operatoryId: Id.optional().meta({ description: 'Absent when the type needs no room.' }),
  start: Utc,
  end: Utc,
  localStart: Local,
};

/** A time that can be booked. */
export const Offer = z
  .object({
    ...whoAndWhen,
    slotToken: z.string().meta({ description: 'Book or move with it: nothing else of this object is needed.' }),
    heldUntil: Utc.optional().meta({ description: 'Kept free for you until then.' }),
  })
  .meta({ id: 'Offer' });

/** An appointment as it stands. */
export const AppointmentAnswer = z
  .object({
    id: Id,
    patientId: Id,
    ...whoAndWhen,
    zone: Zone,
    status: z.enum(appointmentStatuses),
    source: z.enum(['agent', 'staff', 'waitlist']).meta({ description: 'Who made it.' }),
    conversationId: z.string().optional(),
    reason: z.string().optional(),
    flags: z.array(AppointmentFlag),
    cancellationReason: z.string().optional(),
    history: z.array(
      z.object({
        at: Utc,
        act: z.string(),
        by: z.string().meta({ description: 'Who did it, as it is on record.' }),
        fromStart: Utc.optional().meta({ description: 'Of a move: when it was before.' }),
        fromProviderId: Id.optional(),
      }),
    ),
    createdAt: Utc,
    updatedAt: Utc,
    version: z.int().meta({ description: 'Raised by each change; in quotes it is the ETag.' }),
  })
  .meta({ id: 'Appointment' });

export const PatientAnswer = z
  .object({
    id: Id,
    givenName: z.string(),
    familyName: z.string(),
    dob: LocalDate.optional(),
    phones: z.array(z.string()),
    provisional: z.boolean().meta({ description: 'Told by a caller and not yet confirmed by the clinic.' }),
  })
  .meta({ id: 'Patient' });

export const BlockAnswer = z
  .object({
    id: Id,
    providerId: Id.optional(),
    operatoryId: Id.optional(),
    start: Utc,
    end: Utc,
    localStart: Local,
    reason: z.string().optional(),
    createdAt: Utc,
  })
  .meta({ id: 'Block' });

export const EntryAnswer = z
  .object({
    id: Id,
    typeId: Id,
    patientId: Id,
    providerId: Id.optional(),
    from: LocalDate.optional(),
    to: LocalDate.optional(),
    notBefore: z.string().optional(),
    before: z.string().optional(),
    contact: z.string().meta({ description: 'The number on which the patient agreed to be written to.' }),
    language: z.string(),
    consentAt: Utc,
    status: z.enum(['waiting', 'offered', 'matched', 'booked', 'left', 'expired']).meta({
      description: '`matched`: a time came free and the clinic must tell the patient, because we have no way to.',
    }),
    offer: z
      .object({ ...whoAndWhen, heldUntil: Utc.optional() })
      .optional()
      .meta({ description: 'The time that is or was offered last.' }),
    createdAt: Utc,
    updatedAt: Utc,
  })
  .meta({ id: 'WaitlistEntry' });

export const ClinicAnswer = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    country: z.string(),
    zone: Zone,
    languages: z.array(z.string()),
    defaultLanguage: z.string(),
    gridMinutes: z.int().meta({ description: 'Every time is a multiple of it.' }),
    leadTimeMin: z.int(),
    horizonDays: z.int(),
    holdMinutes: z.int(),
    providers: z.array(z.object({ id: Id, name: z.string(), specialties: z.array(z.string()), active: z.boolean() })),
    operatories: z.array(
      z.object({
        id: Id,
        name: z.string(),
        capabilities: z.array(z.string()),
        externalId: z.string().optional(),
        active: z.boolean(),
      }),
    ),
    types: z.array(
      z.object({
        id: Id,
        name: z.string().meta({ description: 'In the clinic’s own language.' }),
        names: z.record(z.string(), z.string()).meta({ description: 'By language.' }),
        durationMin: z.int(),
        needsOperatory: z.boolean(),
        bookableByAgent: z.boolean(),
        active: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Clinic' });

const answer = <Name extends string, Shape extends z.ZodRawShape>(action: Name, shape: Shape) =>
  z.object({ action: z.literal(action), ...shape });
const waitlist = <Op extends string, Shape extends z.ZodRawShape>(op: Op, shape: Shape) =>
  answer('waitlist', { op: z.literal(op), ...shape });

/** What a request is answered when it was done, by its action. */
export const BookingAnswer = z
  .discriminatedUnion('action', [
    answer('availability', {
      offers: z.array(Offer),
      next: Offer.optional().meta({ description: 'When the days asked for are full: the first time after them.' }),
    }).meta({ id: 'AvailabilityAnswer' }),
    answer('hold', { offer: Offer }).meta({ id: 'HoldAnswer' }),
    answer('book', {
      appointment: AppointmentAnswer,
      replayed: z.boolean().meta({ description: 'The same wish was fulfilled before; this is what it made.' }),
    }).meta({ id: 'BookAnswer' }),
    answer('reschedule', { appointment: AppointmentAnswer }).meta({ id: 'RescheduleAnswer' }),
    answer('cancel', { appointment: AppointmentAnswer }).meta({ id: 'CancelAnswer' }),
    answer('status', { appointment: AppointmentAnswer }).meta({ id: 'StatusAnswer' }),
    answer('block', { block: BlockAnswer }).meta({ id: 'BlockAnswer' }),
    answer('unblock', { blockId: Id }).meta({ id: 'UnblockAnswer' }),
    answer('list', {
      appointments: z.array(AppointmentAnswer),
      patients: z.array(PatientAnswer).optional().meta({ description: 'Those of this page.' }),
      blocks: z.array(BlockAnswer).optional(),
      openings: z
        .array(z.object({ start: Utc, end: Utc, localStart: Local }))
        .optional()
        .meta({
          description:
            'When the provider, the room or the clinic is open: weekly hours, special openings and closures together.',
        }),
      next: z.string().optional().meta({ description: 'Send it as `after` for the next page; absent on the last.' }),
    }).meta({ id: 'ListAnswer' }),
    answer('get', { appointment: AppointmentAnswer, patient: PatientAnswer.optional() }).meta({ id: 'GetAnswer' }),
    z
      .discriminatedUnion('op', [
        waitlist('join', { entry: EntryAnswer }).meta({ id: 'JoinWaitlistAnswer' }),
        waitlist('list', { entries: z.array(EntryAnswer) }).meta({ id: 'ListWaitlistAnswer' }),
        waitlist('leave', { entry: EntryAnswer }).meta({ id: 'LeaveWaitlistAnswer' }),
        waitlist('accept', { entry: EntryAnswer, appointment: AppointmentAnswer }).meta({ id: 'AcceptOfferAnswer' }),
      ])
      .meta({ id: 'WaitlistAnswer' }),
    answer('clinic', { clinic: ClinicAnswer }).meta({ id: 'ClinicAnswer' }),
  ])
  .meta({ id: 'BookingAnswer' });
export type BookingAnswer = z.input<typeof BookingAnswer>;

type Kebab<Code extends string> = Code extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}-${Kebab<Tail>}`
  : Lowercase<Code>;

/** A code of scheduling as the API writes it: `SLOT_TAKEN` is `slot-taken`. */
export type RefusalCode = Kebab<Exclude<(typeof schedulingCodes)[number], 'OK'>>;
export const refusalCode = (code: Exclude<(typeof schedulingCodes)[number], 'OK'>): RefusalCode =>
  code.toLowerCase().replaceAll('_', '-') as RefusalCode;

/** What only the API itself says. */
export const apiCodes = [
  'bad-json',
  'unauthorized',
  'clinic-inactive',
  'body-too-large',
  'invalid-request',
  'cursor-invalid',
  'slot-token-invalid',
  'idempotency-key-reused',
  'in-progress',
  'type-unknown',
  'operatory-unknown',
  'patient-unknown',
  'block-unknown',
  'waitlist-entry-unknown',
  'waitlist-entry-closed',
  'nothing-offered',
] as const;

const refusals = schedulingCodes.filter((code) => code !== 'OK').map(refusalCode);

/** One error in the shape all routes have. */
export const ErrorAnswer = z
  .object({
    error: z.object({
      code: z.enum([...apiCodes, ...refusals]).meta({ description: 'Stable; docs/booking-api.md tells each.' }),
      message: z.string().meta({ description: 'What to do.' }),
      fields: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .meta({ description: 'Of `invalid-request`: each field and what it must be.' }),
      offers: z.array(Offer).optional().meta({ description: 'Times that are free in place of one that is gone.' }),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorAnswer = z.input<typeof ErrorAnswer>;
export type ErrorCode = ErrorAnswer['error']['code'];
