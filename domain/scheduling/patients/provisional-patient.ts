import type { E164 } from '../../e164.ts';
import { type ClinicId, derivedUuid, PatientId } from '../../ids.ts';
import type { LanguageTag } from '../../language.ts';
import { nameTokens } from './folded-name.ts';
import { Patient } from './patient.ts';
import { splitName } from './split-name.ts';

export interface ToldPatient {
  /** Full name, as it was told. Hostile text. */
  name: string;
  /** `YYYY-MM-DD`, checked. */
  dob?: string;
  phone?: E164;
}

/**
 * Somebody a caller told of, for whom can be booked and who is a person of their own until the clinic says otherwise:
 * that the name or the number is known already merges nobody. The same conversation telling the same name and date
 * always gives the same patient, so that a retry adds nobody twice.
 *
 * @param holder the conversation, or whoever else asks; see `Requester.holder`
 * @throws Error when there is no letter in the name
 */
export function provisionalPatient(
  clinicId: ClinicId,
  { name, dob, phone }: ToldPatient,
  language: LanguageTag | undefined,
  nowMs: number,
  holder: string,
): Patient {
  const split = splitName(name);
  if (!split) throw new Error('a patient needs a name with letters in it');
  const folded = nameTokens(name).toSorted().join(' ');
  return Patient.parse({
    clinicId,
    patientId: PatientId.parse(derivedUuid('patient', clinicId, holder, folded, dob ?? '')),
    ...split,
    ...(dob !== undefined && { dob }),
    phones: phone ? [phone] : [],
    ...(language !== undefined && { language }),
    authorisedContacts: [],
    provisional: true,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  });
}
