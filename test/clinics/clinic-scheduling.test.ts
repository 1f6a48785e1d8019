import { stringify } from 'yaml';
import { zoneOffsets } from '#domain/clinics/hours/zone-offsets.ts';
import { checkClinicFiles } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';

const ids = {
  awa: '6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b',
  koffi: '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c',
  room: '1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01',
  scanner: '2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12',
  visit: '3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23',
  scan: '4c3f6d85-4e97-4f4a-8b6d-8d9e0f1a2b34',
  nobody: '9d1c7e3a-5b2f-4a68-8c07-d4e5f6a7b8c9',
};

const room = { id: ids.room, name: 'Salle 1' };
const scanner = { id: ids.scanner, name: 'Salle 2', capabilities: ['scanner'] };
const visit = { id: ids.visit, names: { fr: 'consultation', en: 'visit' }, durationMin: 30 };

const file = (changes: Record<string, unknown>) => ({
  name: 'clinic.yaml',
  text: stringify({
    id: '5b0a6f0e-7d43-4c8e-9a51-3f1d2c4b6a70',
    slug: 'clinique-exemple',
    name: 'Clinique Exemple',
    country: 'FR',
    zone: 'Europe/Paris',
    languages: ['fr', 'en'],
    defaultLanguage: 'fr',
    address: '12 rue des Exemples',
    emergencyNumbers: ['112'],
    numbers: [{ number: '+12025550142' }],
    agents: [{ provider: 'retell', id: 'agent_shared00000001', kind: 'shared' }],
    providers: [
      { id: ids.awa, honorific: 'Dr', givenName: 'Awa', familyName: 'Modèle' },
      { id: ids.koffi, honorific: 'Dr', givenName: 'Koffi', familyName: 'Exemple' },
    ],
    operatories: [room, scanner],
    appointmentTypes: [visit],
    email: { content: 'full', recipients: [{ address: 'accueil@clinique.example' }] },
    ...changes,
  }),
});

/** The problems of a clinic that is in order but for these keys, without their lines. */
const problemsOf = (changes: Record<string, unknown>): string[] =>
  checkClinicFiles([file(changes)]).problems.map((problem) =>
    problemText({ ...problem, line: undefined }).replace('clinic.yaml ', ''),
  );
const withTypes = (...types: object[]) => problemsOf({ appointmentTypes: types });

test('a clinic may have neither rooms nor types, and gets the usual settings', () => {
  const { clinicFiles, problems } = checkClinicFiles([
    file({ operatories: undefined, appointmentTypes: undefined, scheduling: undefined }),
  ]);
  expect(problems).toEqual([]);
  expect(clinicFiles[0]?.clinic).toMatchObject({
    operatories: [],
    appointmentTypes: [],
    scheduling: {
      gridMinutes: 5,
      leadTimeMin: 120,
      horizonDays: 60,
      holdMinutes: 5,
      maxOffers: 3,
      maxBookingsPerConversation: 3,
      maxFutureApptsPerPatient: 5,
      cancelNoticeMin: 0,
    },
  });
});

test('who performs a type may be written as an id, or with a duration of their own', () => {
  const providers = [ids.awa, { id: ids.koffi, durationMin: 45 }];
  const { clinicFiles } = checkClinicFiles([file({ appointmentTypes: [{ ...visit, providers }] })]);
  expect(clinicFiles[0]?.clinic.appointmentTypes[0]?.providers).toEqual([
    { id: ids.awa },
    { id: ids.koffi, durationMin: 45 },
  ]);
});

test('every id a type or a closure names is one of the clinic’s', () => {
  expect(
    problemsOf({
      appointmentTypes: [{ ...visit, providers: [ids.awa, { id: ids.nobody }], operatories: [ids.nobody, ids.room] }],
      closures: [
        { date: '2027-01-04', provider: ids.nobody },
        { date: '2027-01-04', operatory: ids.awa },
      ],
    }),
  ).toEqual([
    `appointmentTypes[0].providers[1]: ${ids.nobody} is not one of the clinic's providers`,
    `appointmentTypes[0].operatories[0]: ${ids.nobody} is not one of the clinic's operatories`,
    `closures[0].provider: ${ids.nobody} is not one of the clinic's providers`,
    `closures[1].operatory: ${ids.awa} is not one of the clinic's operatories`,
  ]);
});

