import { provisionalPatient } from '#domain/scheduling/patients/provisional-patient.ts';
import { aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';

const nowMs = Date.parse('2026-10-05T12:30:00.000Z');
const told = { name: 'Théo Rivière', dob: '2020-03-14', phone: '+12025550117' };
const made = (changes: Partial<typeof told> = {}, holder: string = aConversationId, clinicId = cotonou) =>
  provisionalPatient(clinicId, { ...told, ...changes }, 'fr', nowMs, holder);

test('a caller the clinic does not know becomes a provisional patient', () => {
  expect(made()).toEqual({
    clinicId: cotonou,
    patientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    givenName: 'Théo',
    familyName: 'Rivière',
    dob: '2020-03-14',
    phones: ['+12025550117'],
    language: 'fr',
    authorisedContacts: [],
    provisional: true,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  });
});

test('the same told again in the same conversation is the same patient', () => {
  expect(made({ name: 'RIVIERE, theo' }).patientId).toBe(made().patientId);
  expect(made({ phone: '+12025550118' }).patientId).toBe(made().patientId);
});

test('another conversation, clinic, name or date is another patient: nobody is merged by a machine', () => {
  const ids = [made(), made({ name: 'Lila Rivière' }), made({ dob: '2020-03-15' })].map(({ patientId }) => patientId);
  ids.push(made({}, 'retell_call_other').patientId, made({}, aConversationId, elsewhere).patientId);
  expect(new Set(ids).size).toBe(5);
});

test('name alone will do', () => {
  const patient = provisionalPatient(cotonou, { name: 'Théo' }, undefined, nowMs, aConversationId);
  expect(patient).toMatchObject({ givenName: 'Théo', familyName: '', phones: [], provisional: true });
  expect(patient).not.toHaveProperty('dob');
  expect(patient).not.toHaveProperty('language');
});

test('without a letter in the name there is nobody, and the error does not repeat what was said', () => {
  expect(() => made({ name: '+12025550117' })).toThrow(/^a patient needs a name with letters in it$/);
});
