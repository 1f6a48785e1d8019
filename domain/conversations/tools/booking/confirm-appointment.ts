import { spokenParts } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { refusedBy } from '../refusals.ts';
import { resolveAppointment } from '../resolve/resolve-appointment.ts';
import { appointmentFields, appointmentFieldsHold } from '../time-fields.ts';

export const confirmAppointment = defineTool({
  name: 'confirm_appointment',
  description: {
    fr: 'Note qu’un patient vérifié confirme qu’il viendra à son rendez-vous. À appeler après lui avoir dit lequel et entendu oui.',
    en: 'Notes that a verified patient confirms they will come to their appointment. Call it after telling them which one and hearing yes.',
  },
  input: inputOf([], ['current_date', 'current_time', 'patient_name']),
  effect: 'write',
  discloses: 'own-appointments',
  refusedInEmergency: true,
  budgetMs: 500,
  codes: ['OK', 'NOT_VERIFIED', 'APPOINTMENT_UNKNOWN', 'APPOINTMENT_CLOSED', 'CHANGED_MEANWHILE'],
  answers: { confirmed: 'true', ...appointmentFieldsHold },

  async run(deps, args, call) {
    const resolved = await resolveAppointment(deps, args, call);
    if (resolved.outcome === 'refused') return resolved.answer;
    const { appointmentId } = resolved.own.appointment;
    const confirmed = await deps.scheduling.setStatus(call.clinic, appointmentId, 'confirmed', call.requester);
    if (confirmed.code !== 'OK') return refusedBy(call, confirmed);
    const { date, time } = spokenParts(confirmed.appointment, call);
    return {
      code: 'OK',
      say: sentences(wordsOfTag(call.language).confirmed(date, time)),
      data: { confirmed: true, ...appointmentFields(confirmed.appointment, call) },
    };
  },
});
