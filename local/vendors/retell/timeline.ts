import type { LiveEntry } from '#local/vendors/live-timeline.ts';

/** The events of an agent webhook that a scenario can cause, in the order Retell triggers them. */
export const callEvents = ['call_started', 'call_ended', 'call_analyzed'] as const;
export type CallEventName = (typeof callEvents)[number];

/** How one delivery attempt went: a status, or why there is none. */
export interface AttemptOutcome {
  /** From 1. */
  attempt: number;
  status?: number;
  /** Of a connection that failed or an answer that took too long. */
  error?: string;
  tookMs: number;
  /** When a non-2xx will be tried again; absent after the last attempt. */
  retryInMs?: number;
}

/** How a function node went. */
export interface FunctionOutcome {
  name: string;
  /** The code in the answer; absent when there was no usable one. */
  code?: string;
  /** What the scenario lets it answer. */
  expected: readonly string[];
  /** The sentence in the answer. */
  say?: string;
  /** Why there is no answer: a status, a connection that failed. */
  error?: string;
  /** Of the last attempt. */
  tookMs: number;
}

/** Everything that happens in a call, as its control endpoint streams it: one JSON object a line. */
export type TimelineEntry =
  | LiveEntry
  | { step: 'ringing'; detail: { callId: string; from: string; to: string; epochMs: number } }
  | { step: 'dialling'; detail: { callId: string; from: string; to: string; epochMs: number } }
  | { step: 'ring-attempt-failed'; detail: AttemptOutcome }
  | {
      step: 'answered';
      detail: {
        tookMs: number;
        agentId: string;
        /** The answer chose the agent, not the number's binding. */
        overridden: boolean;
        variables: Record<string, string>;
        metadata?: Record<string, unknown>;
        agentOverride?: Record<string, unknown>;
      };
    }
  | { step: 'rejected'; detail: { tookMs: number } }
  | { step: 'disconnected'; detail: { reason: string } }
  | { step: 'no-answer'; detail: { reason: string } }
  | { step: 'warning'; detail: { text: string } }
  | { step: 'heard'; detail: { /** The first sentence. */ text: string; utterances: number; durationMs: number } }
  | { step: 'function-called'; detail: FunctionOutcome }
  | {
      step: 'another-call';
      detail: {
        when: 'before' | 'meanwhile';
        /** Number of that caller. */ from: string;
        functions: FunctionOutcome[];
      };
    }
  | { step: 'event-delivered'; detail: AttemptOutcome & { event: CallEventName; copy?: 'first' | 'second' } }
  | { step: 'event-attempt-failed'; detail: AttemptOutcome & { event: CallEventName } }
  | { step: 'event-given-up'; detail: { event: CallEventName } }
  | { step: 'event-withheld'; detail: { event: CallEventName } }
  | {
      step: 'finished';
      detail: { callId: string; /** As `get-call` shows it now; absent when no call was made. */ status?: string };
    }
  /** The stand-in itself failed; nothing after this line. */
  | { step: 'broken'; detail: { text: string } };

/** An entry with its time: ms since the first. */
export type TimelineStep = TimelineEntry & { atMs: number };

export type Tell = (entry: TimelineEntry) => void;
