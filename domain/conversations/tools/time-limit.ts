/** Thrown when something took longer than a caller waits. */
export class TookTooLong extends Error {
  override name = 'TookTooLong';
}

/**
 * What a work answers, if it does so in time. What is late is left to itself: it may still take effect, so that it must
 * be safe to ask for again.
 *
 * @throws TookTooLong after `limitMs` milliseconds; otherwise whatever the work throws
 */
export async function withinLimit<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`not done within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
