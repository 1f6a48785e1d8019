import { wallClock } from '../../../wall-time.ts';
import { mostSpoken, spokenSlot, spokenSlots } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { recordDisclosure } from '../call-record.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { refused } from '../refusals.ts';
import { ownAppointments } from '../resolve/resolve-appointment.ts';
import { resolvePatient } from '../resolve/resolve-patient.ts';
import type { ToolCall } from '../tool.ts';

/** More is for a person to look at. */
const mostListed = 5;

export const findMyAppointments = defineTool({
  name: 'find_my_appointments',
  description: {
    fr: 'Dit les rendez-vous à venir d’un patient vérifié : jour, heure, médecin, rien d’autre. À appeler avant de déplacer ou d’annuler.',
    en: 'Tells the upcoming appointments of a verified patient: day, time, doctor, nothing else. Call it before moving or cancelling.',
  },
  input: inputOf([], ['patient_name']),
  effect: 'read',
  discloses: 'own-appointments',
  refusedInEmergency: false,
  budgetMs: 300,
  codes: ['OK', 'NOT_VERIFIED'],
  answers: {
    count: 'how many',
    appointments: 'each appointment as it is said, by day',
    first_date: 'day of the first, YYYY-MM-DD',
    first_time: 'time of the first, HH:mm',
    dates: 'days in the same order, YYYY-MM-DD',
    times: 'times in the same order, HH:mm',
  },

  async run(deps, args, call) {
    const { state, clinic } = call;
    const whose = args.patient_name === undefined ? undefined : resolvePatient(args, state.patients);
    if (state.patients.length === 0 || whose?.outcome === 'other') return refused(call, 'NOT_VERIFIED');
    const own = await ownAppointments(deps, call, whose?.outcome === 'known' ? [whose.patient] : undefined);
    if (own.length === 0 && isNobodyVerified(call)) return refused(call, 'NOT_VERIFIED');

    const told = own.slice(0, mostListed);
    await recordDisclosure(deps, call, told);
    const words = wordsOfTag(call.language);
    const items = told.map(({ appointment }) => spokenSlot(appointment, call));
    const spoken = spokenSlots(
      told.map(({ appointment }) => appointment),
      call,
      'conjunction',
    );
    const more = own.length - mostSpoken;
    const clocks = told.map(({ appointment }) => wallClock(appointment.startMs, clinic.zone));
    return {
      code: 'OK',
      say: sentences(
        own.length === 0
          ? words.noAppointments
          : own.length === 1
            ? words.oneAppointment(spoken)
            : words.appointments(spoken),
        more > 0 && words.andMore(more),
      ),
      data: {
        count: own.length,
        appointments: items,
        first_date: clocks[0]?.date ?? '',
        first_time: clocks[0]?.time ?? '',
        dates: clocks.map(({ date }) => date),
        times: clocks.map(({ time }) => time),
      },
    };
  },
});

const isNobodyVerified = ({ state }: ToolCall): boolean => state.patients.every(({ as }) => as === 'provisional');
