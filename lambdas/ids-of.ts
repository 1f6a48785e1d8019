import * as z from 'zod';
import { ClinicId, ConversationId } from '#domain/ids.ts';
import type { LogFields } from '#domain/log.ts';

const Ids = z.object({
  clinicId: ClinicId.optional().catch(undefined),
  conversationId: ConversationId.optional().catch(undefined),
});

/** The ids a message or an input carries, for the line that says it failed; nothing else of it. */
export function idsOf(message: unknown): Pick<LogFields, 'clinicId' | 'conversationId'> {
  const ids = Ids.safeParse(message);
  return ids.success ? ids.data : {};
}
