import { spokenParts } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { refusedBy } from '../refusals.ts';
import { resolveAppointment } from '../resolve/resolve-appointment.ts';
import { resolveTime } from '../resolve/resolve-time.ts';
import { tellWaitlist } from '../tell-waitlist.ts';
import { appointmentFields, appointmentFieldsHold } from '../time-fields.ts';
import { withBooking } from './book-appointment.ts';

export const rescheduleAppointment = defineTool({
  name: 'reschedule_appointment',
  description: {
    fr: 'Déplace un rendez-vous d’un patient vérifié vers le créneau choisi. À appeler après avoir récapitulé et entendu oui.',
    en: 'Moves an appointment of a verified patient to the chosen time. Call it after reading back and hearing yes.',
  },
  input: inputOf([], ['current_date', 'current_time', 'patient_name', 'choice', 'date', 'weekday', 'time', 'doctor']),
  effect: 'write',
  discloses: 'own-appointments',
  refusedInEmergency: true,
  budgetMs: 500,
  codes: [
    'OK',
    'NOT_VERIFIED',
    'APPOINTMENT_UNKNOWN',
    'APPOINTMENT_CLOSED',
    'NOTICE_TOO_SHORT',
    'CHANGED_MEANWHILE',
    'SLOT_TAKEN',
    'SLOT_INVALID',
    'TOO_SOON',
    'PAST',
    'CLOSED',
    'OUTSIDE_HORIZON',
    'NO_OPERATORY',
    'DATE_WEEKDAY_MISMATCH',
    'PROVIDER_UNKNOWN',
    'PROVIDER_AMBIGUOUS',
    'PATIENT_OVERLAP',
    'TYPE_NOT_BOOKABLE',
  ],
  answers: { rescheduled: 'true', ...appointmentFieldsHold },

  async run(deps, args, call) {
    const resolved = await resolveAppointment(deps, args, call, 'rescheduled');
    if (resolved.outcome === 'refused') return resolved.answer;
    const before = resolved.own.appointment;
    const time = resolveTime(args, call, before);
    if (time.outcome === 'refused') return time.answer;

    const { startMs, providerId } = time.wanted;
    const moved = await deps.scheduling.reschedule(
      call.clinic,
      before.appointmentId,
      { startMs, ...(providerId && { providerId }) },
      call.requester,
      before.version,
      call.state.held,
    );
    if (moved.code !== 'OK') return refusedBy(call, moved);
    const { appointment } = moved;
    if (appointment.version !== before.version) await tellWaitlist(deps, call, before, appointment.version);
    return {
      code: 'OK',
      say: sentences(wordsOfTag(call.language).moved(spokenParts(appointment, call))),
      data: { rescheduled: true, ...appointmentFields(appointment, call) },
      remember: (state) => ({ ...withBooking(state, appointment), appointmentIds: state.appointmentIds }),
    };
  },
});
