import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type ClinicId, PatientId } from '#domain/ids.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';
import { cotonou } from './conversation.ts';

/** A patient on record at a clinic in Cotonou, changed where a test says so. */
export function patient(changes: Partial<Patient> = {}): Patient {
  const createdAtMs = Date.parse('2026-09-01T08:00:00.000Z');
  return {
    clinicId: cotonou,
    patientId: PatientId.parse('a1f6c3d2-7b48-4e59-8c6d-0f1e2d3c4b5a'),
    givenName: 'Théo',
    familyName: 'Rivière',
    dob: '2020-03-14',
    phones: ['+12025550117'],
    authorisedContacts: [],
    provisional: false,
    createdAtMs,
    updatedAtMs: createdAtMs,
    version: 1,
    ...changes,
  };
}

export interface FakePatients extends PatientStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
  /** What was asked of the store, in order, without what was asked for. */
  calls: (keyof PatientStore)[];
  /** Every patient of a clinic, oldest first. */
  all(clinicId: ClinicId): Patient[];
  /** The next call throws. Several failures queue up. */
  failNext(): void;
}

/** Patients in memory, keeping every promise of the real ones. */
export function inMemoryPatients(...initial: Patient[]): FakePatients {
  const patients = new Map<string, Patient>();
  const counted = new Map<string, number>();
  const records: PendingAuditEvent[] = [];
  const calls: FakePatients['calls'] = [];
  let failures = 0;

  const keep = (added: Patient) =>
    patients.set(`${added.clinicId} ${added.patientId}`, structuredClone(Patient.parse(added)));
  initial.forEach(keep);
  const all = (clinicId: ClinicId): Patient[] =>
    structuredClone([...patients.values()])
      .filter((one) => one.clinicId === clinicId)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.patientId < b.patientId ? -1 : 1));

  function asked(call: keyof PatientStore): void {
    calls.push(call);
    if (failures === 0) return;
    failures -= 1;
    throw new Error('the store of patients failed');
  }

  return {
    records,
    calls,
    all,
    failNext: () => void (failures += 1),

    async get(clinicId, patientId) {
      asked('get');
      return structuredClone(patients.get(`${clinicId} ${patientId}`));
    },
    async byPhone(clinicId, phone) {
      asked('byPhone');
      return all(clinicId).filter(({ phones }) => phones.includes(phone));
    },
    async byDob(clinicId, wanted) {
      asked('byDob');
      return all(clinicId).filter(({ dob }) => dob === wanted);
    },
    async add(added, audit) {
      asked('add');
      if (patients.has(`${added.clinicId} ${added.patientId}`)) return { outcome: 'exists' };
      keep(added);
      records.push(...audit);
      return { outcome: 'added' };
    },
    async countAttempt(clinicId, who, date, judge) {
      asked('countAttempt');
      const before = counted.get(`${clinicId} ${who} ${date}`) ?? 0;
      const { counts, audit } = judge(who ? before + 1 : 0);
      const count = who ? before + (counts ? 1 : 0) : 0;
      records.push(...audit);
      if (who) counted.set(`${clinicId} ${who} ${date}`, count);
      return count;
    },
    async attempts(clinicId, who, date) {
      asked('attempts');
      return counted.get(`${clinicId} ${who} ${date}`) ?? 0;
    },
  };
}
