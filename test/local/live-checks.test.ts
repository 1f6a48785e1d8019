import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import type { Check, Played } from '#local/call/check.ts';
import { liveChecks } from '#local/call/live-checks.ts';
import type { LocalClinic } from '#local/local-json.ts';
import type { Scenario, ScriptStep } from '#local/scenarios/scenario.ts';
import type { TimelineEntry } from '#local/vendors/retell/timeline.ts';

const clinicNamed = (name: string, id: string): LocalClinic => ({
  id,
  slug: name.toLowerCase(),
  name,
  language: 'fr',
  zone: 'Africa/Porto-Novo',
  numbers: ['+12025550142'],
  agents: [],
  recipients: [],
  emailContent: 'full',
});
const clinic = clinicNamed('Clinique du Lac', 'a');
const other = clinicNamed('Cabinet des Pins', 'b');

const scenarioWith = (...script: ScriptStep[]): Scenario => ({
  name: 'some-call',
  summary: '',
  clinic: clinic.slug,
  direction: 'inbound',
  connects: true,
  patient: '+12025550117',
  disconnectionReason: 'user_hangup',
  talks: { fr: { script } },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
});

const hears = (text: string, more: { afterMs?: number; cut?: true } = {}): TimelineEntry => ({
  step: 'hears',
  detail: { text, ...more },
});
const says = (text: string): TimelineEntry => ({ step: 'says', detail: { text } });
const connected = (time: number): TimelineEntry => ({ step: 'connected', detail: { time, tookMs: 4 } });
const greeting = 'Bonjour, vous êtes bien à la Clinique du Lac. Je suis une assistante virtuelle.';
const question = 'À quel nom, s’il vous plaît ?';

const turn = (seq: number, speaker: Turn['speaker'], text: string, more: Partial<Turn> = {}): Turn => ({
  seq,
  speaker,
  text,
  atMs: seq,
  ...more,
});
const used = (seq: number, name: string, code: string) =>
  turn(seq, 'tool', '', { tool: { callId: String(seq), name, args: {}, code, say: 'Voilà.', data: {} } });

const script: ScriptStep[] = [
  { role: 'agent', text: '{{greeting}}' },
  { role: 'user', text: 'Un rendez-vous, merci.' },
  { call: 'find_available_times', answers: 'OK' },
  { role: 'agent', text: question },
];
const entries = [connected(1), hears(greeting), says('Un rendez-vous, merci.'), hears(question, { afterMs: 300 })];
const turns = [
  turn(100_001, 'agent', greeting),
  turn(100_002, 'caller', 'un rendez-vous merci'),
  used(100_003, 'find_available_times', 'OK'),
  turn(100_004, 'agent', question),
];

function problems({
  steps = entries,
  events = [],
  ...change
}: Partial<Omit<Played, 'steps'>> & { steps?: TimelineEntry[]; events?: ScriptStep[] } = {}): string[] {
  const checks: Check[] = liveChecks({
    scenario: scenarioWith(...script, ...events),
    vendor: 'twilio',
    clinic,
    clinics: [clinic, other],
    emails: [],
    record: { notification: 'sent', acts: [], appointments: [] },
    turns,
    quarantined: [],
    ...change,
    steps: steps.map((entry, atMs) => ({ atMs, ...entry })),
  });
  return checks.filter(({ ok }) => !ok).map(({ claim, found }) => (found ? `${claim}: ${found}` : claim));
}

test('a talk that went as it should passes', () => {
  expect(problems()).toEqual([]);
});

