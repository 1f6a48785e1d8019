import * as z from 'zod';
import { E164 } from '../../e164.ts';
import { ClinicId, ConversationId } from '../../ids.ts';
import { LanguageTag } from '../../language.ts';
import { Channel } from '../conversation.ts';
import { OutboundPurpose } from '../outbound/outbound-call.ts';
import type { Turn } from './turns/turn.ts';

/**
 * How a talk on the voice service is to end, put on record before the wire acts on it: whoever is asked what comes next
 * (`after-stream`) finds it here. Without one, the wire broke.
 */
export const Ending = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hangup') }),
  z.object({ kind: z.literal('transfer'), number: E164 }),
  /** Nobody answers and no model talks: the number to call back is taken by keypad, and a message. */
  z.object({ kind: z.literal('callback') }),
]);
export type Ending = z.infer<typeof Ending>;

/** Versions of the clinic's instructions a talk was opened with: they stay the same until it is over. */
export const PinnedInstructions = z.object({
  base: z.int().optional(),
  receptionist: z.int().optional(),
  supervisor: z.int().optional(),
});
export type PinnedInstructions = z.infer<typeof PinnedInstructions>;

/** What any task must know to go on with a talk, besides its turns and its `DialogueState`. Instants in epoch milliseconds. */
export const Talk = z.object({
  clinicId: ClinicId,
  conversationId: ConversationId,
  /** `internal`: in writing, on no vendor's call. */
  provider: z.enum(['twilio', 'retell', 'internal']),
  channel: Channel.default('voice'),
  direction: z.enum(['inbound', 'outbound']),
  /** Why we called, where we did. */
  purpose: OutboundPurpose.optional(),
  fromNumber: z.string().optional(),
  toNumber: z.string().optional(),
  /** Of whoever writes without a number, as a digest. */
  visitorNetwork: z.string().optional(),
  language: LanguageTag,
  agents: z.enum(['single', 'two']),
  instructions: PinnedInstructions,
  openedAtMs: z.int(),
  /** Raised by each task or socket that takes the talk over; 0 before the first. Who writes under an older one is refused. */
  epoch: z.int(),
  /** How often its stream broke and was begun again. */
  breaks: z.int(),
  ending: Ending.optional(),
  /** Twilio only: SHA-256 of the token that opens its next stream, hexadecimal; absent once it was used. */
  streamTokenHash: z.string().optional(),
  streamTokenExpiresAtMs: z.int().optional(),
  /** When it was last given out: a stream that broke before has been gone on with. Stays when the token is used. */
  streamGivenAtMs: z.int().optional(),
  /** When the notice of the recording was first heard to its end. */
  noticeHeardAtMs: z.int().optional(),
  /** When the caller agreed to being recorded, where they are asked. */
  agreedAtMs: z.int().optional(),
  /** When the caller objected to being recorded: nothing said after it outlives the talk. */
  objectedAtMs: z.int().optional(),
  /** Since when no wire holds it and another may; absent while one does, and where a task died. */
  letGoAtMs: z.int().optional(),
  /** When its vendor was heard to say that the call is over. */
  callOverAtMs: z.int().optional(),
  /** All turns are saved. */
  finishedAtMs: z.int().optional(),
  version: z.int(),
});
export type Talk = z.infer<typeof Talk>;

export type NewTalk = Omit<
  Talk,
  | 'channel'
  | 'epoch'
  | 'breaks'
  | 'version'
  | 'ending'
  | 'noticeHeardAtMs'
  | 'agreedAtMs'
  | 'objectedAtMs'
  | 'letGoAtMs'
  | 'callOverAtMs'
  | 'finishedAtMs'
> &
  /** A call without it. */
  Partial<Pick<Talk, 'channel'>>;

/** Talks of the voice service and their turns: everything by which another task can go on. */
export interface TalkStore {
  get(clinicId: ClinicId, conversationId: ConversationId): Promise<Talk | undefined>;
  /** Keeps a talk unless it is there already; answers the one that stands. */
  open(clinicId: ClinicId, talk: NewTalk): Promise<Talk>;
  /** Reads, changes and writes under the version that was read; `undefined` when there is none. The same object again writes nothing. */
  change(
    clinicId: ClinicId,
    conversationId: ConversationId,
    change: (current: Talk) => Talk,
  ): Promise<Talk | undefined>;
  /**
   * Keeps a turn; one that is there already stays as it is, unless this one corrects it (`revision`). `superseded`:
   * nothing was written, because the talk is in the hands of another epoch than the turn's, or there is no such talk.
   */
  keepTurn(clinicId: ClinicId, conversationId: ConversationId, turn: Turn): Promise<{ outcome: 'kept' | 'superseded' }>;
  /** In order. */
  turns(clinicId: ClinicId, conversationId: ConversationId): Promise<Turn[]>;
  /** What stands in these places is gone for good: nothing is written there any more. Again changes nothing. */
  emptyTurns(clinicId: ClinicId, conversationId: ConversationId, places: readonly Turn['seq'][]): Promise<void>;
}
