import type { Clinic } from '../../clinics/clinic.ts';
import type { Requester } from '../requester.ts';
import type { Patient } from './patient.ts';

/** What a caller says of who they are, or of whom they call for. Hostile text. */
export interface IdentityClaim {
  /** Full name of the patient. */
  name: string;
  /** Date of birth of the patient, `YYYY-MM-DD`. */
  dob: string;
  /** The caller's own name when the call is for somebody else. */
  callerName?: string;
}

/** `not-verified` is the same for an unknown person, a wrong date and a contact who is not on record. */
export type Identified =
  | { outcome: 'verified'; patient: Patient; as: 'patient' | 'authorised-contact' }
  | { outcome: 'not-verified'; attemptsLeft: number }
  | { outcome: 'locked' };

/** Who is on the line. The rules are those of `docs/tools.md`: exact date of birth, folded name, counted attempts. */
export interface Identification {
  /** @param attemptsInCall how many attempts this conversation has used up */
  verify(clinic: Clinic, claim: IdentityClaim, requester: Requester, attemptsInCall: number): Promise<Identified>;
}
