import { E164 } from '../../../e164.ts';
import { normalizePhone } from '../../../phone-number.ts';
import { needsReadBack, parseDateOfBirth, spokenDateOfBirth } from '../../../scheduling/patients/date-of-birth.ts';
import { foldName } from '../../../scheduling/patients/folded-name.ts';
import { type Patient } from '../../../scheduling/patients/patient.ts';
import { provisionalPatient } from '../../../scheduling/patients/provisional-patient.ts';
import { splitName } from '../../../scheduling/patients/split-name.ts';
import { wallClock } from '../../../wall-time.ts';
import type { KnownPatient } from '../../dialogue.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { askFor, refused } from '../refusals.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';
import { resolvePatient } from './resolve-patient.ts';

export interface BookingPatient {
  known: KnownPatient;
  /** To be added with the booking: somebody the clinic hears of for the first time, for all we know. */
  newPatient?: Patient;
  /** How to reach them, where it was told or seen. */
  phone?: E164;
}

/** What a caller says of the patient. */
export interface ToldOfPatient {
  patient_name?: string;
  date_of_birth?: string;
  date_of_birth_said?: 'in_words' | 'in_digits' | 'confirmed';
  callback_number?: string;
}

/**
 * For whom to book: whoever of that name is known in this conversation, else somebody new with the name, date of birth
 * and number they told. That the clinic may know a patient of that name makes no difference and is never said.
 */
export function patientToBookFor(
  told: ToldOfPatient,
  call: ToolCall,
): ({ outcome: 'patient' } & BookingPatient) | { outcome: 'refused'; answer: ToolAnswer } {
  const { clinic, state, requester, nowMs, language } = call;
  const refuse = (answer: ToolAnswer) => ({ outcome: 'refused', answer }) as const;
  const { patient_name: name, date_of_birth: dob } = told;
  const known = resolvePatient(told, state.patients);
  const phone = reachableOn(told.callback_number, call) ?? requester.callerNumber;
  if (known.outcome === 'known') return { outcome: 'patient', known: known.patient, ...(phone && { phone }) };
  if (known.outcome === 'ambiguous') return refuse(askFor(call, name === undefined ? 'patient_name' : 'date_of_birth'));
  if (name === undefined || !splitName(name)) return refuse(askFor(call, 'patient_name'));

  if (dob === undefined || parseDateOfBirth(dob, wallClock(nowMs, clinic.zone).date).outcome !== 'valid') {
    return refuse(askFor(call, 'date_of_birth'));
  }
  if (told.date_of_birth_said === 'in_digits' && needsReadBack(dob)) {
    const say = wordsOfTag(language).isBornOn(spokenDateOfBirth(dob, language));
    return refuse(refused(call, 'ARGUMENTS_INVALID', sentences(say)));
  }
  if (!phone) return refuse(askFor(call, 'callback_number'));
  const patient = provisionalPatient(clinic.id, { name, dob, phone }, language, nowMs, requester.holder);
  const before = state.patients.find(({ patientId }) => patientId === patient.patientId);
  const { patientId, givenName } = patient;
  return {
    outcome: 'patient',
    known: before ?? { handle: '', patientId, as: 'provisional', foldedName: foldName(name), dob, givenName },
    ...(!before && { newPatient: patient }),
    phone,
  };
}

/** A number as the caller said it, if it can be called; what cannot is asked for again rather than kept. */
function reachableOn(said: string | undefined, { clinic }: ToolCall): E164 | undefined {
  if (said === undefined) return undefined;
  const { valid, e164 } = normalizePhone(said, clinic.country);
  return valid ? E164.safeParse(e164).data : undefined;
}
