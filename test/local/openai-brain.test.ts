import { type Scenario, type Talk } from '#local/scenarios/scenario.ts';
import { bargesIn } from '#local/scenarios/barges-in.ts';
import { booksInFrench } from '#local/scenarios/books-in-french.ts';
import { cancels } from '#local/scenarios/cancels.ts';
import { scenarios } from '#local/scenarios/scenarios.ts';
import { scriptedReceptionist, scriptedSupervisor, type Situation } from '#local/vendors/openai/brain.ts';
import type { Remembered } from '#local/vendors/openai/brain-history.ts';

const instructions = [
  'Vous êtes l’assistant vocal automatique de Clinique du Lac.',
  'Nom : Clinique du Lac',
  'Adresse : 4 rue du Port',
  'Horaires : lundi de 8 heures à midi',
  'Numéros d’urgence : 112 ou 118',
  'Aujourd’hui : lundi 5 octobre 2026 (2026-10-05). Les outils attendent des dates de cette forme.',
  'Médecins :',
  '1. le docteur Awa Exemple, pédiatrie',
].join('\n');
const nowMs = Date.parse('2026-10-05T09:00:00Z');

const everyFunction = [
  'verify_patient',
  'find_available_times',
  'book_appointment',
  'find_my_appointments',
  'cancel_appointment',
  'confirm_appointment',
  'reschedule_appointment',
  'take_message',
  'report_emergency',
  'transfer_to_human',
  'end_call',
];

/** What a function of the clinic answers in these tests: its own name, and a count that makes each sentence its own. */
const answer = (name: string, count: number): string =>
  JSON.stringify({
    code: 'OK',
    say: `Voici ce que dit ${name}, réponse numéro ${count}.`,
    first_date: '2026-10-13',
    first_time: '09:30',
  });

interface Played {
  history: Remembered[];
  called: { name: string; args: Record<string, unknown> }[];
  said: string[];
}

/** Lets the model answer until it calls no function any more. */
function turn(history: Remembered[], functions: readonly string[], run: (name: string, args: string) => string) {
  const said: string[] = [];
  const called: Played['called'] = [];
  for (let round = 0; ; round += 1) {
    if (round > 12) throw new Error(`no end: ${JSON.stringify(called)}`);
    const moves = scriptedReceptionist({ instructions, functions, history, nowMs });
    let isCall = false;
    for (const move of moves) {
      if ('say' in move) {
        said.push(move.say);
        history.push({ kind: 'said', by: 'agent', text: move.say });
        continue;
      }
      isCall = true;
      const callId = `call_${history.length}`;
      const args = JSON.stringify(move.args);
      called.push({ name: move.call, args: move.args });
      history.push({ kind: 'called', callId, name: move.call, args });
      history.push({ kind: 'answered', callId, output: run(move.call, args) });
    }
    if (!isCall) return { said, called };
  }
}

/** Plays the caller's side of a talk, line after line. */
function play(talk: Talk, functions: readonly string[], run?: (name: string, args: string) => string): Played {
  let count = 0;
  const history: Remembered[] = [{ kind: 'said', by: 'agent', text: 'Bonjour, ici un assistant.' }];
  const played: Played = { history, called: [], said: [] };
  const answers = run ?? ((name: string) => answer(name, (count += 1)));
  for (const step of talk.script) {
    if (!('role' in step) || step.role !== 'user') continue;
    history.push({ kind: 'said', by: 'caller', text: step.text });
    const { said, called } = turn(history, functions, answers);
    played.said.push(...said);
    played.called.push(...called);
  }
  return played;
}

const scripted = ({ script }: Talk) =>
  script.flatMap((step) => ('call' in step ? [step.call] : [])).filter((name) => name !== 'end_call');

const talksOf = (scenario: Scenario): [string, Talk][] =>
  Object.entries(scenario.talks).map(([language, talk]) => [`${scenario.name} in ${language}`, talk]);

test.each(scenarios.flatMap(talksOf))('%s: every function of the script is called, in order', (_, talk) => {
  const { called } = play(talk, everyFunction);
  expect(called.map(({ name }) => name).filter((name) => name !== 'end_call')).toEqual(scripted(talk));
});

test('a mother books for her son: arguments and sentences are filled in from the page and from the answers', () => {
  const { called, said } = play(booksInFrench.talks.fr as Talk, everyFunction);
  expect(called.map(({ name }) => name)).toEqual([
    'verify_patient',
    'find_available_times',
    'book_appointment',
    'end_call',
  ]);
  expect(called[1]?.args).toEqual({
    doctor: 'le docteur Awa Exemple',
    appointment_type: 'consultation',
    part_of_day: 'morning',
  });
  expect(said[2]).toContain('À Clinique du Lac, je peux vous proposer un rendez-vous avec le docteur Awa Exemple.');
  expect(said[2]).toContain('appelez tout de suite le 112 ou 118');
  expect(said).toContain(
    'Voici ce que dit book_appointment, réponse numéro 3. Est-ce que je peux faire autre chose pour vous ?',
  );
  expect(said.at(-1)).toBe('Voici ce que dit end_call, réponse numéro 4.');
  expect(said.join()).not.toContain('{{');
});

