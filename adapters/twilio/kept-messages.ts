import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { NoSecretValue } from '#adapters/secrets/secret.ts';
import type { VendorMessages } from '#domain/conversations/retention/conversation-retention.ts';
import { isGone } from './is-gone.ts';
import { type SdkOptions, sdkRequests } from './sdk-requests.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What is older waits for the next time: each is a request. */
const mostAtOnce = 500;

/** Messages that Twilio keeps, through its own SDK. */
export function createKeptMessages(options: SdkOptions): VendorMessages {
  const open = sdkRequests(options);

  async function forgetIn(messages: MessageListInstance, address: string, sentBefore: number): Promise<number> {
    // Twilio counts in days, and up to the end of the one that is named.
    const old = { dateSentBefore: new Date(sentBefore - dayMs), limit: mostAtOnce };
    let count = 0;
    const ways = await Promise.all(
      [{ to: address }, { from: address }].map((way) => messages.list({ ...way, ...old })),
    );
    for (const { sid } of ways.flat().slice(0, mostAtOnce)) {
      try {
        await messages(sid).remove();
      } catch (error) {
        if (!isGone(error)) throw error;
      }
      count += 1;
    }
    return count;
  }

  return {
    async forget(address, sentBefore) {
      try {
        const { version, accountSid } = await open();
        return await forgetIn(MessageListInstance(version, accountSid), address, sentBefore);
      } catch (error) {
        // Nobody writes by Twilio here.
        if (error instanceof NoSecretValue) return 0;
        throw error;
      }
    },
  };
}
