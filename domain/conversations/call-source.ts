import type { Conversation } from './conversation.ts';

/** What names a conversation at the vendor. */
export type ProviderRecord = Pick<Conversation, 'providerId' | 'providerObject'>;

/** A call as the vendor itself keeps it: an event body like those it sends, made on our request. */
export interface FetchedCall {
  eventType: string;
  analyzed: boolean;
  over: boolean;
  rawBody: Uint8Array;
}

/** The vendor's own record of calls, asked when an event never came. */
export interface CallSource {
  /** `undefined` when the vendor has no such call. @throws Error when the vendor cannot be asked. */
  fetch(record: ProviderRecord): Promise<FetchedCall | undefined>;
  /**
   * Ids of the calls that ended in the window. Calls that never connected have no times and are not among them.
   */
  listEnded(window: { from: number; to: number }): AsyncIterable<string>;
}
