import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { ClinicId, ConversationId } from '#domain/ids.ts';

export const AwaitAnalysis = z.object({ clinicId: ClinicId, conversationId: ConversationId, taskToken: z.string() });
export type AwaitAnalysis = z.infer<typeof AwaitAnalysis>;

interface Deps {
  conversations: ConversationStore;
  workflow: Pick<PostCallWorkflow, 'wake'>;
  clock: Clock;
}

/**
 * Leaves the workflow's token on the conversation, unless the analysis is there already; then wakes the workflow at
 * once. Token and analysis meet in one item under one version, so one of the two sides always sees the other.
 */
export function awaitAnalysis({ conversations, workflow, clock }: Deps) {
  return async ({ clinicId, conversationId, taskToken }: AwaitAnalysis): Promise<void> => {
    const call = await conversations.change(clinicId, conversationId, (current) => {
      if (!current) throw new Error('a workflow waits for a conversation that does not exist');
      if (current.analysis || current.taskToken === taskToken) return current;
      return { ...current, taskToken, updatedAt: clock.now() };
    });
    if (call?.analysis) await workflow.wake(taskToken);
  };
}
