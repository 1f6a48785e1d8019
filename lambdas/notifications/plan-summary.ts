import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import type { ClinicStore, RecipientState } from '#domain/clinics/clinic-store.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import { outcomeOf } from '#domain/conversations/outcome.ts';
import { CallCompleted } from '#domain/messages/call-completed.ts';
import { summaryRecipients } from '#domain/notifications/recipients.ts';

/** One e-mail to send: whom to, by id, and whether the analysis is missing. */
export const PlannedSummary = CallCompleted.extend({ recipientId: z.string(), degraded: z.boolean() });
export type PlannedSummary = z.infer<typeof PlannedSummary>;

/** Who is to be told of a call, and whether anybody is. */
export const SummaryPlan = z.object({
  action: z.enum(['send', 'suppress']),
  degraded: z.boolean(),
  recipients: z.array(PlannedSummary),
});
export type SummaryPlan = z.infer<typeof SummaryPlan>;

interface Deps {
  clinics: ClinicStore;
  conversations: ConversationStore;
  clock: Clock;
}

const working = (recipient: RecipientState): RecipientState => ({
  ...recipient,
  disabled: undefined,
  awaiting: undefined,
});

/**
 * Decides who hears of a call: the clinic's recipients whose filter it passes and who can be written to, nobody for
 * a call that never connected unless the clinic wants those. Without an analysis by now, what is sent says so.
 */
export function planSummary({ clinics, conversations, clock }: Deps) {
  return async ({ clinicId, conversationId, template }: CallCompleted): Promise<SummaryPlan> => {
    const [clinic, call] = await Promise.all([
      clinics.profile(clinicId),
      conversations.change(clinicId, conversationId, (current) =>
        current?.notification === 'waiting' || current?.notification === 'failed'
          ? {
              ...current,
              // A tool may have ended after the last event was merged.
              outcome: outcomeOf(current),
              notification: 'sending',
              toldWithoutAnalysis: current.analysis === undefined,
              updatedAt: clock.now(),
            }
          : current,
      ),
    ]);
    if (!clinic || !call) throw new Error('a workflow plans for a clinic or conversation that does not exist');
    // As decided in the write above, also when this step is tried again and the analysis has come in between: what was
    // taken for late then is told by the update.
    const degraded = template === 'call-summary' && call.toldWithoutAnalysis;
    const wanted = call.endKind !== 'not_connected' || clinic.email.notConnected;
    const recipients = wanted ? summaryRecipients(clinic.recipients, call) : [];
    // Somebody asked for such calls and no address of theirs works: to be sent, to nobody, which settles as failed.
    const anybody = wanted && summaryRecipients(clinic.recipients.map(working), call).length > 0;
    return {
      action: anybody ? 'send' : 'suppress',
      degraded,
      recipients: recipients.map(({ recipientId }) => ({ clinicId, conversationId, template, recipientId, degraded })),
    };
  };
}