test('nothing is listed twice', () => {
  expect(
    problemsOf({
      operatories: [room, scanner, { ...room, name: 'Salle 3' }],
      appointmentTypes: [visit, { ...visit, providers: [ids.awa, ids.awa], operatories: [ids.room, ids.room] }],
    }),
  ).toEqual([
    `operatories[2]: ${ids.room} is listed twice`,
    `appointmentTypes[1]: ${ids.visit} is listed twice`,
    `appointmentTypes[1].providers[1]: ${ids.awa} is listed twice`,
    `appointmentTypes[1].operatories[1]: ${ids.room} is listed twice`,
  ]);
});

test('a type has a name in every language of the clinic; that of the language does for all its regions', () => {
  const clinic = (languages: string[], names: object) =>
    problemsOf({ languages, appointmentTypes: [{ ...visit, names }] });
  expect(clinic(['fr', 'en'], { fr: 'consultation' })).toEqual(['appointmentTypes[0].names: has no name in en']);
  expect(clinic(['fr', 'fr-BJ'], { fr: 'consultation' })).toEqual([]);
  expect(clinic(['fr', 'fr-BJ'], { 'fr-BJ': 'consultation' })).toEqual([
    'appointmentTypes[0].names: has no name in fr',
  ]);
  expect(clinic(['fr'], {})).toEqual(['appointmentTypes[0].names: has no name in fr']);
  expect(clinic(['fr'], { fr: 'consultation', de: 'Termin' })).toEqual([
    'appointmentTypes[0].names.de: must be one of the languages spoken here: fr, en',
  ]);
});

test('a type that needs a room has one that can do it', () => {
  const needs = 'add one or say needsOperatory: false';
  expect(problemsOf({ operatories: [] })).toEqual([
    `appointmentTypes[0]: needs an operatory, and the clinic has none; ${needs}`,
  ]);
  expect(withTypes({ ...visit, capabilities: ['scanner', 'laser'] })).toEqual([
    `appointmentTypes[0]: needs an operatory with scanner and laser, and the clinic has none; ${needs}`,
  ]);
  expect(withTypes({ ...visit, capabilities: ['scanner'], operatories: [ids.room] })).toEqual([
    `appointmentTypes[0]: needs an operatory with scanner, and none of those it lists is one; ${needs}`,
  ]);
  expect(withTypes({ ...visit, capabilities: ['scanner'], operatories: [ids.room, ids.scanner] })).toEqual([]);
  expect(problemsOf({ operatories: [], appointmentTypes: [{ ...visit, needsOperatory: false }] })).toEqual([]);
  expect(problemsOf({ operatories: [], appointmentTypes: [{ ...visit, active: false }] })).toEqual([]);
});

test('every length and every bound of hours lies on the grid', () => {
  const grid = 'must be a multiple of 10 minutes (scheduling.gridMinutes)';
  const bounds = 'must begin and end on a multiple of 10 minutes (scheduling.gridMinutes)';
  expect(
    problemsOf({
      hours: { monday: ['08:00-12:30', '14:05-18:00'] },
      providers: [
        { id: ids.awa, givenName: 'Awa', familyName: 'Modèle', hours: { tuesday: ['08:00-12:15'] } },
        { id: ids.koffi, givenName: 'Koffi', familyName: 'Exemple' },
      ],
      closures: [{ date: '2027-01-04', interval: '12:35-24:00' }],
      appointmentTypes: [
        {
          ...visit,
          durationMin: 25,
          bufferBeforeMin: 5,
          bufferAfterMin: 15,
          providers: [ids.awa, { id: ids.koffi, durationMin: 35 }],
        },
      ],
      scheduling: { gridMinutes: 10, slotStepMin: 15 },
    }).sort(),
  ).toEqual(
    [
      `hours.monday[1]: ${bounds}`,
      `providers[0].hours.tuesday[0]: ${bounds}`,
      `closures[0].interval: ${bounds}`,
      `appointmentTypes[0].durationMin: ${grid}`,
      `appointmentTypes[0].bufferBeforeMin: ${grid}`,
      `appointmentTypes[0].bufferAfterMin: ${grid}`,
      `appointmentTypes[0].providers[1].durationMin: ${grid}`,
      `scheduling.slotStepMin: ${grid}`,
    ].sort(),
  );
});

