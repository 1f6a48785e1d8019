import * as z from 'zod';
import { ClinicId, ConversationId } from '../../ids.ts';
import { Analysis } from '../conversation.ts';

/**
 * What we ourselves tell of a talk that ran on the voice service: that it is over, and what a model made of it. It goes
 * through the same inbox, queue and merge as a vendor's events. Instants in epoch milliseconds.
 */
export const TalkEvent = z.object({
  event: z.enum(['talk_ended', 'talk_analyzed']),
  clinicId: ClinicId,
  conversationId: ConversationId,
  /** The vendor's own id of the call. */
  providerId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  fromNumber: z.string().optional(),
  toNumber: z.string().optional(),
  startedAtMs: z.int(),
  endedAtMs: z.int(),
  /** Lines of `Agent: …` and `User: …`. */
  transcript: z.string(),
  /** Only of `talk_analyzed`. */
  analysis: Analysis.optional(),
  occurredAtMs: z.int(),
});
export type TalkEvent = z.infer<typeof TalkEvent>;

/** Where what we tell of a talk goes. Telling the same thing again changes nothing. */
export interface TalkEvents {
  tell(event: TalkEvent): Promise<void>;
}
