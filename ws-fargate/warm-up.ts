import { late, type Timers, within } from '#domain/conversations/talk/timers.ts';
import { errorFields, type Log } from '#domain/log.ts';

/** A vendor without a secret, or a store that is down, must not keep a task from taking the calls of the others. */
const longestMs = 5_000;
/** Connections that are open beforehand; each carries many requests. */
const width = 8;
/** A process that has just begun is slow to its own requests. */
const tries = 4;
const betweenTriesMs = 250;

interface Deps {
  /** What a call needs first, by its name: asked until it answers, then so often at once that as many connections stand. */
  reads: Readonly<Record<string, () => Promise<unknown>>>;
  timers: Timers;
  log: Log;
}

/**
 * Asks for everything that calls need first, before anybody sends any: a task that steps in for one that died gets all of
 * its calls in the same second, and callers are waiting. What fails is logged and asked for again by the calls.
 */
export async function warmUp({ reads, timers, log }: Deps): Promise<void> {
  const pause = () => new Promise<void>((resolve) => timers.set(resolve, betweenTriesMs));

  async function answered(read: () => Promise<unknown>): Promise<void> {
    for (let left = tries - 1; ; left--) {
      try {
        await read();
        break;
      } catch (error) {
        if (left === 0) throw error;
        await pause();
      }
    }
    await Promise.all(Array.from({ length: width }, read));
  }

  await Promise.all(
    Object.entries(reads).map(async ([reason, read]) => {
      try {
        if ((await within(timers, answered(read), longestMs)) === late) log.warn('voice.cold', { reason });
      } catch (error) {
        log.warn('voice.cold', { reason, ...errorFields(error) });
      }
    }),
  );
}
