import type { ClinicProfile } from '../../../clinics/clinic-store.ts';
import type { ConversationId } from '../../../ids.ts';
import type { ConversationActs } from '../../acts.ts';
import { callerNumberOf } from '../../caller-number.ts';
import { type CallbackDeps, leaveCallback } from './leave-callback.ts';
import type { TalkStore } from '../talk.ts';

interface Deps extends CallbackDeps {
  talks: Pick<TalkStore, 'change' | 'turns'>;
  acts: Pick<ConversationActs, 'record' | 'messages'>;
}

/**
 * What becomes of a talk when its vendor says that the call is over. One that no wire holds is finished; one that is held
 * its holder finishes, once the last words are saved. Whoever was told that they would be called back, and left no
 * message, is told of to the clinic. Doing it again changes nothing.
 */
export function finishCall(deps: Deps) {
  const { talks, acts, clock } = deps;
  const leave = leaveCallback(deps);

  return async (clinic: ClinicProfile, conversationId: ConversationId): Promise<void> => {
    const talk = await talks.change(clinic.id, conversationId, (current) => {
      if (current.callOverAtMs !== undefined) return current;
      const isHeld = current.epoch > 0 && current.letGoAtMs === undefined;
      const isFinished = current.finishedAtMs !== undefined;
      const nowMs = clock.now();
      return { ...current, callOverAtMs: nowMs, ...(!isHeld && !isFinished && { finishedAtMs: nowMs }) };
    });
    if (talk?.ending?.kind !== 'callback') return;
    if ((await acts.messages(clinic.id, conversationId)).length > 0) return;
    await leave(clinic, talk, { number: callerNumberOf(talk, clinic.country), isKeyed: false });
  };
}
