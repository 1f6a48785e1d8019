import type { ClinicId } from '../../ids.ts';
import { Conversation } from '../conversation.ts';
import type { KeptPart } from './kept-parts.ts';

/** Of a conversation, what deciding about its parts needs: nothing that was said. */
export const KeptConversation = Conversation.pick({
  clinicId: true,
  conversationId: true,
  provider: true,
  providerId: true,
  providerObject: true,
  status: true,
  recordingUrl: true,
  objectedToRecording: true,
  startedAt: true,
  endedAt: true,
  createdAt: true,
  updatedAt: true,
  forgotten: true,
});
export type KeptConversation = Pick<Conversation, keyof typeof KeptConversation.shape> & {
  /** When it was last heard of, where nobody has told that it ended. */
  heardAt?: number;
};

/** What is kept of conversations, by the time they ended, and its end. One that cannot be read is logged and left out. */
export interface ConversationRetention {
  /** Closed conversations of which exactly these parts are still kept and that ended before `endedBefore`, oldest first. */
  list(clinicId: ClinicId, held: readonly KeptPart[], endedBefore: number): AsyncIterable<KeptConversation>;
  /** Closed conversations whose vendor must give up at once what it keeps of them. */
  listObjected(clinicId: ClinicId): AsyncIterable<KeptConversation>;
  /** Conversations that began before `begunBefore` and were never closed, oldest first. */
  listOpen(clinicId: ClinicId, begunBefore: number): AsyncIterable<KeptConversation>;
  /**
   * Deletes parts of a conversation: what lies beside it first, then what stands in it, with the act on record in the
   * same write. With the last part the conversation itself goes. Twice does what once does.
   */
  forget(conversation: KeptConversation, parts: readonly KeptPart[], by: { requestId: string }): Promise<void>;
}

/** What a vendor keeps of conversations by itself. */
export interface VendorCopies {
  /** Sound and words of it are gone at the vendor, now or before. @throws Error when the vendor cannot be told */
  forget(conversation: KeptConversation): Promise<void>;
}

/** Messages that a vendor keeps by itself. */
export interface VendorMessages {
  /**
   * Those to and from an address that were sent before, give or take a day, are gone; at most so many that it takes a
   * minute or two. `removed` is called for each. @throws Error when the vendor cannot be told
   */
  forget(address: string, sentBefore: number, removed: () => void): Promise<void>;
}
