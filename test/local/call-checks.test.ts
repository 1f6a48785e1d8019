import { type Check, checksOf, expectedRecipients, type Played } from '#local/call/checks.ts';
import type { Email } from '#local/call/mailbox.ts';
import type { LocalClinic } from '#local/local-json.ts';
import { analysisNeverComes } from '#local/scenarios/analysis-never-comes.ts';
import { asksAQuestionInEnglish } from '#local/scenarios/asks-a-question-in-english.ts';
import { booksInFrench } from '#local/scenarios/books-in-french.ts';
import { wrongNumber } from '#local/scenarios/wrong-number.ts';
import type { TimelineEntry } from '#local/vendors/retell/timeline.ts';
import { clinic as called, variables } from './retell-world.ts';

const recipient = (address: string, other: Partial<LocalClinic['recipients'][number]> = {}) => ({
  address,
  events: ['all'],
  alternative: false,
  disabled: null,
  ...other,
});

const clinic: LocalClinic = {
  id: called.id,
  slug: 'clinique-du-lac',
  name: 'Clinique du Lac',
  language: 'fr',
  zone: called.zone,
  numbers: [called.number],
  agents: [{ provider: 'retell', id: called.boundAgentId, kind: 'shared' }],
  recipients: [recipient('accueil@lac.example')],
  emailContent: 'full',
};

const email = (to: string, other: Partial<Email> = {}): Email => ({
  to,
  subject: '[Clinique du Lac] Nouvel appel',
  html: '<!doctype html><html lang="fr"><body></body></html>',
  text: '',
  headers: {},
  receivedAt: 0,
  ...other,
});

const steps = (...entries: TimelineEntry[]) => entries.map((entry, atMs) => ({ atMs, ...entry }));

const answered = (given: Record<string, string>): TimelineEntry => ({
  step: 'answered',
  detail: { tookMs: 5, agentId: called.boundAgentId, overridden: false, variables: given },
});

const nothingDone = { notification: 'none', acts: [], appointments: [] } as const satisfies Played['record'];

const played: Played = {
  scenario: asksAQuestionInEnglish,
  vendor: 'retell',
  turns: [],
  clinic,
  clinics: [clinic],
  steps: steps(answered(variables)),
  emails: [email('accueil@lac.example')],
  record: { ...nothingDone, notification: 'sent' },
  quarantined: [],
};

const broken = (checks: Check[]) => checks.filter(({ ok }) => !ok).map(({ claim, found }) => `${claim}: ${found}`);

test('a call that ends as it should passes', () => {
  expect(broken(checksOf(played))).toEqual([]);
});

test.each<[string, Partial<Played>, string[]]>([
  ['no e-mail', { emails: [] }, ['accueil@lac.example gets exactly one e-mail: 0 came']],
  [
    'the same e-mail twice',
    { emails: [email('accueil@lac.example'), email('accueil@lac.example')] },
    ['accueil@lac.example gets exactly one e-mail: 2 came'],
  ],
  [
    'an e-mail to a stranger',
    { emails: [email('accueil@lac.example'), email('other@parc.example')] },
    ['nobody else gets one: [Clinique du Lac] Nouvel appel → other@parc.example'],
  ],
  [
    'another clinic’s name',
    { emails: [email('accueil@lac.example', { subject: '[Autre] Nouvel appel' })] },
    ['the subject names Clinique du Lac: [Autre] Nouvel appel → accueil@lac.example'],
  ],
  [
    'the wrong language',
    { emails: [email('accueil@lac.example', { html: '<html lang="en">' })] },
    ['it is in French: [Clinique du Lac] Nouvel appel → accueil@lac.example'],
  ],
  [
    'a summary that is missing',
    { record: { ...nothingDone, notification: 'sent_degraded' } },
    ['it is complete: the record says sent_degraded'],
  ],
  [
    'a complete e-mail where there was no analysis',
    { scenario: analysisNeverComes },
    ['it says honestly that there is no summary: the record says sent'],
  ],
  [
    'another clinic on the phone',
    { steps: steps(answered({ ...variables, clinic_name: 'Autre' })) },
    ['the phone is answered as Clinique du Lac: Autre'],
  ],
  [
    'braces on the phone',
    { steps: steps(answered(variables), { step: 'warning', detail: { text: 'braces' } }) },
    ['Retell can use every part of the answer: braces'],
  ],
  [
    'an event nobody took',
    { steps: steps(answered(variables), { step: 'event-given-up', detail: { event: 'call_ended' } }) },
    ['every event Retell delivers is taken: refused to the last: call_ended'],
  ],
])('%s is noticed', (_, change, problems) => {
  expect(broken(checksOf({ ...played, ...change }))).toEqual(problems);
});

