import { type EmergencyState, judgeEndedCall } from '#domain/conversations/judge-emergency.ts';
import { toolWords } from '#domain/conversations/words/words.ts';

const quiet: EmergencyState = { emergency: 'none', judgedUtterances: 0 };
const asked = (judgedUtterances: number): EmergencyState => ({
  emergency: 'asked',
  judgedUtterances,
  emergencyAskedAtMs: 1_000,
});
const question = `Agent: ${toolWords.fr.codes.EMERGENCY_TO_CONFIRM}`;
const stroke = 'User: j’ai eu un AVC l’an dernier';

test('an ordinary call leaves nothing', () => {
  expect(judgeEndedCall(quiet, 'Agent: Bonjour.\nUser: je voudrais un rendez-vous\n')).toBeUndefined();
  expect(judgeEndedCall(quiet)).toBeUndefined();
});

test.each([
  ['words no tool heard', quiet, [stroke], 'unheard'],
  [
    'words after the last tool',
    { emergency: 'cleared', judgedUtterances: 2 },
    [stroke, question, 'User: non', 'User: j’étouffe'],
    'unheard',
  ],
  ['a question and a yes', quiet, [stroke, question, 'User: oui'], 'unheard'],
  ['a no to another question', quiet, [stroke, 'Agent: Êtes-vous déjà venu ?', 'User: non'], 'unheard'],
  ['a no that came before the question', asked(1), [stroke, 'User: non', question], 'unanswered'],
  ['a question to a caller who is gone', asked(1), [stroke, question], 'unanswered'],
  ['a question of which no word is left', asked(4), [], 'unanswered'],
  ['a question and a hesitation', asked(1), [stroke, question, 'User: euh'], 'unanswered'],
  [
    'an emergency that was certain',
    { emergency: 'active', judgedUtterances: 1 },
    [stroke, question, 'User: non'],
    'unanswered',
  ],
  [
    'a cry for help after the no',
    asked(1),
    [stroke, question, 'User: non', 'Agent: Bien.', 'User: je fais un malaise'],
    'unanswered',
  ],
] as const)('%s: the clinic hears of it', (_, state, lines, reason) => {
  expect(judgeEndedCall(state, lines.join('\n'))).toBe(reason);
});

const past = 'j’ai eu un AVC l’an dernier';

test.each<[string, EmergencyState, string[], string[]]>([
  [
    'speech without words, which it did not count',
    { emergency: 'cleared', judgedUtterances: 2 },
    ['User: (unintelligible audio)', stroke, question, 'User: Non.'],
    [past, 'Non.'],
  ],
  [
    'speech without words after the question',
    asked(1),
    [stroke, question, 'User: (unintelligible audio)', 'User: non'],
    [past],
  ],
  [
    'an utterance it took for two',
    { emergency: 'cleared', judgedUtterances: 3 },
    [stroke, question, 'User: Non.'],
    ['J’ai eu', 'un AVC l’an dernier', 'Non.'],
  ],
])('what a talk of ours has judged to be none stays none: %s', (_, state, lines, heard) => {
  expect(judgeEndedCall(state, lines.join('\n'), heard)).toBeUndefined();
});

test.each<[string, string[], string[]]>([
  ['keys, which no transcript tells', [], ['Au clavier : 2.', past, 'Non.']],
  ['an utterance it took for two', [], ['J’ai eu', 'un AVC l’an dernier', 'Non.']],
  ['words the transcript has otherwise', ['User: bonjour'], ['bonsoir', past, 'Non.']],
])('danger told of after a talk of ours has counted %s is heard', (_, before, heard) => {
  const lines = [...before, stroke, question, 'User: Non.', 'Agent: Bien.', 'User: je n’arrive plus à respirer'];
  expect(judgeEndedCall({ emergency: 'cleared', judgedUtterances: 3 }, lines.join('\n'), heard)).toBe('unheard');
});

test.each([
  ['the question a tool asked', asked(1), [stroke, question, 'User: Non, pas maintenant.']],
  ['the question an agent asked by itself', quiet, [stroke, 'User: et un infarctus', question, 'User: non']],
  [
    'the question, after a hesitation',
    asked(1),
    [stroke, question, 'User: euh', 'Agent: Je vous écoute.', 'User: non'],
  ],
  [
    'the question in English',
    quiet,
    ['User: I had a stroke', 'Agent: Is it happening right now?', 'User: No, it was last year'],
  ],
  ['a question in a transcript of the caller alone', asked(1), [stroke, 'User: non']],
] as const)('a clear no to %s takes it back', (_, state, lines) => {
  expect(judgeEndedCall(state, lines.join('\n'))).toBeUndefined();
});
