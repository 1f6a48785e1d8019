import * as z from 'zod';
import type { CallSources } from '#domain/conversations/call-source.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import { ClinicId, ConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { keepFetchedCall } from './keep-fetched-call.ts';

export const FetchCall = z.object({ clinicId: ClinicId, conversationId: ConversationId });
export type FetchCall = z.infer<typeof FetchCall>;

interface Deps {
  conversations: ConversationStore;
  sources: CallSources;
  keep: ReturnType<typeof keepFetchedCall>;
  log: Log;
}

/** Asks the vendor for an analysis that never came. `fetched` when it had one, which is then on its way to the merge. */
export function fetchCall({ conversations, sources, keep, log }: Deps) {
  return async ({ clinicId, conversationId }: FetchCall): Promise<{ fetched: boolean }> => {
    const call = await conversations.get(clinicId, conversationId);
    if (!call) throw new Error('a workflow asks for a conversation that does not exist');
    const { provider, providerId } = call;
    const found = provider === 'internal' ? undefined : await sources[provider].fetch(call);
    if (!found?.analyzed || provider === 'internal') {
      log.warn('analysis.missing', { clinicId, conversationId });
      return { fetched: false };
    }
    await keep({ provider, providerId, clinicId }, found, 'workflow');
    log.info('call.recovered', { clinicId, conversationId });
    return { fetched: true };
  };
}