const theo = { patient: 'Théo Rivière', status: 'booked' } as const;
const toldBy = (code: string | undefined, say = 'C’est noté.', tookMs = 40): TimelineEntry => ({
  step: 'function-called',
  detail: { name: 'book_appointment', expected: ['OK'], code, say, tookMs },
});
const booking: Played = {
  ...played,
  scenario: {
    ...booksInFrench,
    expects: { ...booksInFrench.expects, outcome: 'booked', appointments: [theo] },
  },
  steps: steps(answered(variables), toldBy('OK')),
  emails: [email('accueil@lac.example', { text: 'Théo Rivière' })],
  record: { notification: 'sent', outcome: 'booked', acts: ['booked'], appointments: [theo] },
};

test('a call that books passes when record, sentence and e-mail agree', () => {
  expect(broken(checksOf(booking))).toEqual([]);
});

test.each<[string, Partial<Played>, string]>([
  [
    'a function that refuses',
    { steps: steps(answered(variables), toldBy('SLOT_TAKEN')) },
    'answered SLOT_TAKEN, not OK',
  ],
  ['a function that says nothing', { steps: steps(answered(variables), toldBy('OK', '')) }, 'says nothing'],
  ['a long silence', { steps: steps(answered(variables), toldBy('OK', 'Oui.', 2_400)) }, '2400 ms'],
  ['an appointment that is not there', { record: { ...booking.record, appointments: [] } }, 'none'],
  ['an outcome that is another', { record: { ...booking.record, outcome: 'info' } }, 'info'],
  ['an e-mail without the appointment', { emails: [email('accueil@lac.example')] }, 'Théo Rivière'],
])('%s is noticed', (_, change, problem) => {
  expect(broken(checksOf({ ...booking, ...change }))).toEqual([expect.stringContaining(problem)]);
});

test('an e-mail that may only carry a link must name nobody', () => {
  const discreet = { ...booking, clinic: { ...clinic, emailContent: 'link_only' as const } };
  expect(broken(checksOf(discreet))).toEqual(['the e-mail names nobody: Théo Rivière']);
});

test('a wrong number must name no clinic, reach nobody and wait in quarantine', () => {
  const neutral: Played = {
    ...played,
    scenario: wrongNumber,
    steps: steps(answered({ clinic_name: 'la clinique' }), {
      step: 'event-delivered',
      detail: { event: 'call_ended', attempt: 1, status: 204, tookMs: 3 },
    }),
    emails: [],
    record: nothingDone,
    quarantined: ['call_ended'],
  };
  expect(broken(checksOf(neutral))).toEqual([]);
  expect(broken(checksOf({ ...neutral, steps: steps({ step: 'rejected', detail: { tookMs: 4 } }) }))).toEqual([]);
  expect(
    broken(checksOf({ ...neutral, steps: played.steps, quarantined: [], emails: [email('accueil@lac.example')] })),
  ).toEqual([
    'the answer is nobody’s: no clinic is named in it: Clinique du Lac',
    'nobody gets an e-mail: [Clinique du Lac] Nouvel appel → accueil@lac.example',
  ]);
  expect(broken(checksOf({ ...neutral, quarantined: [] }))).toEqual([
    'its events wait in quarantine: not there: call_ended',
  ]);
});

test('an alternative is expected to hear of a call only while a regular recipient cannot', () => {
  const regular = recipient('accueil@lac.example');
  const alternative = recipient('garde@lac.example', { alternative: true });
  const emergencies = recipient('urgences@lac.example', { events: ['emergency'] });
  const expected = (...recipients: LocalClinic['recipients']) => expectedRecipients({ ...clinic, recipients }, []);
  expect(expected(regular, alternative, emergencies)).toEqual(['accueil@lac.example']);
  expect(expected({ ...regular, disabled: 'bounce' }, alternative)).toEqual(['garde@lac.example']);
});
