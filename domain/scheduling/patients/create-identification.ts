import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { type Clock, isoInstant } from '../../clock.ts';
import type { Clinic } from '../../clinics/clinic.ts';
import type { E164 } from '../../e164.ts';
import { wallClock } from '../../wall-time.ts';
import type { Requester } from '../requester.ts';
import { parseDateOfBirth } from './date-of-birth.ts';
import type { Identification, Identified, IdentityClaim } from './identification.ts';
import { type Candidate, compareCandidates, isSameName, provesName, rankCandidates } from './matching.ts';
import type { Patient } from './patient.ts';
import type { PatientStore } from './patient-store.ts';

/** Enough for a slip of the tongue and a name spelled out; too few to try out names. */
export const mostAttemptsPerCall = 3;
/** Hanging up buys nobody new attempts. */
export const mostAttemptsPerDay = 5;
/** Nor does another chat. Many people write from behind one address, and none of them needs many. */
export const mostAttemptsOfNetworkPerDay = 20;

interface Deps {
  patients: Pick<PatientStore, 'byDob' | 'attempts' | 'countAttempt'>;
  clock: Clock;
}

type Proven = Pick<Extract<Identified, { outcome: 'verified' }>, 'patient' | 'as'>;

/**
 * Who is on the line, by what they know. What verifies is the exact date of birth and every word of the shorter name,
 * folded; words that are only much alike rank candidates and verify nobody, not even together with the patient's own
 * number, because numbers can be forged and twins answer to much the same name. The caller is asked to spell it. Nor does
 * a name with more than two words that are not on record, which tries out many names at once.
 *
 * The same person twice on record is a guess, and so is one of two twins by the name they share, whatever number they
 * call from; a guess is a refusal. An unknown person, a wrong date and a contact
 * who is not on record take the same calls of the store and get the same answer. A failure is counted, and every attempt
 * on record, before anybody learns how it ended; callers without a number have only the limit of their call, visitors
 * of a site that of their network.
 */
export function createIdentification({ patients, clock }: Deps): Identification {
  return {
    async verify(clinic, claim, requester, attemptsInCall) {
      if (attemptsInCall >= mostAttemptsPerCall) return { outcome: 'locked' };
      const nowMs = clock.now();
      const today = wallClock(nowMs, clinic.zone).date;
      const { callerNumber: number, visitorNetwork } = requester;
      const who = number ?? visitorNetwork;
      const mostADay = number ? mostAttemptsPerDay : mostAttemptsOfNetworkPerDay;
      if (who !== undefined && (await patients.attempts(clinic.id, who, today)) >= mostADay) {
        return { outcome: 'locked' };
      }

      const date = parseDateOfBirth(claim.dob, today);
      // Dates nobody can be born on tell nothing about anybody, so nobody is looked for.
      const born = date.outcome === 'valid' ? await patients.byDob(clinic.id, date.dob) : [];
      const proven = prove(claim, born, number);
      // Calls at one moment may all have seen room for one more attempt; the count tells who was in time. Only what fails
      // counts: a family that calls three times a day proves itself three times.
      let inTime = false;
      const countedToday = await patients.countAttempt(clinic.id, who, today, (attempts) => {
        inTime = attempts <= mostADay;
        const shown = inTime ? proven : undefined;
        return { counts: !shown, audit: [recordOf(clinic, claim, requester, shown, nowMs)] };
      });
      if (!inTime) return { outcome: 'locked' };
      if (proven) return { outcome: 'verified', ...proven };
      const attemptsLeft = Math.min(
        mostAttemptsPerCall - attemptsInCall - 1,
        who !== undefined ? mostADay - countedToday : Infinity,
      );
      return { outcome: 'not-verified', attemptsLeft };
    },
  };
}

function prove(claim: IdentityClaim, born: readonly Patient[], number: E164 | undefined): Proven | undefined {
  const candidates = rankCandidates(claim.name, born, number);
  const [first, second] = candidates;
  if (!first || (second && compareCandidates(first, second) === 0)) return undefined;
  const { patient } = first;
  if (!isProven(claim, first) || isOneOfSeveral(claim, first, candidates)) return undefined;
  if (speaksForThemselves(claim)) return { patient, as: 'patient' };
  return isAuthorised(patient, claim.callerName, number) ? { patient, as: 'authorised-contact' } : undefined;
}

const isProven = ({ name }: IdentityClaim, { patient }: Candidate): boolean =>
  provesName(name, `${patient.givenName} ${patient.familyName}`);

/** Whether the claim proves others of the clinic's own records too, and not this one alone word for word. */
function isOneOfSeveral(claim: IdentityClaim, first: Candidate, candidates: readonly Candidate[]): boolean {
  if (first.patient.provisional) return false;
  const others = candidates.filter((one) => one !== first && !one.patient.provisional && isProven(claim, one));
  return others.some(({ match }) => first.match.extra > 0 || match.extra === 0);
}

/** Models fill in the caller's name even where caller and patient are one. */
function speaksForThemselves({ name, callerName }: IdentityClaim): boolean {
  return !callerName?.trim() || isSameName(callerName, name);
}

/** A contact whose number is on record must call from it. */
const isAuthorised = ({ authorisedContacts }: Patient, callerName: string | undefined, number: E164 | undefined) =>
  authorisedContacts.some(
    ({ name, phone }) => provesName(callerName ?? '', name) && (phone === undefined || phone === number),
  );

/** A refusal names nobody: the record of it must not say either who is a patient. */
function recordOf(
  clinic: Clinic,
  claim: IdentityClaim,
  { actor, conversationId, holder }: Requester,
  proven: Proven | undefined,
  nowMs: number,
): PendingAuditEvent {
  return {
    v: 1,
    clinicId: clinic.id,
    occurredAt: isoInstant(nowMs),
    ...actor,
    act: 'identity.verify',
    ...(proven
      ? {
          outcome: 'success',
          resourceType: 'patient',
          resourceId: proven.patient.patientId,
          patientId: proven.patient.patientId,
          reason: proven.as,
        }
      : { outcome: 'denied', resourceType: 'conversation', resourceId: conversationId ?? holder }),
    ...(conversationId && { conversationId }),
    fields: ['name', 'dob', ...(claim.callerName?.trim() ? ['callerName'] : [])],
  };
}