test('with a supervisor behind, the receptionist asks, and the supervisor does the same with the functions', () => {
  const done: string[] = [];
  const supervise = (_: string, args: string): string => {
    const { request } = JSON.parse(args) as { request: string };
    const history: Remembered[] = [{ kind: 'said', by: 'caller', text: `REQUEST: ${request}` }];
    for (let round = 0; round < 5; round += 1) {
      const next = scriptedSupervisor({ instructions, functions: everyFunction, history, nowMs });
      if ('say' in next) return JSON.stringify({ say: next.say });
      done.push(next.call);
      history.push({ kind: 'called', callId: `c${round}`, name: next.call, args: JSON.stringify(next.args) });
      history.push({ kind: 'answered', callId: `c${round}`, output: answer(next.call, done.length) });
    }
    throw new Error('the supervisor does not come to an end');
  };
  const { called, said } = play(booksInFrench.talks.fr as Talk, ['ask_supervisor', 'end_call'], (name, args) =>
    name === 'ask_supervisor' ? supervise(name, args) : answer(name, 9),
  );
  expect(called.map(({ name }) => name)).toEqual(['ask_supervisor', 'ask_supervisor', 'end_call']);
  expect(done).toEqual(['verify_patient', 'find_available_times', 'book_appointment']);
  expect(said).toContain(
    'Voici ce que dit verify_patient, réponse numéro 1. Voici ce que dit find_available_times, réponse numéro 2.',
  );
  expect(called[0]?.args.request).toContain('« Théo Rivière, né le 14 mars 2020.');
});

test('a supervisor without the function says that a person is needed', () => {
  const history: Remembered[] = [
    {
      kind: 'said',
      by: 'caller',
      text: 'Caller: Bonjour. Je préfère parler à quelqu’un, s’il vous plaît. C’est pour une facture.',
    },
  ];
  expect(scriptedSupervisor({ instructions, functions: [], history, nowMs })).toMatchObject({ needsHuman: true });
});

const situation = (history: Remembered[], functions = everyFunction): Situation => ({
  instructions,
  functions,
  history,
  nowMs,
});
const caller = (text: string): Remembered => ({ kind: 'said', by: 'caller', text });
const agent = (text: string): Remembered => ({ kind: 'said', by: 'agent', text });

test('a line in two pieces is waited for, and understood when it is whole', () => {
  const history = [caller('Oui bonjour je voudrais prendre')];
  expect(scriptedReceptionist(situation(history))).toEqual([{ say: 'Oui ?' }]);
  history.push(agent('Oui ?'), caller('un rendez-vous pour mon fils s’il vous plaît'));
  expect(scriptedReceptionist(situation(history))).toEqual([
    { say: 'Avec plaisir. Qu’est-ce qui l’amène, en quelques mots ?' },
  ]);
});

test('what no script knows is asked for again, in the language of the page', () => {
  expect(scriptedReceptionist(situation([caller('Quelle est la couleur du cheval ?')]))).toEqual([
    { say: expect.stringContaining('Excusez-moi') },
  ]);
  expect(
    scriptedReceptionist({ ...situation([caller('What colour is the horse?')]), instructions: 'You work for a firm.' }),
  ).toEqual([{ say: expect.stringContaining('Sorry') }]);
});

test('a sentence that was broken off by a cough is said again, one that the caller answered is not', () => {
  const first = caller('Bonjour, comment se passe une première visite chez vous ?');
  const [move] = scriptedReceptionist(situation([first]));
  const said = (move as { say: string }).say;
  const cut = [first, agent(said.split(' ').slice(0, 12).join(' '))];
  expect(scriptedReceptionist(situation([...cut, caller('‹unknown›')]))).toEqual([{ say: said }]);
  const line = (bargesIn.talks.fr as Talk).script[3] as { text: string };
  expect(scriptedReceptionist(situation([...cut, caller(line.text)]))).toEqual([
    { call: 'find_available_times', args: { appointment_type: 'consultation', part_of_day: 'morning' } },
  ]);
});

test('a function that still runs is not called again', () => {
  const history: Remembered[] = [
    caller('Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.'),
    agent('Je comprends. À quel nom dois-je chercher, et quelle est la date de naissance ?'),
    caller('C’est pour Gaspard Loriot, né le 17 février 1948.'),
    { kind: 'called', callId: 'c1', name: 'find_available_times', args: '{}' },
  ];
  expect(scriptedReceptionist(situation(history))).toEqual([{ say: 'Un instant, s’il vous plaît.' }]);
});

test('another session goes on from what it is told: a function that answered in the former one is not called again', () => {
  const history: Remembered[] = [
    agent('Bonjour.'),
    caller('Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.'),
    agent('Je comprends. À quel nom dois-je chercher, et quelle est la date de naissance ?'),
    caller('C’est pour Gaspard Loriot, né le 17 février 1948.'),
    {
      kind: 'note',
      text: 'La fonction find_available_times a répondu : {"code":"OK","say":"Mardi à 9 heures ou à 10 heures."}',
    },
    { kind: 'note', text: 'La liaison a été interrompue un instant. Continuez.' },
  ];
  expect(scriptedReceptionist(situation(history))).toEqual([{ say: 'Mardi à 9 heures ou à 10 heures.' }]);
});

test('an appointment of an earlier call is asked for before it is cancelled', () => {
  const { called } = play(cancels.talks.en as Talk, everyFunction);
  expect(called.find(({ name }) => name === 'cancel_appointment')?.args).toEqual({
    current_date: '2026-10-13',
    current_time: '09:30',
    reason: 'travelling',
  });
});

test('without functions nothing is made up', () => {
  const { called, said } = play(booksInFrench.talks.fr as Talk, []);
  expect(called).toEqual([]);
  expect(said.join()).not.toContain('{{');
});
