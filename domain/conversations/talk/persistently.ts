/** Between attempts at something a caller waits for, in milliseconds. */
const delaysMs = [100, 300] as const;

/** Tries three times before it gives up. @throws what the last attempt threw */
export async function persistently<T>(pause: (ms: number) => Promise<void>, work: () => Promise<T>): Promise<T> {
  for (const delayMs of delaysMs) {
    try {
      return await work();
    } catch {
      await pause(delayMs); // The last attempt tells what is wrong.
    }
  }
  return work();
}
