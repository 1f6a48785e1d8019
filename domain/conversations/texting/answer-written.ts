import { shownPhone } from '../../clinics/numbers/shown-phone.ts';
import type { ClinicId, ConversationId } from '../../ids.ts';
import type { LiveTalk } from '../talk/live-talk.ts';
import { isAnswerOwed } from '../talk/speech/history.ts';
import type { TakeTalk } from '../talk/take-talk.ts';
import type { Prompted, TextDialogue } from '../talk/text/text-dialogue.ts';
import { type Turn, utterancesOf } from '../talk/turns/turn.ts';
import { textingWordsOf } from './words/words.ts';

/** What one person may write in one conversation; the model is paid for each. */
const mostMessages = 60;

/** What is waited for differs from a call: nobody listens to silence, and half a message helps nobody. */
export const writtenLimits = { firstWordMs: 14_000, deadMs: 15_000, answerMs: 20_000, fillerMs: 20_000 };

interface Deps {
  takeTalk: TakeTalk;
  createDialogue(talk: LiveTalk): TextDialogue;
}

export type WrittenAnswer =
  /** `text` is empty where nothing is to be said to it. */
  | { outcome: 'answered'; text: string }
  /** Nothing more may be written in it, or its clinic is not served. */
  | { outcome: 'over' }
  /** Another message of the same conversation is being answered by now. */
  | { outcome: 'superseded' };

/**
 * Answers what somebody wrote, with a model and the tools of the talk; all of it is saved before it is answered. Asked
 * again for words that stand in the talk, it does not hear them twice, and answers what it answered. Whoever writes to a
 * number is told that a machine answers, with the first answer they get of it. What a rule answers is no model's: it is
 * kept as it is, and tells of no machine.
 */
export function answerWritten({ takeTalk, createDialogue }: Deps) {
  async function words(talk: LiveTalk, prompted: Prompted): Promise<string> {
    let text = '';
    const { signal } = new AbortController();
    // What covers a wait is nothing to send.
    for await (const told of createDialogue(talk).reply(prompted, { signal })) {
      if (told.kind === 'say') text += told.text;
    }
    return text.replace(/\s+/g, ' ').trim();
  }

  /** No model looks at pictures. Of several, one after the other, their sender is told so once: then it is no words. */
  async function sayWordsOnly(talk: LiveTalk, isHeard: boolean): Promise<string> {
    const { wordless, wordsOnly } = textingWordsOf(talk.language);
    if (!isHeard) talk.begin('caller').fill(wordless);
    const alarm = await talk.hear();
    const isSaid = talk.turns().findLast(({ speaker }) => speaker === 'agent')?.text === wordsOnly;
    if (isSaid && !alarm) return '';
    const answer = alarm?.say ?? wordsOnly;
    talk.begin('agent').fill(answer);
    return answer;
  }

  async function answerTo(talk: LiveTalk, message: string, begunAtMs?: number, ready?: string): Promise<string> {
    const { clinic, channel } = talk;
    const { disclosure, tooLong, wordless } = textingWordsOf(talk.language);
    const isWordless = message === '';
    const turns = talk.turns();
    const last = turns.findLast(({ speaker }) => speaker === 'caller');
    const isOwed = isAnswerOwed(turns);
    // The same word written twice is two messages: this one cannot have been heard before it was first begun.
    const isSame = last?.text === (isWordless ? wordless : message);
    const isHeard = isSame && ((isOwed && !isWordless) || last.atMs >= (begunAtMs ?? Infinity));
    const isFull = !isHeard && utterancesOf(turns).length >= mostMessages;
    if (ready !== undefined) {
      if (!isHeard && (ready || !isFull)) talk.begin('caller').fill(isWordless ? wordless : message);
      if (ready && (!isHeard || isOwed)) talk.begin('agent').fill(ready);
      return ready;
    }
    if (isFull) return tooLong(shownPhone(clinic));
    const isDisclosure = ({ speaker, text }: Turn) =>
      speaker === 'agent' && clinic.languages.some((tag) => text === textingWordsOf(tag).disclosure(clinic.name));
    const place = isHeard ? turns.indexOf(last) : turns.length;
    const answered = turns.slice(0, place);
    // What comes after it was answered with it.
    const disclosed = answered.findIndex(isDisclosure);
    const isTold = disclosed >= 0 && disclosed < place - 1;
    const isDue = channel !== 'web' && !isTold;
    if (isDue && !turns.some(isDisclosure)) talk.begin('agent').fill(disclosure(clinic.name));
    const answer =
      isHeard && !isOwed
        ? wordsOf(turns.slice(place))
        : isWordless
          ? await sayWordsOnly(talk, isHeard)
          : await words(talk, isHeard ? { kind: 'said' } : { kind: 'said', text: message });
    return isDue ? `${disclosure(clinic.name)} ${answer}` : answer;
  }

  return async (
    clinicId: ClinicId,
    conversationId: ConversationId,
    /** Empty where it brought no words. The first words of a conversation are ours where nobody has written yet. */
    message: string | undefined,
    /** When it was first begun to be answered, where this is not the first time. */
    begunAtMs?: number,
    /** What a rule answers it, in place of a model. Empty: nothing, and it only stands in the talk. */
    ready?: string,
  ): Promise<WrittenAnswer> => {
    const talk = await takeTalk(clinicId, conversationId);
    if (!talk) return { outcome: 'over' };
    let text: string;
    try {
      if (message !== undefined) text = await answerTo(talk, message, begunAtMs, ready);
      else text = talk.isResumed ? '' : await words(talk, { kind: 'begun' });
    } finally {
      await talk.saved();
      await talk.close({ over: false });
    }
    if (talk.lost.aborted) return { outcome: 'superseded' };
    return { outcome: 'answered', text };
  };
}

const wordsOf = (turns: readonly Turn[]): string =>
  turns
    .filter(({ speaker }) => speaker === 'agent')
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ');
