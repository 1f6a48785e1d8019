import Retell, { NotFoundError } from 'retell-sdk';
import type { KeptConversation, VendorCopies } from '#domain/conversations/retention/conversation-retention.ts';
import type { ClinicId } from '#domain/ids.ts';
import { ownAccountFirst } from './own-account-first.ts';

/**
 * What Retell keeps of calls and chats, through its SDK: sound, words and analysis go together.
 *
 * @param key read for each use, so that a rotated key is taken up.
 * @param keyOfClinic of the account a clinic has of its own, where it has one: told first
 */
export function createRetellCopies(
  baseUrl: string,
  key: () => Promise<string>,
  keyOfClinic: (clinicId: ClinicId) => Promise<string | undefined>,
): VendorCopies {
  const open = (apiKey: string) => new Retell({ apiKey, baseURL: baseUrl, timeout: 10_000, maxRetries: 2 });

  /** `undefined` when this account has no such conversation. */
  async function remove(apiKey: string, { providerId, providerObject }: KeptConversation): Promise<'gone' | undefined> {
    try {
      await open(apiKey)[providerObject].delete(providerId);
      return 'gone';
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  return {
    async forget(conversation) {
      const theirs = await keyOfClinic(conversation.clinicId);
      await ownAccountFirst(
        theirs,
        (apiKey) => remove(apiKey, conversation),
        async () => remove(await key(), conversation),
      );
    },
  };
}