test('the grid divides whatever the zone is away from UTC', () => {
  const onGrid = (zone: string, gridMinutes: number) => problemsOf({ zone, scheduling: { gridMinutes } });
  expect(onGrid('Asia/Kathmandu', 10)).toEqual([
    'scheduling.gridMinutes: 10 does not divide +05:45, by which Asia/Kathmandu differs from UTC; choose 5 or 15',
  ]);
  expect(onGrid('Asia/Kathmandu', 15)).toEqual([]);
  expect(onGrid('Asia/Kathmandu', 5)).toEqual([]);
  expect(onGrid('Pacific/Chatham', 10)).toEqual([
    'scheduling.gridMinutes: 10 does not divide +12:45 and +13:45, by which Pacific/Chatham differs from UTC; choose 5 or 15',
  ]);
  expect(onGrid('Europe/Paris', 10)).toEqual([]);
  expect(onGrid('America/St_Johns', 10)).toEqual([]);
  expect(problemsOf({ scheduling: { gridMinutes: 7 } })).toEqual(['scheduling.gridMinutes: must be one of 5, 10, 15']);
});

test('the offsets of a zone are those of all its seasons', () => {
  expect(zoneOffsets('Europe/Paris')).toEqual([60, 120]);
  expect(zoneOffsets('Africa/Casablanca')).toEqual([0, 60]);
  expect(zoneOffsets('Australia/Lord_Howe')).toEqual([630, 660]);
  expect(zoneOffsets('America/St_Johns')).toEqual([-210, -150]);
  expect(zoneOffsets('UTC')).toEqual([0]);
  expect(zoneOffsets('Nowhere/At_All')).toEqual([]);
});

test('nothing occupies more than one booking can write', () => {
  const longest = (gridMinutes: number, durationMin: number) =>
    problemsOf({
      scheduling: { gridMinutes },
      appointmentTypes: [{ ...visit, durationMin, bufferBeforeMin: 30, bufferAfterMin: 30 }],
    });
  expect(longest(5, 165)).toEqual([]);
  expect(longest(5, 170)).toEqual([
    'appointmentTypes[0].durationMin: occupies 230 minutes with its buffers; the longest possible is 225 at a grid of 5 minutes (scheduling.gridMinutes)',
  ]);
  expect(longest(15, 615)).toEqual([]);
  expect(longest(15, 630)).toEqual([expect.stringContaining('occupies 690 minutes')]);
  expect(withTypes({ ...visit, providers: [{ id: ids.awa, durationMin: 230 }] })).toEqual([
    expect.stringMatching(/^appointmentTypes\[0\]\.providers\[0\]\.durationMin: occupies 230 minutes/),
  ]);
});

test('a person answers where a caller is put through', () => {
  expect(problemsOf({ humanLine: { number: '+12025550142' } })).toEqual([
    'humanLine.number: is answered by the agent; give a number on which a person answers',
  ]);
  expect(problemsOf({ emergencyLine: { number: '+33899701234' } })).toEqual([
    expect.stringMatching(/^emergencyLine\.number: \+33899701234 is a premium-rate number$/),
  ]);
  expect(problemsOf({ humanLine: { number: '01 99 00 12 34' } })).toEqual([
    'humanLine.number: must be a number in E.164 form such as +12025550142; did you mean "+33199001234"?',
  ]);
  expect(problemsOf({ humanLine: { number: '+33199005678', hours: { monday: ['09:00-12:00'] } } })).toEqual([]);
});

test('a closure is about the clinic, a provider or a room, and only one of them', () => {
  expect(
    problemsOf({
      closures: [
        { date: '2027-01-04', provider: ids.awa, operatory: ids.room },
        { date: '2027-01-05', open: true, interval: '09:00-12:00', operatory: ids.room },
        { date: '2027-01-06' },
        { date: '2027-01-06', provider: ids.awa },
        { date: '2027-01-06', operatory: ids.room },
        { date: '2027-01-06', operatory: ids.room },
      ],
    }),
  ).toEqual([
    'closures[0].operatory: is about a provider or an operatory, not both; write two closures',
    'closures[1].operatory: an operatory has no hours of its own to open; leave it out',
    `closures[5]: 2027-01-06 ${ids.room} is listed twice`,
  ]);
});

test('a key that is misspelt inside a type or a setting is named with the one that was meant', () => {
  expect(
    problemsOf({
      appointmentTypes: [{ ...visit, bufferAfter: 10, providers: [{ id: ids.awa, duration: 40 }] }],
      scheduling: { gridMinute: 5 },
      humanLine: { number: '+33199005678', opening: {} },
    }),
  ).toEqual([
    'appointmentTypes[0].bufferAfter: is not a key of a clinic file; did you mean bufferAfterMin?',
    'appointmentTypes[0].providers[0].duration: is not a key of a clinic file; here it knows id, durationMin',
    'scheduling.gridMinute: is not a key of a clinic file; did you mean gridMinutes?',
    'humanLine.opening: is not a key of a clinic file; here it knows number, hours',
  ]);
});