const [first, second, third, fourth] = entries as [TimelineEntry, TimelineEntry, TimelineEntry, TimelineEntry];
test.each<[string, Parameters<typeof problems>[0], string]>([
  [
    'another clinic’s name',
    { steps: [first, hears('Bonjour, ici le Cabinet des Pins.'), third, fourth], turns: turns.slice(1) },
    'and of no other clinic: Cabinet des Pins',
  ],
  ['a second greeting', { steps: [...entries, hears(greeting)] }, 'the greeting is heard once: 2 times'],
  [
    'a long silence',
    { steps: [first, second, third, hears(question, { afterMs: 9_000 })] },
    'nobody waits long for an answer: 9000 ms',
  ],
  [
    'a caller who must say it again',
    { steps: [...entries, { step: 'repeats', detail: { text: 'Allô' } }] },
    'nothing has to be said twice: Allô',
  ],
  [
    'stale words',
    { steps: [...entries, { step: 'barge-in', detail: { staleWords: 3 } }] },
    'nothing is heard that was taken back: 3 words',
  ],
  [
    'a tool nobody used',
    { turns: turns.filter(({ speaker }) => speaker !== 'tool') },
    'every tool is used and answers as expected: find_available_times was not used',
  ],
  [
    'a tool that answered otherwise',
    { turns: [turns[0]!, turns[1]!, used(100_003, 'find_available_times', 'CLOSED'), turns[3]!] },
    'every tool is used and answers as expected: find_available_times answered CLOSED',
  ],
  [
    'a caller’s words that are lost',
    { turns: turns.filter(({ speaker }) => speaker !== 'caller') },
    'the transcript holds what the caller said, in order: Un rendez-vous, merci.',
  ],
  [
    'words on record that nobody heard',
    { turns: [...turns, turn(100_005, 'agent', 'C’est noté.')] },
    'and nothing of the agent’s that was not heard: C’est noté.',
  ],
  [
    'a line the caller never came to say',
    { steps: [first, second, hears(question)], turns: [turns[0]!, turns[2]!, turns[3]!] },
    'the caller could say everything: Un rendez-vous, merci.',
  ],
  [
    'a warning of the vendor',
    { steps: [...entries, { step: 'warning', detail: { text: '31951' } }] },
    'the vendor understands all it is sent: 31951',
  ],
])('%s is noticed', (_, change, problem) => {
  expect(problems(change)).toContain(problem);
});

test('a call that lives through the death of its task is on another one, and is asked nothing again', () => {
  const events: ScriptStep[] = [{ happens: 'task-dies' }];
  expect(problems({ events })).toEqual(['another task takes the call over: 1 connections']);
  expect(problems({ events, steps: [...entries, connected(2)] })).toEqual([]);
  expect(problems({ events, steps: [...entries, connected(2), hears(question)] })).toEqual([
    `nothing is asked twice: ${question}`,
  ]);
});

test('a deploy is not noticed by the call', () => {
  expect(problems({ events: [{ happens: 'deploy' }] })).toEqual([]);
  expect(problems({ events: [{ happens: 'deploy' }], steps: [...entries, connected(2)] })).toEqual([
    'the call stays where it is: 2 connections',
  ]);
});

test('who breaks in must be let speak at once', () => {
  const events: ScriptStep[] = [{ role: 'user', text: 'Un rendez-vous, merci.', bargesIn: true }];
  const cut = (silentAfterMs?: number): TimelineEntry => ({
    step: 'barge-in',
    detail: { staleWords: 0, ...(silentAfterMs !== undefined && { silentAfterMs }) },
  });
  expect(problems({ events })).toEqual(['who breaks in is let speak at once: nobody broke in']);
  expect(problems({ events, steps: [...entries, cut()] })).toEqual([
    'who breaks in is let speak at once: after never ms',
  ]);
  expect(problems({ events, steps: [...entries, cut(200)] })).toEqual([]);
});

test('a number nobody holds is told no clinic’s name', () => {
  const scenario = { ...scenarioWith(), expects: { answer: 'neutral', email: 'none', timeoutSeconds: 60 } } as const;
  expect(problems({ scenario, turns: [], steps: [hears('Ce numéro n’est pas en service.')] })).toEqual([]);
  expect(problems({ scenario, turns: [], steps: [hears('Ici la Clinique du Lac.')] })).toEqual([
    'no clinic is named to the caller: Clinique du Lac',
  ]);
});
