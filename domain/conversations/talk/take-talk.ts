import type { ClinicId, ConversationId } from '../../ids.ts';
import { errorFields } from '../../log.ts';
import { freshDialogue } from '../dialogue.ts';
import { holdTalk } from './hold-talk.ts';
import type { LiveTalk } from './live-talk.ts';
import { rememberedDialogue, type RememberedDialogue } from './remembered-dialogue.ts';
import type { TalkDeps } from './talk-deps.ts';
import type { Talk } from './talk.ts';
import { type Turn, utterancesOf } from './turns/turn.ts';

/** A talk in the hands of this process. */
interface Held {
  epoch: number;
  lose(): void;
}

/**
 * Takes a talk, in the same write in which `admit` says what it is to be from then on: a proof that counts once counts
 * for whoever took the talk with it. `admit` answers `undefined` where the talk is not to be taken.
 */
export type TakeTalk = (
  clinicId: ClinicId,
  conversationId: ConversationId,
  admit?: (current: Talk) => Talk | undefined,
) => Promise<LiveTalk | undefined>;

/**
 * Takes a talk over, from nobody or from whoever held it: from now on only this holder's turns and tools count.
 * `undefined`: there is no such talk, it is finished, not to be taken, or its clinic is not served.
 *
 * @throws Error when the talk, its clinic or its turns cannot be read: better asked again by the wire than the caller
 *   asked again what they have said
 */
export function takeTalk(deps: TalkDeps): TakeTalk {
  const { clinics, talks, log } = deps;
  /** So that a second socket of one call silences the first at once. */
  const here = new Map<ConversationId, Held>();

  function hold(conversationId: ConversationId, held: Held): void {
    const other = here.get(conversationId);
    if (other && other.epoch > held.epoch) return held.lose();
    here.set(conversationId, held);
    other?.lose();
  }

  return async (clinicId, conversationId, admit = (current) => current) => {
    let isAdmitted = true;
    const [talk, clinic, dialogueBefore] = await Promise.all([
      talks.change(clinicId, conversationId, (current) => {
        if (current.finishedAtMs !== undefined) return current;
        const admitted = admit(current);
        isAdmitted = admitted !== undefined;
        // Whoever lets a wire begin anew has dealt with how the last one was to end.
        return admitted ? { ...admitted, epoch: current.epoch + 1, ending: undefined, letGoAtMs: undefined } : current;
      }),
      clinics.profile(clinicId),
      dialogueOf(deps, clinicId, conversationId),
    ]);
    if (!talk || !isAdmitted || talk.finishedAtMs !== undefined || clinic?.status !== 'active') return undefined;

    // Where nobody held it before, there is nothing that somebody may still have been writing.
    const isFirst = talk.epoch === 1;
    const [known, texts, dialogue] = await Promise.all([
      isFirst ? [] : talks.turns(clinicId, conversationId),
      textsOf(deps, talk),
      isFirst ? dialogueBefore : dialogueOf(deps, clinicId, conversationId),
    ]);
    await countAgain(dialogue, talk, known);
    const held = holdTalk(deps, { talk, clinic, known, texts, dialogue }, (gone) => {
      if (here.get(conversationId) === gone) here.delete(conversationId);
    });
    hold(conversationId, held.held);
    log.info(held.talk.isResumed ? 'talk.resumed' : 'talk.opened', {
      clinicId,
      conversationId,
      attempt: talk.epoch,
    });
    return held.talk;
  };
}

/** Without the clinic's own text a talk goes on by ours. */
async function textsOf(
  { instructions, log }: TalkDeps,
  { clinicId, conversationId, channel, instructions: versions }: Talk,
) {
  try {
    return await instructions.pinned(clinicId, channel, versions);
  } catch (error) {
    log.error('request.failed', { clinicId, conversationId, reason: 'instructions', ...errorFields(error) });
    return {};
  }
}

/** Tools read it again before they act, so that here a fresh one will do while its store fails. */
async function dialogueOf(
  { dialogues, log }: TalkDeps,
  clinicId: ClinicId,
  conversationId: ConversationId,
): Promise<RememberedDialogue> {
  try {
    return rememberedDialogue(dialogues, await dialogues.get(clinicId, conversationId));
  } catch (error) {
    log.error('request.failed', { clinicId, conversationId, reason: 'dialogue', ...errorFields(error) });
    return rememberedDialogue(dialogues, freshDialogue(clinicId, conversationId));
  }
}

/**
 * What the last holder heard and could not save is not among the caller's words any more; counted on, the answer to
 * whether an emergency is happening would be passed over.
 */
async function countAgain(
  dialogue: RememberedDialogue,
  { clinicId, conversationId }: Talk,
  known: readonly Turn[],
): Promise<void> {
  const heard = utterancesOf(known).length;
  if (dialogue.copy().judgedUtterances <= heard) return;
  await dialogue.change(clinicId, conversationId, (current) =>
    current.judgedUtterances > heard ? { ...current, judgedUtterances: heard } : current,
  );
}
