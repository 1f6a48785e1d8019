import * as z from 'zod';

const times = z.int().min(1).default(1);
/** Requests to the Responses API, realtime sockets and their responses, or whatever comes first. */
const on = z.enum(['responses', 'realtime', 'both']).default('both');

/** Something that is to go wrong. What has `times` hits the next so many; the rest happens at once. */
export const Fault = z.discriminatedUnion('kind', [
  /** A request or an upgrade is refused, with the body OpenAI has for the status. */
  z.strictObject({
    kind: z.literal('status'),
    on,
    status: z.int().min(400).max(599),
    code: z.string().optional(),
    retryAfterMs: z.int().min(0).optional(),
    /** Only requests for an answer of this shape, by the name of its schema. */
    shape: z.string().optional(),
    times,
  }),
  /** It is taken and never answered: half open. On a realtime socket no session is ever created. */
  z.strictObject({ kind: z.literal('no-answer'), on, shape: z.string().optional(), times }),
  /** The first word comes so much later. */
  z.strictObject({ kind: z.literal('slow'), on, ms: z.int().min(1), times }),
  /** The answer begins and fails. */
  z.strictObject({ kind: z.literal('fails'), on, times }),
  /** The connection is cut in the middle of the answer. */
  z.strictObject({ kind: z.literal('cut'), on, times }),
  /** A realtime response begins, and nothing of it ever comes. */
  z.strictObject({ kind: z.literal('silent'), times }),
  /** All realtime sockets are cut now and streams broken off; the next so many requests and upgrades are refused. */
  z.strictObject({ kind: z.literal('dies'), times: z.int().min(0).default(2) }),
  /** All realtime sessions have reached their longest duration. */
  z.strictObject({ kind: z.literal('sessions-expire') }),
]);
export type Fault = z.infer<typeof Fault>;
export type WaitingFault = Exclude<Fault, { kind: 'dies' | 'sessions-expire' }>;

/** Where a fault can hit. */
export type Moment = 'request' | 'upgrade' | 'realtime-response';

const kindsAt: Record<Moment, readonly WaitingFault['kind'][]> = {
  request: ['status', 'no-answer', 'slow', 'fails', 'cut'],
  upgrade: ['status', 'no-answer'],
  'realtime-response': ['slow', 'fails', 'cut', 'silent'],
};

/** Faults that were asked for and have not happened yet, oldest first. */
export interface Faults {
  add(fault: WaitingFault): void;
  /** The fault that hits now; it counts as happened. @param shape name of the schema that is asked for */
  next(moment: Moment, shape?: string): WaitingFault | undefined;
  clear(): void;
}

export function createFaults(asked: readonly WaitingFault[]): Faults {
  const waiting = asked.map((fault) => ({ ...fault }));
  return {
    add: (fault) => void waiting.push({ ...fault }),
    next(moment, shape) {
      const side = moment === 'request' ? 'responses' : 'realtime';
      const index = waiting.findIndex(
        (fault) =>
          kindsAt[moment].includes(fault.kind) &&
          (!('on' in fault) || fault.on === 'both' || fault.on === side) &&
          (!('shape' in fault) || fault.shape === undefined || fault.shape === shape),
      );
      const fault = waiting[index];
      if (!fault) return undefined;
      fault.times -= 1;
      if (fault.times === 0) waiting.splice(index, 1);
      return fault;
    },
    clear: () => void waiting.splice(0),
  };
}
