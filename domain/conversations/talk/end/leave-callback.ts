import type { ClinicProfile } from '../../../clinics/clinic-store.ts';
import type { Clock } from '../../../clock.ts';
import { derivedUuid } from '../../../ids.ts';
import { languageOf } from '../../../language.ts';
import type { ConversationActs } from '../../acts.ts';
import type { ConversationStore } from '../../conversation-store.ts';
import { begunConversation } from '../begun-conversation.ts';
import { lineWords } from '../line-words.ts';
import type { Talk, TalkStore } from '../talk.ts';
import { showObjection } from '../turns/stored-turns.ts';
import { utterancesOf } from '../turns/turn.ts';

/** Of what the caller said last, in a message to the clinic. */
const lastWords = 400;

export interface CallbackDeps {
  talks: Pick<TalkStore, 'turns'>;
  conversations: Pick<ConversationStore, 'change'>;
  acts: Pick<ConversationActs, 'record'>;
  clock: Clock;
}

/**
 * Leaves the clinic's people a message that a call was cut off: with the number to call back, and with what was said last
 * unless the caller objected to being recorded.
 */
export function leaveCallback({ talks, conversations, acts, clock }: CallbackDeps) {
  return async (
    clinic: ClinicProfile,
    talk: Talk,
    { number, isKeyed }: { number: string | undefined; isKeyed: boolean },
  ): Promise<void> => {
    const { conversationId } = talk;
    // The clinic's people read French or English, whatever the caller spoke.
    const words = lineWords[languageOf(clinic.defaultLanguage)];
    const turns = await talks.turns(clinic.id, conversationId);
    const hasObjected = talk.objectedAtMs !== undefined || showObjection(turns, clinic.voice);
    const last = hasObjected ? undefined : utterancesOf(turns).at(-1);
    const text = [
      isKeyed ? words.brokenOff : words.brokenOffWithoutNumber,
      last && words.lastSaid(last.slice(0, lastWords)),
    ];
    const begun = begunConversation(talk, clock.now());
    await conversations.change(clinic.id, conversationId, (current) => current ?? begun);
    await acts.record(clinic.id, conversationId, {
      message: {
        messageId: derivedUuid('callback', clinic.id, conversationId, number ?? ''),
        ...(number !== undefined && { callbackNumber: number }),
        text: text.filter(Boolean).join(' '),
        urgency: 'today',
        takenAtMs: clock.now(),
      },
      audit: [],
    });
  };
}
