import type { Clock } from '#domain/clock.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import type { Log } from '#domain/log.ts';

interface Deps {
  conversations: ConversationStore;
  workflow: Pick<PostCallWorkflow, 'start'>;
  clock: Clock;
  log: Log;
}

/** Whether its clinic was told of it, but not yet of the analysis that came later. */
export const awaitsUpdate = (call: Conversation): boolean =>
  call.notification === 'sent_degraded' && call.toldWithoutAnalysis && call.analysis !== undefined;

/**
 * Starts the workflow of a call whose clinic was not told, or not of its late analysis, under the name of the next
 * attempt. Recipients who were reached already are not written to again. `overtaken` when somebody else has changed the
 * conversation since it was read.
 */
export function restartSummary({ conversations, workflow, clock, log }: Deps) {
  return async (call: Conversation): Promise<'restarted' | 'overtaken'> => {
    const { clinicId, conversationId } = call;
    const attempt = call.notificationAttempt + 1;
    const update = awaitsUpdate(call);
    const waiting = { notification: 'waiting' as const };
    const next = await conversations.change(clinicId, conversationId, (current) =>
      current?.version === call.version
        ? { ...current, ...(!update && waiting), notificationAttempt: attempt, updatedAt: clock.now() }
        : current,
    );
    if (next?.notificationAttempt !== attempt) return 'overtaken';
    const template = update ? 'call-summary-update' : 'call-summary';
    await workflow.start({ clinicId, conversationId, template }, attempt);
    log.warn('workflow.started', { clinicId, conversationId, attempt });
    return 'restarted';
  };
}
