import type { ClinicId, ConversationId } from '../ids.ts';
import type { Conversation } from './conversation.ts';

/** What a change makes of a conversation; the same object again means that nothing is to be written. */
export type Change = (current: Conversation | undefined) => Conversation | undefined;

export interface ConversationStore {
  get(clinicId: ClinicId, conversationId: ConversationId): Promise<Conversation | undefined>;
  /**
   * Reads, changes and writes under the condition that nobody wrote in between, again if somebody did. Answers the
   * conversation as it then stands. @throws Error when others kept writing for ten rounds.
   */
  change(clinicId: ClinicId, conversationId: ConversationId, change: Change): Promise<Conversation | undefined>;
  /** Conversations that are not closed, oldest first. Without transcripts over 100 KB. */
  listOpen(clinicId: ClinicId): Promise<Conversation[]>;
}
