/** What wakes somebody up later; tests turn its hands themselves. */
export interface Timers {
  set(run: () => void, ms: number): unknown;
  clear(handle: unknown): void;
}

export const systemTimers: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};

/** Told apart from anything a promise may hold. */
export const late = Symbol('late');

/** What a promise holds, or `late` if it does not within the time. Without a time it is waited for. */
export async function within<T>(timers: Timers, work: Promise<T>, ms: number | undefined): Promise<T | typeof late> {
  if (ms === undefined) return work;
  let handle: unknown;
  const waited = new Promise<typeof late>((resolve) => {
    handle = timers.set(() => resolve(late), ms);
  });
  try {
    return await Promise.race([work, waited]);
  } finally {
    timers.clear(handle);
  }
}
