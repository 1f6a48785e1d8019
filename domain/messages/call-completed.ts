import * as z from 'zod';
import { ClinicId, ConversationId } from '../ids.ts';

/** Which of the two e-mails about a call: the summary, or the update when the analysis came after it. */
export const SummaryTemplate = z.enum(['call-summary', 'call-summary-update']);
export type SummaryTemplate = z.infer<typeof SummaryTemplate>;

/** A call is over; input of the `post-call` workflow. */
export const CallCompleted = z.object({
  clinicId: ClinicId,
  conversationId: ConversationId,
  template: SummaryTemplate,
});
export type CallCompleted = z.infer<typeof CallCompleted>;
