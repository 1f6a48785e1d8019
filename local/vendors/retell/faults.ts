import * as z from 'zod';

/** A REST call of ours that is to fail: with a status, or by never being answered. */
export const Fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    /** What the path begins with: `/v2/get-call`, `/v3/list-calls`, `/` for all. */
    path: z.string().startsWith('/'),
    status: z.int().min(400).max(599),
    /** Sent as `retry-after`, as a 429 carries it. */
    retryAfterSeconds: z.int().min(0).optional(),
    times: z.int().min(1).default(1),
  }),
  z.strictObject({
    kind: z.literal('no-answer'),
    path: z.string().startsWith('/'),
    times: z.int().min(1).default(1),
  }),
]);
export type Fault = z.infer<typeof Fault>;

/** Faults that were asked for and have not happened yet, oldest first. */
export interface Faults {
  add(fault: Fault): void;
  /** The fault that hits this request; it counts as happened. */
  next(path: string): Fault | undefined;
}

export function createFaults(asked: readonly Fault[]): Faults {
  const waiting = asked.map((fault) => ({ ...fault }));
  return {
    add: (fault) => void waiting.push({ ...fault }),
    next(path) {
      const index = waiting.findIndex((fault) => path.startsWith(fault.path));
      const fault = waiting[index];
      if (!fault) return undefined;
      fault.times -= 1;
      if (fault.times === 0) waiting.splice(index, 1);
      return fault;
    },
  };
}
