import * as z from 'zod';
import type { PendingAuditEvent } from '../audit/audit-event.ts';
import type { ClinicId, ConversationId } from '../ids.ts';
import type { Act } from './conversation.ts';

/** What a caller asked us to pass on. Everything in it is hostile text. */
export const Message = z.object({
  messageId: z.uuid(),
  /** As the caller gave it; not verified. */
  callerName: z.string().max(120).optional(),
  callbackNumber: z.string().max(40).optional(),
  text: z.string().max(1_000),
  urgency: z.enum(['routine', 'today']),
  takenAtMs: z.int(),
});
export type Message = z.infer<typeof Message>;

/** What tools did in a conversation besides bookings, which their own transaction records. */
export interface ConversationActs {
  /**
   * Adds an act to the conversation and keeps a message, with its record, in one write. Doing it again changes nothing.
   * The conversation exists.
   */
  record(
    clinicId: ClinicId,
    conversationId: ConversationId,
    what: { act?: Act; message?: Message; audit: readonly PendingAuditEvent[] },
  ): Promise<void>;
  messages(clinicId: ClinicId, conversationId: ConversationId): Promise<Message[]>;
}
