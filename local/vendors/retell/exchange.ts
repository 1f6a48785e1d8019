import type { Metronome } from '#local/vendors/phone/metronome.ts';
import type { CallArchive } from './call-archive.ts';
import type { FunctionDefinition } from './call-function.ts';
import type { DeliveryHabits } from './delivery.ts';

/** What every call of the stand-in runs on. */
export interface Exchange {
  apiUrl: string;
  apiKey: string;
  archive: CallArchive;
  /** The custom functions of this workspace. */
  functions: readonly FunctionDefinition[];
  now(): number;
  ringing: DeliveryHabits;
  reporting: DeliveryHabits;
  /** Waits that stand for the minutes of a talk and for the seconds an analysis takes. */
  pace: { talkMs: number; analysisMs: number };
  /** The time of live calls. */
  metronome: Metronome;
}
