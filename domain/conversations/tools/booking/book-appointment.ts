import type { AppointmentId } from '../../../ids.ts';
import { type Appointment, type AppointmentFlag, nextStatuses } from '../../../scheduling/calendar/appointment.ts';
import type { WantedTime } from '../../../scheduling/scheduling.ts';
import type { DialogueState, KnownPatient } from '../../dialogue.ts';
import { spokenParts, spokenSlot } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { withPatient } from '../people/verify-patient.ts';
import { refused, refusedBy } from '../refusals.ts';
import { resolveTime } from '../resolve/resolve-time.ts';
import { type BookingPatient, patientToBookFor } from '../resolve/patient-to-book-for.ts';
import { tellWaitlist } from '../tell-waitlist.ts';
import { appointmentFields, appointmentFieldsHold } from '../time-fields.ts';
import type { ToolAnswer, ToolCall, ToolDeps } from '../tool.ts';

export const bookAppointment = defineTool({
  name: 'book_appointment',
  description: {
    fr: 'Réserve le créneau choisi. À appeler seulement après avoir récapitulé et entendu oui. Un patient inconnu peut réserver avec son nom, sa date de naissance et un numéro. Ne dites jamais qu’un rendez-vous est pris sans le code OK.',
    en: 'Books the chosen time. Call it only after reading back and hearing yes. A patient who is not known can book with name, date of birth and a number. Never say that an appointment is made without the code OK.',
  },
  input: inputOf(
    ['patient_name'],
    [
      'choice',
      'date',
      'weekday',
      'time',
      'doctor',
      'appointment_type',
      'date_of_birth',
      'date_of_birth_said',
      'caller_name',
      'callback_number',
      'reason',
      'urgency',
      'existing_appointment',
    ],
  ),
  effect: 'write',
  discloses: 'nothing',
  refusedInEmergency: true,
  budgetMs: 500,
  codes: [
    'OK',
    'SLOT_TAKEN',
    'SLOT_INVALID',
    'TOO_SOON',
    'PAST',
    'CLOSED',
    'OUTSIDE_HORIZON',
    'NO_OPERATORY',
    'HOLD_EXPIRED',
    'DATE_WEEKDAY_MISMATCH',
    'PROVIDER_UNKNOWN',
    'PROVIDER_AMBIGUOUS',
    'TYPE_UNKNOWN',
    'TYPE_AMBIGUOUS',
    'TYPE_NOT_BOOKABLE',
    'PATIENT_OVERLAP',
    'PATIENT_LIMIT',
    'CONVERSATION_LIMIT',
    'CHANGE_TO_CONFIRM',
  ],
  answers: { booked: 'true', ...appointmentFieldsHold },

  async run(deps, args, call) {
    const time = resolveTime(args, call);
    if (time.outcome === 'refused') return time.answer;
    const patient = patientToBookFor(args, call);
    if (patient.outcome === 'refused') return patient.answer;

    const earlier = await earlierBookings(deps, call, patient, time.wanted);
    const same = earlier.find(({ startMs }) => startMs === time.wanted.startMs);
    if (same) return bookedAnswer(call, same, patient);
    const [other] = earlier;
    if (other) {
      if (args.existing_appointment === undefined) return changeToConfirm(call, other, time.wanted);
      if (args.existing_appointment === 'replace') return replace(deps, call, other, time.wanted);
    }
    const urgent = args.urgency === 'same_day';
    const booked = await deps.scheduling.book(
      call.clinic,
      {
        ...time.wanted,
        patient: patient.newPatient ? { newPatient: patient.newPatient } : { patientId: patient.known.patientId },
        ...(args.reason !== undefined && { reason: args.reason }),
        flags: flagsOf(patient.known, { urgent, byOther: args.caller_name !== undefined }),
        source: 'agent',
      },
      call.requester,
      call.state.held,
    );
    if (booked.code !== 'OK') return refusedBy(call, booked);

    return bookedAnswer(call, booked.appointment, patient, urgent);
  },
});

/** The appointment as it is on record, which after a repetition need not be as it was asked for. */
function bookedAnswer(call: ToolCall, booked: Appointment, { known }: BookingPatient, urgent = false): ToolAnswer {
  const words = wordsOfTag(call.language);
  const { date, time } = spokenParts(booked, call);
  return {
    code: 'OK',
    say: sentences(words.booked(date, time), urgent && words.callbackNoted),
    data: { booked: true, ...appointmentFields(booked, call) },
    remember: (state) => withBooking(withPatient(state, known), booked),
  };
}

/** What was booked in this conversation for the same patient and the same kind of visit, and still stands. */
async function earlierBookings(
  { appointments }: ToolDeps,
  { clinic, state }: ToolCall,
  { known }: BookingPatient,
  wanted: WantedTime,
): Promise<Appointment[]> {
  const made = await Promise.all(state.appointmentIds.map((id) => appointments.get(clinic.id, id)));
  return made.flatMap((appointment) =>
    appointment &&
    appointment.patientId === known.patientId &&
    appointment.typeId === wanted.typeId &&
    nextStatuses[appointment.status].includes('cancelled')
      ? [appointment]
      : [],
  );
}

/** A second time for the same thing is more often a change of mind than a second visit. */
function changeToConfirm(call: ToolCall, before: Appointment, wanted: WantedTime): ToolAnswer {
  const after = { startMs: wanted.startMs, providerId: wanted.providerId ?? before.providerId };
  return refused(
    call,
    'CHANGE_TO_CONFIRM',
    sentences(wordsOfTag(call.language).changeToConfirm(spokenSlot(before, call), spokenSlot(after, call))),
  );
}

async function replace(deps: ToolDeps, call: ToolCall, before: Appointment, wanted: WantedTime): Promise<ToolAnswer> {
  const { startMs, providerId } = wanted;
  const to = { startMs, ...(providerId && { providerId }) };
  const moved = await deps.scheduling.reschedule(
    call.clinic,
    before.appointmentId,
    to,
    call.requester,
    before.version,
    call.state.held,
  );
  if (moved.code !== 'OK') return refusedBy(call, moved);
  await tellWaitlist(deps, call, before, moved.appointment.version);
  return {
    code: 'OK',
    say: sentences(wordsOfTag(call.language).moved(spokenParts(moved.appointment, call))),
    data: { booked: true, ...appointmentFields(moved.appointment, call) },
    remember: (state) => withBooking(state, moved.appointment),
  };
}

const flagsOf = (
  { as, provisional }: KnownPatient,
  { urgent, byOther }: { urgent: boolean; byOther: boolean },
): AppointmentFlag[] => [
  // Whoever is verified by what they told in an earlier call is still to be confirmed by the clinic.
  ...(as === 'provisional' || provisional ? (['provisional-patient'] as const) : []),
  // A contact on record acts for the patient; anybody else may book, and staff see that they did.
  ...(as === 'provisional' && byOther ? (['booked-by-other'] as const) : []),
  ...(urgent ? (['callback'] as const) : []),
];

/** Booked in this conversation; what was held for it is not held any more. */
export const withBooking = (state: DialogueState, booked: Appointment): DialogueState => ({
  ...state,
  appointmentIds: [...new Set<AppointmentId>([...state.appointmentIds, booked.appointmentId])],
  held: state.held.filter(({ startMs, providerId }) => startMs !== booked.startMs || providerId !== booked.providerId),
});
