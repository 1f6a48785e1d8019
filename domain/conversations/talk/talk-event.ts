import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ClinicId, ConversationId } from '../../ids.ts';
import type { CallEvent } from '../call-event.ts';
import { Analysis, Channel } from '../conversation.ts';
import type { Talk } from './talk.ts';

/**
 * What we ourselves tell of a talk of ours, spoken or written: that it is over, and what a model made of it. It goes
 * through the same inbox, queue and merge as a vendor's events. Instants in epoch milliseconds.
 */
export const TalkEvent = z.object({
  event: z.enum(['talk_ended', 'talk_analyzed']),
  clinicId: ClinicId,
  conversationId: ConversationId,
  /** The vendor's own id of the call. */
  providerId: z.string(),
  /** Absent of a Twilio call. */
  channel: Channel.exclude(['voice']).optional(),
  direction: z.enum(['inbound', 'outbound']).optional(),
  fromNumber: z.string().optional(),
  toNumber: z.string().optional(),
  /** Absent of a call in which nobody was spoken to. */
  startedAtMs: z.int().optional(),
  endedAtMs: z.int().optional(),
  /** Lines of `Agent: …` and `User: …`. */
  transcript: z.string(),
  /** Only of `talk_analyzed`. */
  analysis: Analysis.optional(),
  occurredAtMs: z.int(),
});
export type TalkEvent = z.infer<typeof TalkEvent>;

/** What tells a talk in writing from a call. */
export const ownWords = ({ channel }: Pick<Talk, 'channel'>): Pick<TalkEvent, 'channel'> =>
  channel === 'voice' ? {} : { channel };

/** Where what we tell of a talk goes. Telling the same thing again changes nothing. */
export interface TalkEvents {
  tell(event: TalkEvent): Promise<void>;
}

/** The event of a stored body; nothing when it is none. */
export function readTalkEvent(rawBody: Uint8Array): TalkEvent | undefined {
  try {
    return TalkEvent.parse(JSON.parse(new TextDecoder().decode(rawBody)));
  } catch {
    return undefined; // The bytes are kept; what is wrong with them is for a person to see there.
  }
}

/** What a talk of ours says of its call, in the words every vendor's events are put into. */
export function toCallEvent(event: TalkEvent, rawBody: Uint8Array): CallEvent {
  const analyzed = event.event === 'talk_analyzed';
  return {
    kind: analyzed ? 'analyzed' : 'ended',
    conversationId: event.conversationId,
    provider: event.channel ? 'internal' : 'twilio',
    providerId: event.providerId,
    providerObject: event.channel ? 'chat' : 'call',
    channel: event.channel ?? 'voice',
    direction: event.direction,
    status: analyzed ? 'analyzed' : 'ended',
    // How the call ended is for the vendor to say: that a talk was read does not mean that there was one.
    ...(!analyzed && { endKind: 'ended' as const }),
    fromNumber: event.fromNumber,
    toNumber: event.toNumber,
    startedAt: event.startedAtMs,
    endedAt: event.endedAtMs,
    transcript: event.transcript || undefined,
    ...(analyzed && { analysis: event.analysis ?? {} }),
    anomalies: [],
    unknownValues: [],
    occurredAt: event.occurredAtMs,
    bodyHash: createHash('sha256').update(rawBody).digest('hex'),
  };
}
