import { typeName } from '../../../clinics/practice/type-name.ts';
import { spokenParts, spokenSlot } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { refusedBy } from '../refusals.ts';
import { resolvePatient } from '../resolve/resolve-patient.ts';
import { resolveTime } from '../resolve/resolve-time.ts';
import { speakableFirstName } from '../speakable-name.ts';
import { appointmentFields, appointmentFieldsHold } from '../time-fields.ts';
import type { ToolCall } from '../tool.ts';

export const holdTime = defineTool({
  name: 'hold_time',
  description: {
    fr: 'Garde quelques minutes le créneau choisi et donne la phrase de récapitulation à lire avant de réserver. Ne réserve pas encore.',
    en: 'Holds the chosen time for a few minutes and gives the sentence to read back before booking. It does not book yet.',
  },
  input: inputOf([], ['choice', 'date', 'weekday', 'time', 'doctor', 'appointment_type', 'patient_name']),
  effect: 'write',
  discloses: 'public',
  refusedInEmergency: true,
  budgetMs: 400,
  codes: [
    'OK',
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
    'TYPE_UNKNOWN',
    'TYPE_AMBIGUOUS',
    'TYPE_NOT_BOOKABLE',
  ],
  answers: { ...appointmentFieldsHold, held: 'false when so much is held already that it can only be booked at once' },

  async run({ scheduling }, args, call) {
    const resolved = resolveTime(args, call);
    if (resolved.outcome === 'refused') return resolved.answer;
    const answer = await scheduling.hold(call.clinic, resolved.wanted, call.requester, call.state.held);
    if (answer.code !== 'OK') return refusedBy(call, answer);

    const { slot, held } = answer;
    const words = wordsOfTag(call.language);
    const parts = spokenParts(slot, call);
    const type = call.clinic.appointmentTypes.find(({ id }) => id === slot.typeId);
    const firstName = firstNameOf(call, args.patient_name);
    return {
      code: 'OK',
      say: sentences(
        type && firstName
          ? words.readback({ ...parts, type: typeName(type, call.language), firstName })
          : held.length > 0
            ? words.held(parts)
            : words.free(spokenSlot(slot, call)),
      ),
      data: { ...appointmentFields(slot, call), held: held.length > 0 },
      remember: (state) => ({ ...state, held }),
      // A hold runs out; asking for it again keeps it for the full time again.
      wrote: false,
    };
  },
});

/** As the caller said it: a name from the records is not ours to say. */
function firstNameOf({ state }: ToolCall, said: string | undefined): string | undefined {
  const resolved = resolvePatient({ patient_name: said }, state.patients);
  if (resolved.outcome === 'known') return speakableFirstName(resolved.patient.givenName);
  return said === undefined ? undefined : speakableFirstName(said);
}
