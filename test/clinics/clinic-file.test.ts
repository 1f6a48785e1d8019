import { checkClinicFiles } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { cabinetDuParc, cliniqueBenin, demoFiles, lakesideDental } from './demo-clinics.ts';

const [benin] = demoFiles as [(typeof demoFiles)[0]];

const check = (text: string) =>
  checkClinicFiles([{ name: 'clinic.yaml', text }]).problems.map((problem) => problemText(problem));

/** The problems of the Beninese file after a change. The change must hit. */
function checkEdited(from: string | RegExp, to: string): string[] {
  const text = benin.text.replace(from, to);
  if (text === benin.text) throw new Error(`the file has no ${from}`);
  return check(text);
}

test('the three demo clinics are in order and as promised', () => {
  expect(checkClinicFiles(demoFiles).problems).toEqual([]);
  const told = [cliniqueBenin, cabinetDuParc, lakesideDental].map(
    ({ slug, defaultLanguage, zone, numbers, agents, email, providers }) => [
      slug,
      defaultLanguage,
      zone,
      numbers.map(({ number }) => number).join(),
      agents.map(({ kind }) => kind).join(),
      email.content,
      providers.length,
    ],
  );
  expect(told).toEqual([
    ['clinique-benin', 'fr', 'Africa/Porto-Novo', '+12025550142', 'shared', 'full', 3],
    ['cabinet-du-parc', 'fr', 'Europe/Paris', '+33199001234', 'shared', 'summary', 3],
    ['lakeside-dental', 'en', 'America/New_York', '+12025550143', 'dedicated', 'link_only', 3],
  ]);
  expect(cliniqueBenin.agents[0]?.id).toBe(cabinetDuParc.agents[0]?.id);
  expect(cliniqueBenin.emergencyLine).toBeDefined();
  for (const { operatories, appointmentTypes, humanLine } of [cliniqueBenin, cabinetDuParc, lakesideDental]) {
    expect(operatories.length).toBeGreaterThanOrEqual(2);
    expect(appointmentTypes.length).toBeGreaterThanOrEqual(3);
    expect(appointmentTypes.filter(({ bookableByAgent }) => !bookableByAgent)).toHaveLength(1);
    expect(appointmentTypes.some(({ capabilities }) => capabilities.length)).toBe(true);
    expect(appointmentTypes.some(({ bufferAfterMin }) => bufferAfterMin)).toBe(true);
    expect(appointmentTypes.some(({ providers }) => providers?.some(({ durationMin }) => durationMin))).toBe(true);
    expect(humanLine).toBeDefined();
  }
});

test('all problems come at once, each with its line and path', () => {
  const text = benin.text
    .replace("'+12025550142'", "'+22912345678'")
    .replace('familyName: Fictif', 'famillyName: Fictif')
    .replace("saturday: ['09:00-12:00']", "saturday: ['09:00-12:00', '11:00-13:00', 'mornings']")
    .replace('defaultLanguage: fr', 'defaultLanguage: en')
    .replace("{ date: '2027-01-01', reason", "{ date: '2027-02-30', reason")
    .replace('content: full', 'contents: full');
  expect(check(text)).toEqual([
    "clinic.yaml:8 defaultLanguage: must be one of the clinic's languages (fr)",
    'clinic.yaml:16 numbers[0].number: +22912345678 is not a valid number; Benin numbers have 10 digits since 2024',
    'clinic.yaml:28 providers[1].familyName: is missing',
    'clinic.yaml:31 providers[1].famillyName: is not a key of a clinic file; did you mean familyName?',
    'clinic.yaml:51 hours.saturday[2]: must be an interval written HH:mm-HH:mm',
    'clinic.yaml:51 hours.saturday[1]: overlaps or precedes 09:00-12:00',
    'clinic.yaml:56 closures[1].date: must be a date written YYYY-MM-DD',
    expect.stringMatching(/^clinic\.yaml:116 email\.content: is missing; choose how much .*link_only.*summary.*full/),
    'clinic.yaml:117 email.contents: is not a key of a clinic file; did you mean content?',
  ]);
});

test('the file a clinic joined by says what to do with its wishes', () => {
  expect(check(`${benin.text}onboarding: { members: [] }\n`)).toEqual([
    expect.stringMatching(/onboarding: is for clinic onboard alone; .*take it out.*numbers/),
  ]);
});

test('how much an e-mail carries must be chosen', () => {
  expect(checkEdited(/ {2}content: full\n/, '')).toEqual([
    'clinic.yaml:116 email.content: is missing; choose how much of a call its e-mails carry: ' +
      'link_only (that somebody called, and a link), summary (also what it was about) or full (also the transcript)',
  ]);
  expect(checkEdited('content: full', 'content: everything')[0]).toMatch(
    /email\.content: choose .*link_only.*summary.*full/,
  );
});

