import * as z from 'zod';
import { oneLine } from '../one-line.ts';
import { always } from '../several-fields.ts';

/** Days for which what is known of a call is kept unless the clinic says otherwise. */
const usualDays = { recordingDays: 30, transcriptDays: 180, summaryDays: 730 } as const;
const days = (usual: number) => z.int().min(1).max(3650).default(usual);

/** How long what is known of calls is kept, in days after their end. Shorter is always allowed, longer needs a reason. */
export const RetentionSettings = z
  .strictObject({
    recordingDays: days(usualDays.recordingDays),
    transcriptDays: days(usualDays.transcriptDays),
    summaryDays: days(usualDays.summaryDays),
    longerBecause: oneLine(200).optional(),
  })
  .superRefine((retention, context) => {
    const longer = Object.entries(usualDays).flatMap(([kept, usual]) =>
      retention[kept as keyof typeof usualDays] > usual ? [`${kept} above ${usual}`] : [],
    );
    if (longer.length && retention.longerBecause === undefined) {
      const message = `is missing: ${longer.join(' and ')} needs a reason`;
      context.addIssue({ code: 'custom', path: ['longerBecause'], message });
    }
  }, always);
export type RetentionSettings = z.infer<typeof RetentionSettings>;
