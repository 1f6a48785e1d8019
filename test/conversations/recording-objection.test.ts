import { objectsToRecording } from '#domain/conversations/recording-objection.ts';
import { storedTurns } from '#domain/conversations/talk/turns/stored-turns.ts';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import { recordingNoticeId, talkWords } from '#domain/conversations/talk/words/words.ts';
import { createHash } from 'node:crypto';

test.each([
  'Je refuse.',
  'Ah non, je refuse !',
  'je le refuse',
  'Je refuse d’être enregistré',
  'Je m’y oppose',
  'Je m’oppose à cet enregistrement',
  'Je décline',
  'Je ne veux pas être enregistrée',
  'Je veux pas que vous m’enregistriez',
  'je ne souhaite pas que cet appel soit enregistré',
  'Je n’accepte pas d’être enregistré.',
  'je suis pas d’accord pour être enregistré',
  'Arrêtez l’enregistrement s’il vous plaît',
  'arrêtez de m’enregistrer',
  'Stop à l’enregistrement',
  'Ne m’enregistrez pas',
  'n’enregistrez pas',
  'pas d’enregistrement, merci',
  'sans enregistrement si possible',
  'I decline.',
  'No, I decline',
  'I do decline',
  'I decline to be recorded',
  'I refuse',
  'I object to that',
  'I do not consent',
  'I don’t want to be recorded',
  'I do not wish this call to be recorded',
  'I don’t want you to record this',
  'Please stop recording',
  'Don’t record me',
  'please turn off the recording',
  'I’d rather not be recorded',
])('%s', (utterance) => expect(objectsToRecording(utterance)).toBe(true));

test.each([
  '',
  'Oui, d’accord.',
  'Je ne refuse pas',
  'je refuse pas',
  'Je ne m’y oppose pas',
  'Est-ce que cet appel est enregistré ?',
  'Vous pouvez enregistrer, pas de problème',
  'Mon rendez-vous n’est pas enregistré chez vous ?',
  'Le médecin a refusé de me voir',
  'I don’t decline',
  'Sure, you can record this',
  'Is this call being recorded?',
  'I have no record of my last appointment',
  'Could you send my medical record?',
  'My hearing has declined',
  'My insurance refused to pay',
])('and not: %s', (utterance) => expect(objectsToRecording(utterance)).toBe(false));

test('what the notice asks to be said is an objection', () => {
  for (const { recordingNotice } of Object.values(talkWords)) {
    const [, asked] = /[«"]\s*([^»"]+?)\s*[»"]/.exec(recordingNotice) ?? [];
    expect(objectsToRecording(asked ?? '')).toBe(true);
  }
});

test('the id under which the notice is on record stands for these very words', () => {
  const texts = Object.entries(talkWords).map(([language, words]) => `${language}: ${words.recordingNotice}`);
  const hash = createHash('sha256').update(texts.sort().join('\n')).digest('hex').slice(0, 16);
  // Other words are another notice: raise the id with them.
  expect([recordingNoticeId, hash]).toEqual(['recording-notice-1', 'b08b95ecfeae3dcf']);
});

test('of a talk that nobody said is recorded, what was said up to the word of recording outlives it', () => {
  const turns = ['Je refuse ce rendez-vous.', 'Plutôt mercredi.', 'Ne m’enregistrez pas.', 'Merci.'].map(
    (text, seq): Turn => ({ seq, speaker: 'caller', text, atMs: seq, interrupted: false }),
  );
  expect(storedTurns(turns, true, { recording: 'off' })).toHaveLength(3);
  expect(storedTurns(turns, true, { recording: 'notice' })).toHaveLength(1);
  // The clinic recorded its calls when this was said.
  expect(storedTurns(turns.slice(0, 2), true, { recording: 'off' })).toHaveLength(1);
});

test('where nobody said that the call is recorded, whoever declines declines something else', () => {
  const setting = { recording: 'off' } as const;
  for (const said of ['Je refuse ce rendez-vous.', 'I decline.']) {
    expect([objectsToRecording(said), objectsToRecording(said, setting)]).toEqual([true, false]);
  }
  for (const said of ['Je ne veux pas être enregistrée.', 'Please stop recording'])
    expect(objectsToRecording(said, setting)).toBe(true);
});
