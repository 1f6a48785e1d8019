import type { Clock } from '../../../clock.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { Deadlines } from './deadlines.ts';

/** The caller is told so long before a call would be too long. */
const wrapUpMs = 60_000;

/** However often it changes hands, a call is as long as all its tasks together. */
export interface CallLimit {
  set(): void;
  /** It goes on in any case for as long as it takes to end one. */
  extend(): void;
  clear(): void;
}

interface Deps {
  talk: Pick<LiveTalk, 'openedAtMs'>;
  deadlines: Deadlines<'limit'>;
  clock: Clock;
  maxCallMs: number;
}

export function createCallLimit({ talk, deadlines, clock, maxCallMs }: Deps, timeIsUp: () => void): CallLimit {
  function set(leastMs: number): void {
    const leftMs = maxCallMs - (clock.now() - talk.openedAtMs);
    deadlines.set('limit', Math.max(leastMs, leftMs - wrapUpMs), timeIsUp);
  }
  return {
    set: () => set(0),
    extend: () => set(wrapUpMs),
    clear: () => deadlines.clear('limit'),
  };
}
