import * as z from 'zod';
import { pickUps, type Scenario } from '#local/scenarios/scenario.ts';

/** Somebody's telephone, and who is near it when our side calls. */
export const Telephone = z.strictObject({
  /** Every number it rings for. */
  numbers: z.array(z.string()).min(1),
  scenario: z.string(),
  pickUp: z.enum(pickUps).default('person'),
});

/** A telephone that waits for one call, or rings. */
export interface WaitingTelephone<Tell> {
  numbers: readonly string[];
  scenario: Scenario;
  pickUp: (typeof pickUps)[number];
  tell: Tell;
}

/** Somebody who does not call within this was not going to. */
const longestWaitMs = 120_000;

/** The telephones at the far end of a stand-in's lines. */
export function createTelephones<Tell, Play>(signal: AbortSignal) {
  interface Waiting {
    telephone: WaitingTelephone<Tell> & Play;
    ring(call: (telephone: WaitingTelephone<Tell> & Play) => Promise<void>): void;
  }
  const waiting = new Set<Waiting>();

  return {
    /** Waits for one call, and settles when it is over. @throws Error when nobody calls */
    async wait(telephone: WaitingTelephone<Tell> & Play): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const one: Waiting = {
        telephone,
        ring(call) {
          clearTimeout(late);
          waiting.delete(one);
          call(telephone).then(resolve, reject);
        },
      };
      const giveUp = (why: string) => () => {
        waiting.delete(one);
        reject(new Error(why));
      };
      const late = setTimeout(giveUp('nobody called'), longestWaitMs);
      const stopped = giveUp('the stand-in stops');
      signal.addEventListener('abort', stopped, { once: true });
      waiting.add(one);
      await promise.finally(() => {
        clearTimeout(late);
        signal.removeEventListener('abort', stopped);
      });
    },

    /** Rings the telephone of a number; false when there is none that waits. */
    ring(number: string, call: (telephone: WaitingTelephone<Tell> & Play) => Promise<void>): boolean {
      const found = [...waiting].find(({ telephone }) => telephone.numbers.includes(number));
      found?.ring(call);
      return found !== undefined;
    },
  };
}
export type Telephones<Tell, Play> = ReturnType<typeof createTelephones<Tell, Play>>;
