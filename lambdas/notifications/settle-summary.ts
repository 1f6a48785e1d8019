import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import type { Conversation, NotificationState } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Log } from '#domain/log.ts';
import { CallCompleted } from '#domain/messages/call-completed.ts';
import { SummaryPlan } from './plan-summary.ts';

/** What the workflow holds when all recipients were tried. */
export const SettleSummary = CallCompleted.extend({
  plan: SummaryPlan,
  results: z.array(z.object({ outcome: z.enum(['sent', 'already-sent', 'failed']) })).default([]),
});
export type SettleSummary = z.infer<typeof SettleSummary>;

interface Deps {
  conversations: ConversationStore;
  clock: Clock;
  log: Log;
}

/** Writes down how the clinic was told, and closes the conversation unless somebody was not reached. */
export function settleSummary({ conversations, clock, log }: Deps) {
  return async (input: SettleSummary): Promise<{ state: NotificationState }> => {
    const { clinicId, conversationId, plan } = input;
    const state = stateOf(input);
    await conversations.change(clinicId, conversationId, (current) => {
      if (!current) throw new Error('a workflow settles a conversation that does not exist');
      const settled = input.template === 'call-summary' ? summarySettled(state) : updateSettled(state);
      return settled && { ...current, ...settled, updatedAt: clock.now() };
    });
    const code = state === 'failed' ? 'summary.failed' : state === 'suppressed' ? 'summary.suppressed' : 'summary.sent';
    log[state === 'failed' ? 'error' : 'info'](code, { clinicId, conversationId, count: plan.recipients.length });
    return { state };
  };
}

function stateOf({ plan, results }: SettleSummary): NotificationState {
  if (plan.action === 'suppress') return 'suppressed';
  if (results.length === 0 || results.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return plan.degraded ? 'sent_degraded' : 'sent';
}

/** A failed one stays open, where the reconciler finds it. The token has served. */
function summarySettled(state: NotificationState): Partial<Conversation> {
  return { notification: state, taskToken: undefined, ...(state !== 'failed' && { status: 'closed' as const }) };
}

/** The clinic was told before; an update that could not be sent, or has no one to go to, leaves that as it is. */
function updateSettled(state: NotificationState): Partial<Conversation> | undefined {
  return state === 'sent' ? { notification: state, toldWithoutAnalysis: false, taskToken: undefined } : undefined;
}
