import type { WaitlistOfferSender } from './waitlist.ts';

/**
 * Reaches nobody: there are no messages to patients yet. So nothing is held for anybody who could not know of it; the
 * entry that matches shows the clinic whom to call.
 */
export const noPatientMessages: WaitlistOfferSender = {
  reaches: () => false,
  send: async () => ({ outcome: 'no-channel' }),
};
