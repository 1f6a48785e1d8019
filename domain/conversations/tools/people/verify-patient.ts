import { lineOpen } from '../../../clinics/numbers/human-line.ts';
import { shownPhone } from '../../../clinics/numbers/shown-phone.ts';
import { mostAttemptsPerCall } from '../../../scheduling/patients/create-identification.ts';
import { foldName } from '../../../scheduling/patients/folded-name.ts';
import { isSameName } from '../../../scheduling/patients/matching.ts';
import { needsReadBack, parseDateOfBirth, spokenDateOfBirth } from '../../../scheduling/patients/date-of-birth.ts';
import { wallClock } from '../../../wall-time.ts';
import type { DialogueState, KnownPatient } from '../../dialogue.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { isWritten } from '../emergency-answer.ts';
import { inputOf } from '../fields.ts';
import { askFor, refused } from '../refusals.ts';
import type { ToolAnswer, ToolCall, ToolDeps, ToolFields } from '../tool.ts';

export const verifyPatient = defineTool({
  name: 'verify_patient',
  description: {
    fr: 'Vérifie un patient par son nom complet et sa date de naissance. À appeler avant de parler de ses rendez-vous. Ne révèle jamais si quelqu’un est connu : ne dites pas pourquoi la vérification échoue.',
    en: 'Verifies a patient by full name and date of birth. Call it before speaking of their appointments. It never reveals whether somebody is known: do not say why a verification fails.',
  },
  input: inputOf(['patient_name', 'date_of_birth'], ['date_of_birth_said', 'caller_name']),
  effect: 'write',
  discloses: 'nothing',
  refusedInEmergency: false,
  budgetMs: 500,
  codes: ['OK', 'NOT_VERIFIED', 'VERIFICATION_LOCKED'],
  answers: {
    verified: 'true or false',
    handle: 'name of the patient for this call alone, such as patient_1; other tools take it as patient_name',
    transfer_number: 'number of the team, when verification is over and somebody answers there',
  },

  async run({ identification, dialogues }, args, call) {
    const { clinic, state, requester, nowMs } = call;
    const words = wordsOfTag(call.language);
    const { patient_name: name, date_of_birth: dob, caller_name: callerName } = args;
    // What can be told from the date alone is asked back without a look at anybody's record, and counts as no attempt.
    if (parseDateOfBirth(dob, wallClock(nowMs, clinic.zone).date).outcome !== 'valid') {
      return askFor(call, 'date_of_birth');
    }
    if (args.date_of_birth_said === 'in_digits' && needsReadBack(dob)) {
      return refused(call, 'ARGUMENTS_INVALID', sentences(words.isBornOn(spokenDateOfBirth(dob, call.language))));
    }
    const verified = alreadyVerified(args, state);
    if (verified) return { code: 'OK', say: words.verified, data: dataOf(verified), wrote: false };
    const claim = { name, dob, ...(callerName !== undefined && { callerName }) };
    const reserved = await reserveAttempt(dialogues, state);
    if (reserved.outcome === 'none-left') return locked(call);
    const identified = await identification.verify(clinic, claim, requester, reserved.attemptsBefore);
    switch (identified.outcome) {
      case 'verified': {
        const { patient, as } = identified;
        const known = {
          patientId: patient.patientId,
          as,
          foldedName: foldName(`${patient.givenName} ${patient.familyName}`),
          ...(patient.dob && { dob: patient.dob }),
          givenName: patient.givenName,
          told: foldName(name),
          ...(patient.provisional && { provisional: true }),
        };
        return {
          code: 'OK',
          say: words.verified,
          data: dataOf({ handle: handleOf(state, known) }),
          remember: (current) => withPatient({ ...current, attempts: current.attempts - 1 }, known),
          // What is not remembered is not verified: then it is to be asked for again.
          wrote: false,
        };
      }
      case 'not-verified':
        if (identified.attemptsLeft < 1) return locked(call);
        return {
          code: 'NOT_VERIFIED',
          say: words.verifyAgain,
          data: { verified: false },
          wrote: true,
        };
      case 'locked':
        return locked(call);
    }
  },
});

const dataOf = ({ handle }: Pick<KnownPatient, 'handle'>): ToolFields => ({ verified: true, handle });

/**
 * Asked for again in the same words, which is neither an attempt nor anything new on record. A name with a word more or
 * less may be a twin's.
 */
function alreadyVerified(
  { patient_name: name, date_of_birth: dob }: { patient_name: string; date_of_birth: string },
  { patients }: DialogueState,
): KnownPatient | undefined {
  return patients.find(
    (patient) =>
      patient.as !== 'provisional' &&
      patient.dob === dob &&
      [patient.foldedName, patient.told ?? ''].some((known) => isSameName(name, known)),
  );
}

/**
 * Counts the attempt before anybody is looked for, so that calls at one moment have no more of them together than one
 * after the other, and none is made that cannot be counted. Whoever proves who they are is given it back.
 */
async function reserveAttempt(
  dialogues: ToolDeps['dialogues'],
  { clinicId, conversationId }: DialogueState,
): Promise<{ outcome: 'reserved'; attemptsBefore: number } | { outcome: 'none-left' }> {
  let attemptsBefore = 0;
  await dialogues.change(clinicId, conversationId, (current) => {
    attemptsBefore = current.attempts;
    return attemptsBefore < mostAttemptsPerCall ? { ...current, attempts: attemptsBefore + 1 } : current;
  });
  return attemptsBefore < mostAttemptsPerCall ? { outcome: 'reserved', attemptsBefore } : { outcome: 'none-left' };
}

/** The same words whether too often the wrong thing was said or nobody of that name is known. */
function locked(call: ToolCall): ToolAnswer {
  const words = wordsOfTag(call.language);
  const { clinic } = call;
  const open = !isWritten(call) && lineOpen('humanLine', clinic, call.nowMs);
  const number = open ? clinic.humanLine?.number : undefined;
  const [cannot = ''] = /^.*?\.(?=\s)/.exec(words.verifyFail) ?? [];
  const spoken = number ? words.verifyFail : sentences(cannot, words.codes.NOBODY_AVAILABLE);
  return {
    code: 'VERIFICATION_LOCKED',
    say: isWritten(call) ? words.verifyFailWritten(shownPhone(clinic)) : spoken,
    data: { verified: false, ...(number && { transfer_number: number }) },
    wrote: true,
  };
}

const sameAs =
  (known: Omit<KnownPatient, 'handle'>) =>
  ({ patientId }: KnownPatient) =>
    patientId === known.patientId;

const handleOf = ({ patients }: DialogueState, known: Omit<KnownPatient, 'handle'>): string =>
  patients.find(sameAs(known))?.handle ?? `patient_${patients.length + 1}`;

/** Known once; what was verified outweighs what was only told. */
export function withPatient(state: DialogueState, known: Omit<KnownPatient, 'handle'>): DialogueState {
  const before = state.patients.find(sameAs(known));
  if (before && known.as === 'provisional') return state;
  const patient = { ...known, handle: handleOf(state, known) };
  return { ...state, patients: [...state.patients.filter((other) => other !== before), patient] };
}
