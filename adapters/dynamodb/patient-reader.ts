import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { keys } from './keys.ts';
import { patientOf } from './patient-rows.ts';
import type { Table } from './table.ts';

/** Patients by id alone, for those who write nothing about them. */
export function createPatientReader(core: Table): Pick<PatientStore, 'get'> {
  return {
    async get(clinicId, patientId) {
      const item = await core.get(keys.patient(clinicId, patientId));
      return item && patientOf(item);
    },
  };
}
