import { inTime } from '#local/call/checks.ts';
import type { Result } from '#local/call/play.ts';

/** What did not hold of a call that was played, but for how long functions took: other tests keep the machine busy. */
export const broken = ({ checks }: Result) => checks.filter(({ claim, ok }) => !ok && claim !== inTime);
