import { ConversationId, PatientId } from '#domain/ids.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import type { IdentityClaim } from '#domain/scheduling/patients/identification.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryPatients, patient } from '../fakes/patients.ts';

const clinic = clinicProfile();
const familyPhone = '+12025550117';

const id = (digit: string) => PatientId.parse(`a1f6c3d2-7b48-4e59-8c6d-0f1e2d3c4b5${digit}`);
const theo = patient({
  patientId: id('a'),
  authorisedContacts: [
    { name: 'Inès Rivière', phone: familyPhone, relation: 'mère' },
    { name: 'Paul Rivière', relation: 'grand-père' },
  ],
});
const lila = patient({ patientId: id('b'), givenName: 'Lila', dob: '2017-09-02' });
const ines = patient({ patientId: id('c'), givenName: 'Inès', dob: '1989-05-21' });

const requester = (changes: Partial<Requester> = {}): Requester => ({
  kind: 'agent',
  holder: aConversationId,
  conversationId: aConversationId,
  callerNumber: familyPhone,
  actor: { actorType: 'agent', actorId: aConversationId, requestId: 'request-1' },
  ...changes,
});

function world(...patients: Patient[]) {
  const clock = standingClock();
  const store = inMemoryPatients(...(patients.length ? patients : [theo, lila, ines]));
  const { verify } = createIdentification({ patients: store, clock });
  return {
    clock,
    store,
    verify: (claim: IdentityClaim, attemptsInCall = 0, changes: Partial<Requester> = {}) =>
      verify(clinic, claim, requester(changes), attemptsInCall),
  };
}

const theoSays = { name: 'Théo Rivière', dob: '2020-03-14' };

