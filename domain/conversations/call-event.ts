import type { ConversationId } from '../ids.ts';
import type { Analysis, Anomaly, Channel, ConversationProvider, ConversationStatus, EndKind } from './conversation.ts';

/**
 * How much an event knows: what a later kind says of a field outweighs an earlier kind, in whatever order they arrive.
 */
export const eventRank = { started: 1, progressed: 2, ended: 3, analyzed: 4 } as const;
export type CallEventKind = keyof typeof eventRank;

/** What one vendor event says about a conversation, in our words. Times are epoch milliseconds. */
export interface CallEvent {
  kind: CallEventKind;
  conversationId: ConversationId;
  provider: ConversationProvider;
  providerId: string;
  /** Whether the vendor keeps it among its calls or its chats. */
  providerObject: 'call' | 'chat';
  /** Absent where the event does not say. */
  channel?: Channel;
  direction?: 'inbound' | 'outbound';
  status: ConversationStatus;
  endKind?: EndKind;
  fromNumber?: string;
  toNumber?: string;
  agentId?: string;
  agentVersion?: number;
  startedAt?: number;
  endedAt?: number;
  /** As the vendor states it; checked against the times when merged. */
  statedDurationMs?: number;
  transcript?: string;
  disconnectionReason?: string;
  answeredBy?: 'human' | 'machine';
  analysis?: Analysis;
  recordingUrl?: string;
  /** The caller objected to being recorded: what was said after that is not kept. */
  objectedToRecording?: boolean;
  anomalies: Anomaly[];
  unknownValues: string[];
  /** The vendor's time of the event, 0 where it has none: decides between two analyses. */
  occurredAt: number;
  /** SHA-256 of the raw body: decides between two analyses of the same time. */
  bodyHash: string;
}