test('a rule over several keys is checked even where one of them is wrong', () => {
  expect(checkEdited("{ date: '2027-01-01', reason: Jour de l’an }", "{ date: 'New Year', open: true }")).toEqual([
    'clinic.yaml:56 closures[1].date: must be a date written YYYY-MM-DD',
    'clinic.yaml:56 closures[1].interval: a special opening needs its hours',
  ]);
});

test('a key that stands twice is named with its line', () => {
  expect(checkEdited('country: BJ', 'country: BJ\ncountry: FR')).toEqual([
    'clinic.yaml:6: country stands twice in the same place',
  ]);
});

test('what cannot be read as YAML is told with its line, and nothing is guessed behind it', () => {
  expect(checkEdited('languages: [fr]', 'languages: [fr')).toEqual([
    expect.stringMatching(/^clinic\.yaml:\d+: cannot be read as YAML: /),
  ]);
});

test.each(['', '# nothing\n', '- id: x\n', 'just text'])('a file %j holds no clinic', (text) => {
  expect(check(text)).toEqual([expect.stringMatching(/: must be a mapping of keys$/)]);
});

test('numbers may be written without quotes, though YAML takes them for arithmetic', () => {
  const text = benin.text.replace("'+12025550142'", '+12025550142').replace("['112', '118']", '[112, 118]');
  const { clinicFiles, problems } = checkClinicFiles([{ name: 'clinic.yaml', text }]);
  expect(problems).toEqual([]);
  expect(clinicFiles[0]?.clinic).toEqual(cliniqueBenin);
});

test('a country that is none is refused wherever it is written', () => {
  const text = benin.text.replace('country: BJ', 'country: UK').replace('countries: [BJ, US]', 'countries: [BJ, XX]');
  expect(check(text).map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'country: UK is not the ISO 3166 code of a country; did you mean GB?',
    'texting.countries[1]: XX is not the ISO 3166 code of a country',
  ]);
});

test('a number in national form is refused with the one that was meant', () => {
  expect(checkEdited("'+12025550142'", "'01 97 00 00 00'")).toEqual([
    'clinic.yaml:16 numbers[0].number: must be a number in E.164 form such as +12025550142; did you mean "+2290197000000"?',
  ]);
});

test('an honorific in front of a name is taken off, so that nobody is Doctor Doctor', () => {
  const text = benin.text
    .replace('givenName: Awa', 'givenName: Dr. Awa')
    .replace('givenName: Inès', 'givenName: Professeure')
    .replace('familyName: Modèle', 'familyName: docteur Prof. Modèle')
    .replace('spokenName: Kofi Fictif', 'spokenName: DOCTOR Kofi Fictif');
  const [file] = checkClinicFiles([{ name: 'clinic.yaml', text }]).clinicFiles;
  expect(
    file?.clinic.providers.map(({ givenName, familyName, spokenName }) => [givenName, familyName, spokenName]),
  ).toEqual([
    ['Awa', 'Exemple', undefined],
    ['Koffi', 'Fictif', 'Kofi Fictif'],
    ['Professeure', 'Modèle', undefined],
  ]);
});

test.each([
  [
    'id: bbdbecda-9629-4a72-855f-f2fa65d70bb3',
    'id: 00000000-0000-0000-0000-000000000001',
    /:2 id: must be a random UUID/,
  ],
  ['slug: clinique-benin', 'slug: admin', /:3 slug: is reserved for the platform/],
  ['slug: clinique-benin', 'slug: Clinique_Benin', /:3 slug: must be 3 to 48 of a-z/],
  ['zone: Africa/Porto-Novo', 'zone: Benin', /:6 zone: must be an IANA time zone/],
  ['name: Clinique du Littoral', 'name: "Clinique\\r\\nBcc: x@y.example"', /:4 name: must be one line/],
  ["emergencyNumbers: ['112', '118']", 'emergencyNumbers: []', /:13 emergencyNumbers: must have at least 1 entry$/],
  ['alternative: true', 'alternative: "yes"', /recipients\[1\]\.alternative: must be true or false/],
  [
    '- address: accueil',
    '- alternative: true\n      address: accueil',
    /email\.recipients: at least one recipient must not be/,
  ],
  ['reason: Jour de l’an }', 'open: true }', /closures\[1\]\.interval: a special opening needs its hours/],
  ['kind: shared', 'kind: private', /agents\[0\]\.kind: must be one of shared, dedicated/],
])('%s written as %s is refused', (from, to, problem) => {
  expect(checkEdited(from, to)).toEqual([expect.stringMatching(problem)]);
});

test('keeping what was said for longer than usual needs a reason', () => {
  const keeping = (days: number, why = '') => checkEdited(/$/, `\nretention: { transcriptDays: ${days}${why} }\n`);
  expect(keeping(30)).toEqual([]);
  expect(keeping(365, ', longerBecause: Required by the medical council.')).toEqual([]);
  expect(keeping(365)).toEqual([
    expect.stringMatching(/retention\.longerBecause: is missing: transcriptDays above 180 needs a reason$/),
  ]);
});
