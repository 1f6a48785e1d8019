import * as z from 'zod';
import type { RetentionSettings } from '../../clinics/settings/retention-settings.ts';

/** Parts of a conversation, each kept for a time of its own. */
export const KeptPart = z.enum(['recording', 'transcript', 'summary']);
export type KeptPart = z.infer<typeof KeptPart>;

/** Every choice of parts that may be all that is left of a conversation. */
export const heldChoices: readonly (readonly KeptPart[])[] = KeptPart.options
  .reduce<KeptPart[][]>((choices, part) => [...choices, ...choices.map((choice) => [...choice, part])], [[]])
  .filter((choice) => choice.length > 0);

const dayMs = 24 * 60 * 60 * 1000;
const daysOf = { recording: 'recordingDays', transcript: 'transcriptDays', summary: 'summaryDays' } as const;

/** A part is kept of conversations that ended after this, in epoch milliseconds. */
export const keptSince = (retention: RetentionSettings, part: KeptPart, nowMs: number): number =>
  nowMs - retention[daysOf[part]] * dayMs;

/** Nothing is kept of conversations that ended before this, in epoch milliseconds. */
export const anythingKeptSince = (retention: RetentionSettings, nowMs: number): number =>
  Math.min(...KeptPart.options.map((part) => keptSince(retention, part, nowMs)));
