import { E164 } from '#domain/e164.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { derivedUuid, PatientId } from '#domain/ids.ts';
import { normalizePhone } from '#domain/phone-number.ts';
import { parseDateOfBirth } from '#domain/scheduling/patients/date-of-birth.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { localDate } from '#domain/scheduling/slots/zoned-time.ts';
import type { RequestOf } from '../api/requests.ts';
import { fieldProblem } from '../api/field-problem.ts';
import { type Answered, refuse } from '../api/refusals.ts';
import type { ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';

type Named = Pick<RequestOf<'book'>, 'patientId' | 'patient'>;
type PatientOfRequest = { patient: { patientId: PatientId } | { newPatient: Patient } } | { refused: Answered };

/** A number as it is stored; nothing when nobody could be reached on it. */
export function storedPhone(text: string, { country }: Pick<ClinicProfile, 'country'>): E164 | undefined {
  const { kind, valid, e164 } = normalizePhone(text, country);
  return kind === 'e164' && valid ? E164.parse(e164) : undefined;
}

/**
 * Whom a request is about: a patient on record, or one to be added. The same request gives the same new patient, so that
 * a retry adds nobody twice. A name alone is several people's: without a date of birth or a number, another request is
 * about somebody else, whatever session it belongs to.
 */
export async function patientOfRequest(
  { patients, clock }: Pick<ActionDeps, 'patients' | 'clock'>,
  { patientId, patient }: Named,
  { clinic, requester, requestName }: ApiCall,
): Promise<PatientOfRequest> {
  if (patientId !== undefined) {
    const known = await patients.get(clinic.id, patientId);
    return known ? { patient: { patientId } } : { refused: refuse('patient-unknown') };
  }
  if (!patient) throw new Error('a request without a patient passed its schema');
  const nowMs = clock.now();
  const { givenName, familyName, dob } = patient;
  if (dob !== undefined && parseDateOfBirth(dob, localDate(nowMs, clinic.zone)).outcome !== 'valid') {
    return { refused: fieldProblem('patient.dob', 'must be the date of birth of somebody alive today') };
  }
  const phone = patient.phone === undefined ? undefined : storedPhone(patient.phone, clinic);
  if (patient.phone !== undefined && !phone) {
    return {
      refused: fieldProblem(
        'patient.phone',
        'is not a valid telephone number in the clinic’s country; begin with + elsewhere',
      ),
    };
  }
  const told = [givenName, familyName, dob ?? '', phone ?? '', ...(dob || phone ? [] : [requestName])];
  const newPatient: Patient = {
    clinicId: clinic.id,
    patientId: PatientId.parse(derivedUuid('api-patient', clinic.id, requester.holder, ...told)),
    givenName,
    familyName,
    ...(dob !== undefined && { dob }),
    phones: phone ? [phone] : [],
    authorisedContacts: [],
    provisional: false,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  };
  return { patient: { newPatient } };
}
