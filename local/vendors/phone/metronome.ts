import { frameMs } from '#local/vendors/speech-codec.ts';

export interface Metronome {
  /** Calls `tick` every 20 ms, caught up when this machine was late. Answers how to stop it. */
  join(tick: () => void): () => void;
}

/** Somebody who was away longer does not hear it all at once. */
const longestCatchUpMs = 1_000;

/**
 * One clock for all calls of a stand-in; it stands still while there are none.
 *
 * @param wait rejects when the stand-in stops
 */
export function createMetronome(now: () => number, wait: (ms: number) => Promise<void>): Metronome {
  const members = new Set<() => void>();
  let running = false;

  async function run(): Promise<void> {
    let dueAt = now();
    while (members.size > 0) {
      dueAt = Math.max(dueAt + frameMs, now() - longestCatchUpMs);
      const early = dueAt - now();
      try {
        if (early > 0) await wait(early);
      } catch {
        members.clear(); // The stand-in stops, and every call with it.
        return;
      }
      for (const tick of [...members]) tick();
    }
  }

  return {
    join(tick) {
      members.add(tick);
      if (!running) {
        running = true;
        void run().finally(() => {
          running = false;
        });
      }
      return () => void members.delete(tick);
    },
  };
}
