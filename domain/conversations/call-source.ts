import type { ClinicId } from '../ids.ts';
import type { Conversation, ConversationProvider } from './conversation.ts';

/** Vendors that keep records of their own of the calls they carry. */
export type Carrier = Exclude<ConversationProvider, 'internal'>;

/** What names a conversation at the vendor, and whose it is where that is known: some clinics have their own account. */
export type ProviderRecord = Pick<Conversation, 'providerId' | 'providerObject'> & { clinicId?: ClinicId };

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
   * What is to be made of a call the vendor has no record of, though an authentic event spoke of it: it ended somehow.
   */
  asLost(call: Conversation): FetchedCall;
}

/** The record of each vendor. */
export type CallSources = Record<Carrier, CallSource>;

/** When calls ended: epoch milliseconds, both included. */
export interface EndWindow {
  from: number;
  to: number;
}

/**
 * A vendor that tells which calls ended, so that one it never told us of is found. Calls that never connected have no times
 * and are not among them.
 */
export interface EndedCalls {
  /** Ids of the calls that ended in our account. */
  listEnded(window: EndWindow): AsyncIterable<string>;
  /**
   * Ids of the calls of one agent that ended in the account the clinic has of its own; none where it has no account.
   *
   * @throws KeyRefused when its key does not open it. @throws Error when the vendor does not answer in the signal's time.
   */
  listEndedOf(
    clinicId: ClinicId,
    agentId: string,
    window: EndWindow,
    options: { signal: AbortSignal },
  ): AsyncIterable<string>;
}