describe('who is verified', () => {
  test.each([
    ['full name and date of birth', theoSays],
    ['family name first, without accents', { name: 'RIVIERE Theo', dob: '2020-03-14' }],
    ['the caller’s own name said twice', { ...theoSays, callerName: 'theo riviere' }],
    ['an empty name of the caller', { ...theoSays, callerName: ' ' }],
  ])('%s', async (_, claim) => {
    expect(await world().verify(claim)).toEqual({ outcome: 'verified', patient: theo, as: 'patient' });
  });

  test('a patient who calls from another number, because a number proves nothing', async () => {
    const { verify } = world();
    const answer = await verify(theoSays, 0, { callerNumber: '+12025550199' });
    expect(answer).toMatchObject({ outcome: 'verified', as: 'patient' });
    expect(await verify(theoSays, 0, { callerNumber: undefined })).toMatchObject({ outcome: 'verified' });
  });

  test.each([
    ['an unknown person', { name: 'Marc Lacour', dob: '1975-11-30' }],
    ['a wrong date', { name: 'Théo Rivière', dob: '2020-03-15' }],
    ['another name under the same date and number', { name: 'Marc Rivière', dob: '2020-03-14' }],
    ['a given name alone', { name: 'Théo', dob: '2020-03-14' }],
    ['a name that is only much like it, even from the right number', { name: 'Théo Rivierre', dob: '2020-03-14' }],
    ['a date nobody has', { name: 'Théo Rivière', dob: '2020-02-30' }],
    ['a date to come', { name: 'Théo Rivière', dob: '2027-03-14' }],
    ['a name with three words that are not on record', { name: 'Théo Lila Inès Marc Rivière', dob: '2020-03-14' }],
    ['a list of names', { name: 'Théo Lila Inès Marc Jean Paul Awa Koffi Ange Marie Rivière', dob: '2020-03-14' }],
  ])('not %s', async (_, claim) => {
    expect(await world().verify(claim)).toEqual({ outcome: 'not-verified', attemptsLeft: 2 });
  });

  test('not a patient of another clinic', async () => {
    const { verify } = world({ ...theo, clinicId: elsewhere });
    expect(await verify(theoSays)).toMatchObject({ outcome: 'not-verified' });
  });

  test('not one of two who cannot be told apart', async () => {
    const twin = { ...theo, patientId: id('d'), phones: [] };
    expect(await world({ ...theo, phones: [] }, twin).verify(theoSays)).toMatchObject({ outcome: 'not-verified' });
  });

  test('of two with much the same name the one who was named', async () => {
    const brother = patient({ patientId: id('d'), givenName: 'Théo Marie' });
    const { verify } = world(brother, theo);
    expect(await verify(theoSays)).toMatchObject({ patient: { patientId: theo.patientId } });
    expect(await verify({ ...theoSays, name: 'Théo Marie Rivière' })).toMatchObject({ patient: brother });
  });

  test.each([
    ['two of one birthday, by the name they share', 'Kofi Jean', 'Kofi Paul'],
    ['one of two, by a name that lacks fewer words of one record', 'Kofi Jean', 'Kofi Jean Paul'],
    ['one of two who bear the very same name', 'Kofi', 'Kofi'],
  ])('not %s, from whatever number', async (_, one, other) => {
    const mensah = (digit: string, givenName: string, phones: string[]) =>
      patient({ patientId: id(digit), givenName, familyName: 'Mensah', phones: phones as Patient['phones'] });
    const { verify } = world(mensah('d', one, [familyPhone]), mensah('e', other, []));
    for (const callerNumber of [familyPhone, '+12025550199', undefined] as const) {
      const answer = await verify({ name: 'Kofi Mensah', dob: '2020-03-14' }, 0, { callerNumber });
      expect(answer).toMatchObject({ outcome: 'not-verified' });
    }
  });

  test('the clinic’s own record before what a caller told of the same person', async () => {
    const told = patient({ patientId: id('0'), provisional: true });
    expect(await world(told, theo).verify(theoSays)).toMatchObject({ patient: theo });
  });

  test('the clinic’s own record, though what a caller told has more of the words that were said', async () => {
    const told = patient({ patientId: id('0'), givenName: 'Théo Marie', provisional: true });
    expect(await world(told, theo).verify({ ...theoSays, name: 'Théo Marie Rivière' })).toMatchObject({
      patient: theo,
    });
  });

  test('whoever booked twice from one telephone before the clinic knew them, by the later record', async () => {
    const first = patient({ patientId: id('0'), provisional: true });
    const later = patient({ patientId: id('1'), provisional: true, createdAtMs: first.createdAtMs + 1 });
    expect(await world(first, later).verify(theoSays)).toMatchObject({ patient: later });
  });
});

describe('who may speak for somebody', () => {
  test('a mother who is on record and calls from her number', async () => {
    const { verify, store } = world();
    const answer = await verify({ ...theoSays, callerName: 'Rivière Inès' });
    expect(answer).toEqual({ outcome: 'verified', patient: theo, as: 'authorised-contact' });
    expect(store.records).toMatchObject([
      { outcome: 'success', patientId: theo.patientId, reason: 'authorised-contact' },
    ]);
  });

  test('a grandfather on record without a number, from any', async () => {
    const claim = { ...theoSays, callerName: 'Paul Rivière' };
    expect(await world().verify(claim, 0, { callerNumber: undefined })).toMatchObject({ as: 'authorised-contact' });
  });

  test.each([
    ['the mother from another number', { ...theoSays, callerName: 'Inès Rivière' }, '+12025550199'],
    ['the mother without a number', { ...theoSays, callerName: 'Inès Rivière' }, undefined],
    ['somebody who is not on record', { ...theoSays, callerName: 'Marc Lacour' }, familyPhone],
    ['a first name alone', { ...theoSays, callerName: 'Inès' }, familyPhone],
    ['the mother among a list of names', { ...theoSays, callerName: 'Inès Marie Awa Ange Rivière' }, familyPhone],
    ['a name much like hers', { ...theoSays, callerName: 'Inès Rivierre' }, familyPhone],
    ['a father of nearly the same name', { ...theoSays, callerName: 'Théo Jean Rivière' }, familyPhone],
    [
      'the mother for a child she is not on record for',
      { name: 'Lila Rivière', dob: '2017-09-02', callerName: 'Inès Rivière' },
      familyPhone,
    ],
  ])('not %s', async (_, claim, callerNumber) => {
    expect(await world().verify(claim, 0, { callerNumber })).toMatchObject({ outcome: 'not-verified' });
  });
});

