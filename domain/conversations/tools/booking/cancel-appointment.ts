import { spokenParts } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { refusedBy } from '../refusals.ts';
import { resolveAppointment } from '../resolve/resolve-appointment.ts';
import { tellWaitlist } from '../tell-waitlist.ts';
import { appointmentFields, appointmentFieldsHold } from '../time-fields.ts';

/** As long as an appointment keeps it. */
const longestReason = 200;

export const cancelAppointment = defineTool({
  name: 'cancel_appointment',
  description: {
    fr: 'Annule un rendez-vous d’un patient vérifié. À appeler après avoir récapitulé et entendu oui.',
    en: 'Cancels an appointment of a verified patient. Call it after reading back and hearing yes.',
  },
  input: inputOf([], ['current_date', 'current_time', 'patient_name', 'reason']),
  effect: 'write',
  discloses: 'own-appointments',
  refusedInEmergency: true,
  budgetMs: 500,
  codes: ['OK', 'NOT_VERIFIED', 'APPOINTMENT_UNKNOWN', 'APPOINTMENT_CLOSED', 'NOTICE_TOO_SHORT', 'CHANGED_MEANWHILE'],
  answers: { cancelled: 'true', ...appointmentFieldsHold },

  async run(deps, args, call) {
    const resolved = await resolveAppointment(deps, args, call, 'cancelled');
    if (resolved.outcome === 'refused') return resolved.answer;
    const before = resolved.own.appointment;
    const cancelled = await deps.scheduling.cancel(
      call.clinic,
      before.appointmentId,
      args.reason?.slice(0, longestReason).toWellFormed(),
      call.requester,
      before.version,
    );
    if (cancelled.code !== 'OK') return refusedBy(call, cancelled);
    await tellWaitlist(deps, call, before, cancelled.appointment.version);
    const { date, time } = spokenParts(before, call);
    return {
      code: 'OK',
      say: sentences(wordsOfTag(call.language).cancelled(date, time)),
      data: { cancelled: true, ...appointmentFields(before, call) },
    };
  },
});
