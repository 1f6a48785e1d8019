import type { Happening } from '#local/scenarios/scenario.ts';

/** What happens in a call that is really spoken, whatever its wire: what the caller heard and said, and what befell the line. */
export type LiveEntry =
  /** A webhook of a call and what the answer makes the vendor do. */
  | { step: 'instructed'; detail: { by: string; tookMs: number; verbs: string[] } }
  | {
      step: 'hears';
      detail: {
        text: string;
        /** How long the caller waited for the first word. */
        afterMs?: number;
        /** The caller spoke over the rest, or the line went dead. */
        cut?: true;
      };
    }
  /** A telephone waits for our side to call. */
  | { step: 'waits'; detail: { numbers: readonly string[]; pickUp: string } }
  /** What our side said to the wish for a call. */
  | { step: 'asked-for'; detail: { status: number; callId?: string; code?: string; tookMs: number } }
  /** A machine answered, and kept this. */
  | { step: 'voicemail'; detail: { kept: string } }
  | { step: 'says'; detail: { text: string } }
  /** The caller heard nothing for so long that they said it again. */
  | { step: 'repeats'; detail: { text: string } }
  | { step: 'presses'; detail: { digits: string } }
  | { step: 'noise'; detail: { sound: string } }
  | {
      step: 'barge-in';
      detail: {
        /** Until the agent was silent. */
        silentAfterMs?: number;
        /** Until what was not played yet was thrown away. */
        clearedAfterMs?: number;
        /** Heard of the old speech after that. */
        staleWords: number;
      };
    }
  /** The connection on which the agent hears and speaks. */
  | { step: 'connected'; detail: { /** From 1. */ time: number; tookMs: number } }
  | { step: 'broken-off'; detail: { reason: string } }
  | { step: 'dials'; detail: { number: string; status: string } }
  | { step: 'happens'; detail: { what: Happening; told: string } }
  | { step: 'told'; detail: { what: string; status?: number; error?: string; tookMs: number } }
  | { step: 'hung-up'; detail: { by: 'caller' | 'agent' | 'vendor'; afterMs: number } };