describe('attempts', () => {
  const wrong = { name: 'Marc Lacour', dob: '1975-11-30' };

  test('a call has three, told from the first', async () => {
    const { verify, store } = world();
    expect(await verify(wrong, 0)).toEqual({ outcome: 'not-verified', attemptsLeft: 2 });
    expect(await verify(wrong, 1)).toEqual({ outcome: 'not-verified', attemptsLeft: 1 });
    expect(await verify(wrong, 2)).toEqual({ outcome: 'not-verified', attemptsLeft: 0 });
    expect(await verify(theoSays, 3)).toEqual({ outcome: 'locked' });
    expect(store.records).toHaveLength(3);
  });

  test('a number has five a day, in however many calls, and tomorrow five more', async () => {
    const { verify, clock, store } = world();
    for (const attemptsInCall of [0, 1, 2, 0]) await verify(wrong, attemptsInCall);
    expect(await verify(wrong, 1)).toEqual({ outcome: 'not-verified', attemptsLeft: 0 });
    expect(await verify(theoSays, 0)).toEqual({ outcome: 'locked' });
    expect(store.records).toHaveLength(5);
    expect(await verify(theoSays, 0, { callerNumber: '+12025550118' })).toMatchObject({ outcome: 'verified' });
    clock.pass(24 * 60 * 60_000);
    expect(await verify(theoSays, 0)).toMatchObject({ outcome: 'verified' });
  });

  test('the day is the clinic’s: in Cotonou it begins an hour before midnight in Greenwich', async () => {
    const { verify, clock } = world();
    for (const attemptsInCall of [0, 1, 2, 0, 1]) await verify(wrong, attemptsInCall);
    clock.pass(Date.parse('2026-10-05T22:59:59.999Z') - clock.now());
    expect(await verify(theoSays)).toEqual({ outcome: 'locked' });
    clock.pass(1);
    expect(await verify(theoSays)).toMatchObject({ outcome: 'verified' });
  });

  test('right ones do not count, and buy no room to try out others', async () => {
    const { verify } = world();
    for (const _ of [1, 2, 3, 4, 5, 6]) expect(await verify(theoSays)).toMatchObject({ outcome: 'verified' });
    for (const attemptsInCall of [0, 1, 2, 0, 1]) {
      await verify(wrong, attemptsInCall);
      await verify(theoSays);
    }
    expect(await verify(wrong)).toEqual({ outcome: 'locked' });
    expect(await verify(theoSays)).toEqual({ outcome: 'locked' });
  });

  test('of many guesses at one moment only five are looked at, the right one among them or not', async () => {
    const { verify, store } = world();
    const answers = await Promise.all(Array.from({ length: 12 }, () => verify(wrong)));
    expect(answers.filter(({ outcome }) => outcome === 'not-verified')).toHaveLength(5);
    expect(answers.filter(({ outcome }) => outcome === 'locked')).toHaveLength(7);
    expect(await verify(theoSays)).toEqual({ outcome: 'locked' });
    expect(store.records.every(({ patientId }) => patientId === undefined)).toBe(true);
  });

  test('callers without a number have the three of their call', async () => {
    const { verify } = world();
    for (const attemptsInCall of [0, 1, 2, 0, 1, 2]) {
      const answer = await verify(wrong, attemptsInCall, { callerNumber: undefined });
      expect(answer).toEqual({ outcome: 'not-verified', attemptsLeft: 2 - attemptsInCall });
    }
  });

  test('visitors of a site have twenty a day from their network, in however many chats', async () => {
    const { verify, clock } = world();
    const visitor = { callerNumber: undefined, visitorNetwork: 'a digest' };
    for (let attempt = 0; attempt < 19; attempt++) {
      expect(await verify(wrong, attempt % 3, visitor)).toMatchObject({ outcome: 'not-verified' });
    }
    expect(await verify(wrong, 0, visitor)).toEqual({ outcome: 'not-verified', attemptsLeft: 0 });
    expect(await verify(theoSays, 0, visitor)).toEqual({ outcome: 'locked' });
    expect(await verify(theoSays, 0, { ...visitor, visitorNetwork: 'another' })).toMatchObject({ outcome: 'verified' });
    clock.pass(24 * 60 * 60_000);
    expect(await verify(theoSays, 0, visitor)).toMatchObject({ outcome: 'verified' });
  });

  test('when an attempt cannot be counted, nobody learns how it ended', async () => {
    const { verify, store } = world();
    const { countAttempt } = store;
    store.countAttempt = async (...attempt) => {
      store.failNext();
      return countAttempt(...attempt);
    };
    await expect(verify(theoSays)).rejects.toThrow('the store of patients failed');
    expect(store.calls).toEqual(['attempts', 'byDob', 'countAttempt']);
  });
});

