import { late, type Timers, within } from '#domain/conversations/talk/timers.ts';
import { errorFields, type Log } from '#domain/log.ts';

/** A vendor without a secret, or a store that is down, must not keep a task from taking the calls of the others. */
const longestMs = 5_000;
/** Connections that are open beforehand; each carries many requests. */
const width = 8;

interface Deps {
  /** What a call needs first, by its name: asked so often at once, so that as many connections stand. */
  reads: Readonly<Record<string, () => Promise<unknown>>>;
  timers: Timers;
  log: Log;
}

/**
 * Asks for everything that calls need first, before anybody sends any: a task that steps in for one that died gets all of
 * its calls in the same second, and callers are waiting. What fails is logged and asked for again by the calls.
 */
export async function warmUp({ reads, timers, log }: Deps): Promise<void> {
  await Promise.all(
    Object.entries(reads).map(async ([reason, read]) => {
      try {
        const works = Promise.all(Array.from({ length: width }, () => read()));
        if ((await within(timers, works, longestMs)) === late) log.warn('voice.cold', { reason });
      } catch (error) {
        log.warn('voice.cold', { reason, ...errorFields(error) });
      }
    }),
  );
}
