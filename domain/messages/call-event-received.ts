import * as z from 'zod';
import { ConversationId } from '../ids.ts';

/** A vendor's event lies stored in the inbox and waits to be merged. Carries its key, never its content. */
export const CallEventReceived = z.object({
  eventKey: z.string().min(1).max(400),
  conversationId: ConversationId,
});
export type CallEventReceived = z.infer<typeof CallEventReceived>;
