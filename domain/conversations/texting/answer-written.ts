import { clinicPhone } from '../../clinics/clinic.ts';
import type { ClinicId, ConversationId } from '../../ids.ts';
import { displayPhone } from '../../phone-number.ts';
import type { LiveTalk } from '../talk/live-talk.ts';
import { isAnswerOwed } from '../talk/speech/history.ts';
import type { TakeTalk } from '../talk/take-talk.ts';
import type { Prompted, TextDialogue } from '../talk/text-dialogue.ts';
import { utterancesOf } from '../talk/turn.ts';
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
  | { outcome: 'answered'; text: string }
  /** Nothing more may be written in it, or its clinic is not served. */
  | { outcome: 'over' }
  /** Another message of the same conversation is being answered by now. */
  | { outcome: 'superseded' };

/**
 * Answers what somebody wrote, with a model and the tools of the talk; all of it is saved before it is answered. Asked
 * again for words that stand unanswered in the talk, it does not hear them twice.
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

  return async (
    clinicId: ClinicId,
    conversationId: ConversationId,
    /** The first words of a conversation are ours where nobody has written yet. */
    message: string | undefined,
  ): Promise<WrittenAnswer> => {
    const talk = await takeTalk(clinicId, conversationId);
    if (!talk) return { outcome: 'over' };
    const { clinic, channel } = talk;
    let text: string;
    try {
      if (message === undefined) {
        text = talk.isResumed ? '' : await words(talk, { kind: 'begun' });
      } else if (utterancesOf(talk.turns()).length >= mostMessages) {
        text = textingWordsOf(talk.language).tooLong(displayPhone(clinicPhone(clinic), clinic.country));
      } else {
        const isFirst = !talk.isResumed && channel !== 'web';
        const disclosure = textingWordsOf(talk.language).disclosure(clinic.name);
        if (isFirst) talk.begin('agent').fill(disclosure);
        const isHeard = isAnswerOwed(talk.turns()) && utterancesOf(talk.turns()).at(-1) === message;
        const answer = await words(talk, isHeard ? { kind: 'said' } : { kind: 'said', text: message });
        text = isFirst ? `${disclosure} ${answer}` : answer;
      }
    } finally {
      await talk.saved();
      await talk.close({ over: false });
    }
    if (talk.lost.aborted) return { outcome: 'superseded' };
    return { outcome: 'answered', text };
  };
}
