import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { analyseTalk } from '#domain/conversations/talk/analyse-talk.ts';
import { ownWords, type TalkEvents } from '#domain/conversations/talk/talk-event.ts';
import type { TalkStore } from '#domain/conversations/talk/talk.ts';
import { TalkNotFinished } from '#domain/conversations/talk/end/talk-not-finished.ts';
import { ModelFault, type TextModel } from '#domain/conversations/talk/text/text-model.ts';
import { showObjection, storedTurns } from '#domain/conversations/talk/turns/stored-turns.ts';
import { transcriptOf } from '#domain/conversations/talk/turns/turn.ts';
import { ClinicId, ConversationId } from '#domain/ids.ts';
import { errorFields, type Log } from '#domain/log.ts';

export const AnalyzeCall = z.object({ clinicId: ClinicId, conversationId: ConversationId });
export type AnalyzeCall = z.infer<typeof AnalyzeCall>;

/** So long after a call its last turns are saved, or never will be: the task that held it is gone. */
const patienceMs = 60_000;
/** Nobody waits on the line. */
const modelPatienceMs = 40_000;

interface Deps {
  conversations: Pick<ConversationStore, 'get'>;
  talks: Pick<TalkStore, 'get' | 'turns'>;
  clinics: Pick<ClinicStore, 'profile'>;
  model: TextModel;
  modelName: string;
  events: TalkEvents;
  clock: Clock;
  log: Log;
}

/**
 * Makes of what was said what Retell's analysis is for its calls, and tells it the way Retell would: then both vendors
 * are one. Doing it again changes nothing once it is merged.
 *
 * @throws TalkNotFinished while the last words are being saved, for a minute at most
 */
export function analyzeCall({ conversations, talks, clinics, model, modelName, events, clock, log }: Deps) {
  const analyse = analyseTalk({ model, modelName });

  return async ({ clinicId, conversationId }: AnalyzeCall): Promise<{ analyzed: boolean }> => {
    const [call, talk, clinic] = await Promise.all([
      conversations.get(clinicId, conversationId),
      talks.get(clinicId, conversationId),
      clinics.profile(clinicId),
    ]);
    if (!call || !clinic) throw new Error('a workflow asks for a conversation or clinic that does not exist');
    if (call.analysis) return { analyzed: true };
    if (talk && talk.finishedAtMs === undefined && clock.now() - endOf(call) < patienceMs) throw new TalkNotFinished();

    const said = await talks.turns(clinicId, conversationId);
    const isKnown = call.objectedToRecording === true || talk?.objectedAtMs !== undefined;
    // Whoever heard it may have died before it was on record.
    const hasObjected = isKnown || (call.providerObject === 'call' && showObjection(said, clinic.voice));
    const turns = storedTurns(said, hasObjected, clinic.voice);
    try {
      const analysis = await analyse(
        { turns, ...(hasObjected && { actsOnRecord: call.acts }) },
        clinic.defaultLanguage,
        AbortSignal.timeout(modelPatienceMs),
      );
      const { providerId, direction, fromNumber, toNumber } = call;
      await events.tell({
        event: 'talk_analyzed',
        clinicId,
        conversationId,
        providerId,
        ...ownWords(call),
        direction: direction ?? talk?.direction,
        fromNumber: fromNumber ?? talk?.fromNumber,
        toNumber: toNumber ?? talk?.toNumber,
        // What the talk does not say the vendor has said.
        ...(turns.length > 0 && talk && { startedAtMs: talk.openedAtMs, endedAtMs: talk.finishedAtMs }),
        transcript: transcriptOf(turns),
        analysis,
        occurredAtMs: clock.now(),
      });
    } catch (error) {
      const misconfigured = error instanceof ModelFault && error.kind === 'refused';
      if (misconfigured) log.error('model.misconfigured', { clinicId, conversationId });
      log.error('analysis.failed', { clinicId, conversationId, ...errorFields(error) });
      throw error;
    }
    log.info('analysis.made', { clinicId, conversationId, count: turns.length });
    return { analyzed: true };
  };
}

const endOf = ({ endedAt, updatedAt }: Conversation): number => endedAt ?? updatedAt;
