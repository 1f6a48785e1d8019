import { isClearNo } from '#domain/conversations/clear-no.ts';
import { type EmergencyState, judgeEmergency, unansweredAfterMs } from '#domain/conversations/judge-emergency.ts';

const now = Date.parse('2026-10-05T12:30:00.000Z');
const quiet: EmergencyState = { emergency: 'none', judgedUtterances: 0 };

/** What is known after each tool call of a talk: what the caller had said by then, and when. */
function judged(...calls: { said: string[]; atMs?: number }[]): EmergencyState['emergency'][] {
  let state = quiet;
  return calls.map(({ said, atMs = now }) => {
    state = judgeEmergency(state, said, atMs);
    return state.emergency;
  });
}

test('an ordinary talk is none, and stays the same object', () => {
  expect(judgeEmergency(quiet, ['Bonjour', 'je voudrais un rendez-vous'], now)).toBe(quiet);
});

test('a phrase is asked about, and yes makes it an emergency for the rest of the call', () => {
  const said = ['Bonjour', 'j’ai une douleur à la poitrine'];
  expect(judged({ said }, { said: [...said, 'oui'] }, { said: [...said, 'oui', 'non finalement ça va'] })).toEqual([
    'asked',
    'active',
    'active',
  ]);
});

test('a clear no clears it, and the talk goes on', () => {
  const said = ['I had a stroke last year'];
  expect(judged({ said }, { said: [...said, 'No, not now.'] }, { said: [...said, 'No, not now.', 'Tuesday'] })).toEqual(
    ['asked', 'cleared', 'cleared'],
  );
});

test('what was said before the question is not its answer', () => {
  expect(judged({ said: ['elle saigne beaucoup', 'non attendez'] })).toEqual(['asked']);
});

test('a hesitation is no answer yet; what follows it is', () => {
  const said = ['je n’arrive plus à respirer'];
  expect(judged({ said }, { said: [...said, 'euh'] }, { said: [...said, 'euh', 'pardon ?', 'ben oui'] })).toEqual([
    'asked',
    'asked',
    'active',
  ]);
});

test('silence after the question is an emergency, another tool in the same breath is not', () => {
  const said = ['chest pain'];
  expect(judged({ said }, { said, atMs: now + 900 }, { said, atMs: now + unansweredAfterMs })).toEqual([
    'asked',
    'asked',
    'active',
  ]);
});

test('another phrase after a clear no is asked about again', () => {
  const said = ['mon père a fait un AVC', 'non, il y a dix ans'];
  const more = [...said, 'attendez, il ne respire plus'];
  expect(judged({ said: said.slice(0, 1) }, { said }, { said: more }, { said: [...more, 'oui vite'] })).toEqual([
    'asked',
    'cleared',
    'asked',
    'active',
  ]);
});

test('a no that grows into a cry for help is heard', () => {
  const said = ['j’ai eu des convulsions'];
  expect(judged({ said }, { said: [...said, 'non'] }, { said: [...said, 'non mais maintenant j’étouffe'] })).toEqual([
    'asked',
    'cleared',
    'asked',
  ]);
});

test('a no and a new phrase in the same turn are both heard', () => {
  const said = ['douleur à la poitrine'];
  expect(judged({ said }, { said: [...said, 'non', 'mais ma mère est inconsciente'] })).toEqual(['asked', 'asked']);
});

test('a channel that tells no utterances leaves everything as it is', () => {
  const asked: EmergencyState = { emergency: 'asked', judgedUtterances: 2, emergencyAskedAtMs: now };
  expect(judgeEmergency(asked, [], now + 100)).toBe(asked);
  expect(judgeEmergency(quiet, [], now)).toBe(quiet);
});

test('thoughts of suicide follow the same rule', () => {
  const said = ['j’ai envie de mourir'];
  expect(judged({ said }, { said: [...said, 'je ne sais pas'] })).toEqual(['asked', 'active']);
});

describe('a clear no', () => {
  test.each([
    'non',
    'Non.',
    'Non non',
    'Non, pas maintenant.',
    'Non, pas du tout, merci.',
    'ah non non, ça va bien',
    'non madame, c’était l’année dernière',
    'non, c’était il y a deux ans',
    'Non merci, c’est fini.',
    'pas maintenant',
    'Non, pas maintenant, je voudrais juste un rendez-vous',
    'non mais je voudrais un rendez-vous mardi avec le docteur Exemple',
    'No',
    'no no',
    'No, not right now.',
    'No, it was two years ago',
    'nope, I’m fine, thank you',
    'no, that’s not happening now',
    'no I just want to book a check-up',
    'not at the moment',
    'non, je voudrais un rendez-vous pour ma fille lundi matin',
    'no, I just want an appointment with doctor Sample on Tuesday',
  ])('%s', (said) => expect(isClearNo(said)).toBe(true));
});

describe('no clear no', () => {
  test.each([
    'oui',
    'si',
    'je ne sais pas',
    'non je ne sais pas',
    'non, enfin un peu quand même',
    'non mais ça fait mal',
    'non, depuis ce matin',
    'non je peux plus bouger le bras',
    'pas bien du tout',
    'pas trop',
    'non, je n’arrive pas à respirer',
    'c’est comme une crampe',
    'peut-être',
    'yes',
    'yes right now',
    'no, I don’t know',
    'no, since this morning',
    'no, it still hurts',
    'not really',
    'I’d like an appointment',
    'no I can’t breathe',
    'nobody is here',
    'know what, maybe',
    'non je voudrais un rendez-vous vite j’ai mal',
    'non je veux un rendez-vous, ça serre fort',
    'non je voudrais un rendez-vous mardi, je me sens partir',
    'no I want an appointment, my arm feels funny',
    'no I just want someone to come',
    '',
  ])('%s', (said) => expect(isClearNo(said)).toBe(false));
});
