import { agreementIn, agreesToRecording } from '#domain/conversations/recording-agreement.ts';
import { recordingQuestionId, talkWords } from '#domain/conversations/talk/words/words.ts';
import { createHash } from 'node:crypto';
import { turn } from '../fakes/talk.ts';

test.each([
  'J’accepte.',
  'Oui, j’accepte. Le docteur m’a dit de rappeler.',
  'Bonjour, oui j’accepte, je voudrais un rendez-vous',
  'j’accepte l’enregistrement',
  'J’accepte que cet appel soit enregistré',
  'J’accepte d’être enregistrée',
  'Je suis d’accord.',
  'je suis tout à fait d’accord pour l’enregistrement',
  'J’autorise l’enregistrement',
  'Vous pouvez enregistrer.',
  'vous pouvez m’enregistrer',
  'Oui, vous pouvez enregistrer l’appel',
  'I agree.',
  'Yes, I do agree',
  'I accept',
  'I agree to be recorded',
  'I consent to the recording',
  'You may record.',
  'Sure, you can record this call',
])('%s', (utterance) => expect(agreesToRecording(utterance)).toBe(true));

test.each([
  '',
  'Oui bonjour',
  'Oui.',
  'D’accord.',
  'D’accord, jeudi me va',
  'Je n’accepte pas',
  'J’accepte pas',
  'Je n’accepte pas d’être enregistré',
  'J’accepte pas d’être enregistré',
  'J’accepte, mais sans enregistrement',
  'J’accepte, mais pas ça',
  'J’accepte ce rendez-vous',
  'J’accepte le rendez-vous de jeudi',
  'Est-ce que j’accepte ?',
  'Et si j’accepte ?',
  'Je ne suis pas d’accord',
  'Je suis pas d’accord',
  'Je suis d’accord pour jeudi',
  'Vous ne pouvez pas enregistrer',
  'Vous pouvez enregistrer mon rendez-vous ?',
  'Est-ce que vous pouvez enregistrer ?',
  'Est-ce que cet appel est enregistré ?',
  'J’accepte. Non, je refuse en fait.',
  'Yes, hello',
  'I don’t agree',
  'I do not agree',
  'I can’t accept',
  'I can’t accept being recorded',
  'I agree not to',
  'I agree, but don’t record me',
  'I agree to the appointment',
  'I accept that time',
  'Do I agree?',
  'If I agree, what then?',
  'You may not record',
  'You can record my appointment',
  'Can you record this?',
  'I agree. Actually, I decline.',
])('and not: %s', (utterance) => expect(agreesToRecording(utterance)).toBe(false));

test('what the question asks to be said is an agreement', () => {
  for (const { recordingQuestion } of Object.values(talkWords)) {
    const [, asked] = /[«"]\s*([^»"]+?)\s*[»"]/.exec(recordingQuestion) ?? [];
    expect(agreesToRecording(asked ?? '')).toBe(true);
  }
});

test('the id under which the question is on record stands for these very words', () => {
  const texts = Object.entries(talkWords).map(([language, words]) => `${language}: ${words.recordingQuestion}`);
  const hash = createHash('sha256').update(texts.sort().join('\n')).digest('hex').slice(0, 16);
  // Other words are another question: raise the id with them.
  expect([recordingQuestionId, hash]).toEqual(['recording-question-1', '5b2a4520da80d546']);
});

test('only the first two utterances after the question answer it', () => {
  const said = (...texts: string[]) => texts.map((text, n) => turn(1, n, { text, atMs: n * 1_000 }));
  expect(agreementIn([], undefined)).toBe('open');
  expect(agreementIn(said('Bonjour.'), 0)).toBe('open');
  expect(agreementIn(said('Bonjour.', 'J’accepte.'), 0)).toBe('given');
  expect(agreementIn(said('Bonjour.', 'Un détartrage.', 'J’accepte.'), 0)).toBe('missed');
  expect(agreementIn(said('J’ai mal.', 'Non.', 'Bonjour.', 'J’accepte.'), 1_500)).toBe('given');
  const agent = turn(1, 0, { speaker: 'agent', text: 'Dites « j’accepte ».' });
  expect(agreementIn([agent, ...said('Bonjour.')], 0)).toBe('open');
});
