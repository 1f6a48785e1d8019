import { isAnswerOwed } from '#domain/conversations/talk/speech/history.ts';
import { speechWords } from '#domain/conversations/talk/speech/speech-words.ts';
import { talkWords } from '#domain/conversations/talk/words/words.ts';
import { turn } from '../../fakes/talk.ts';

const said = (...lines: [by: 'agent' | 'caller', text: string, interrupted?: true][]) =>
  lines.map(([speaker, text, interrupted], n) => turn(1, n, { speaker, text, ...(interrupted && { interrupted }) }));

test('whoever was asked to wait when a task died is still owed an answer, however it was put', () => {
  for (const language of ['fr', 'en'] as const) {
    const { fillers, prepared, resumed } = speechWords[language];
    const { filler, stillHere } = talkWords[language];
    for (const wait of [...fillers, prepared['one-moment'], filler, stillHere]) {
      expect(isAnswerOwed(said(['caller', 'Au nom de Solène Garrigue.'], ['agent', wait]))).toBe(true);
      expect(isAnswerOwed(said(['caller', 'Demain ?'], ['agent', `Très bien. ${wait.toUpperCase()}`]))).toBe(true);
      expect(isAnswerOwed(said(['caller', 'Demain ?'], ['agent', wait], ['agent', resumed]))).toBe(true);
      expect(isAnswerOwed(said(['caller', 'Demain ?'], ['agent', `${wait} Oui, à neuf heures.`]))).toBe(false);
    }
  }
});

test('that a talk goes on answers nothing, and asks nothing', () => {
  const { resumed } = talkWords.fr;
  expect(isAnswerOwed(said(['caller', 'Demain ?'], ['agent', resumed]))).toBe(true);
  expect(isAnswerOwed(said(['agent', 'À quel nom ?'], ['agent', resumed]))).toBe(false);
  expect(isAnswerOwed(said(['agent', 'À quel nom ?']))).toBe(false);
  expect(isAnswerOwed(said(['agent', 'À quel', true], ['agent', resumed]))).toBe(true);
  expect(isAnswerOwed([])).toBe(false);
});
