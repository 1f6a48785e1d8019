import type { ClinicId, ConversationId } from '../../ids.ts';

/** One message of a conversation, by the name its sender or vendor gave it. */
export interface IncomingPlace {
  conversationId: ConversationId;
  name: string;
}

/** What somebody wrote, and how far we have come with it. */
export interface IncomingTexts {
  /** `begun`: somebody began to answer it, first at `sinceMs`, and was not heard of again. */
  take(
    clinicId: ClinicId,
    at: IncomingPlace,
  ): Promise<{ state: 'new' } | { state: 'begun'; sinceMs: number } | { state: 'answered'; reply: string }>;
  /** Keeps what it is answered, so that asked again it hears the same. */
  answered(clinicId: ClinicId, at: IncomingPlace, reply: string): Promise<void>;
}