describe('what an outsider can learn', () => {
  const claims: [string, IdentityClaim][] = [
    ['an unknown person', { name: 'Marc Lacour', dob: '1975-11-30' }],
    ['a known name with a wrong date', { name: 'Théo Rivière', dob: '2020-03-15' }],
    ['a known date with a wrong name', { name: 'Marc Lacour', dob: '2020-03-14' }],
    ['a contact who is not on record', { ...theoSays, callerName: 'Marc Lacour' }],
    ['a person who is verified', theoSays],
  ];

  test.each(claims)('%s takes the same calls of the store', async (_, claim) => {
    const { verify, store } = world();
    await verify(claim);
    expect(store.calls).toEqual(['attempts', 'byDob', 'countAttempt']);
  });

  test('every refusal is the same answer, and its record names no patient', async () => {
    for (const [, claim] of claims.slice(0, 4)) {
      const { verify, store } = world();
      expect(await verify(claim)).toEqual({ outcome: 'not-verified', attemptsLeft: 2 });
      expect(store.records).toMatchObject([
        { act: 'identity.verify', outcome: 'denied', resourceType: 'conversation', resourceId: aConversationId },
      ]);
      expect(store.records[0]).not.toHaveProperty('patientId');
      expect(store.records[0]).not.toHaveProperty('reason');
    }
  });

  test('records and errors hold nothing anybody said', async () => {
    const { verify, store } = world();
    await verify({ ...theoSays, callerName: 'Inès Rivière' });
    await verify({ ...theoSays, dob: '2020-03-15' });
    const failure = new Error('no failure');
    store.failNext();
    const error = await verify(theoSays).then(
      () => failure,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).not.toBe(failure);
    const written = `${JSON.stringify(store.records)} ${error.message} ${error.stack}`;
    for (const said of ['Théo', 'Rivière', 'Inès', '2020-03', familyPhone]) expect(written).not.toContain(said);
  });

  test('a success names the patient, the conversation and the fields, so that an auditor finds it before a disclosure', async () => {
    const { verify, store } = world();
    await verify(theoSays);
    expect(store.records).toEqual([
      {
        v: 1,
        clinicId: cotonou,
        occurredAt: '2026-10-05T12:30:00.000Z',
        actorType: 'agent',
        actorId: aConversationId,
        requestId: 'request-1',
        act: 'identity.verify',
        outcome: 'success',
        resourceType: 'patient',
        resourceId: theo.patientId,
        patientId: theo.patientId,
        conversationId: ConversationId.parse(aConversationId),
        fields: ['name', 'dob'],
        reason: 'patient',
      },
    ]);
  });
});
