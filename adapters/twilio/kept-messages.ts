import { MessageListInstance } from 'twilio/lib/rest/api/v2010/account/message.js';
import { NoSecretValue } from '#adapters/secrets/secret.ts';
import type { VendorMessages } from '#domain/conversations/retention/conversation-retention.ts';
import { type SdkOptions, sdkRequests } from './sdk-requests.ts';
import { unlessGone } from './unless-gone.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** What is older waits for the next time: each is a request. */
const mostAtOnce = 500;

/** Messages that Twilio keeps, through its own SDK. */
export function createKeptMessages(options: SdkOptions): VendorMessages {
  const open = sdkRequests(options);

  async function forgetIn(
    messages: MessageListInstance,
    ...[address, sentBefore, removed]: Parameters<VendorMessages['forget']>
  ): Promise<void> {
    // Twilio counts in days, and up to the end of the one that is named.
    const old = { dateSentBefore: new Date(sentBefore - dayMs), limit: mostAtOnce };
    const ways = await Promise.all(
      [{ to: address }, { from: address }].map((way) => messages.list({ ...way, ...old })),
    );
    for (const { sid } of ways.flat().slice(0, mostAtOnce)) {
      await unlessGone(messages(sid).remove());
      removed();
    }
  }

  return {
    async forget(...asked) {
      try {
        const { version, accountSid } = await open();
        await forgetIn(MessageListInstance(version, accountSid), ...asked);
      } catch (error) {
        // Nobody writes by Twilio here.
        if (!(error instanceof NoSecretValue)) throw error;
      }
    },
  };
}
