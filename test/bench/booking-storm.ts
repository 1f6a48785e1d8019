import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestDynamoDb } from '../fakes/dynamodb.ts';
import { type StormSize, stormClinic } from './booking-clinic.ts';
import type { Answer, Death, Delivery, Opening, Wish } from './booking-messages.ts';
import { type Verdict, verdict } from './booking-verdict.ts';

export interface StormPlan extends StormSize {
  attempts: number;
  store: Opening['store'];
  workers: number;
  /** Attempts each worker has under way at once. */
  concurrency: number;
  /** How many times a worker is killed. */
  kills: number;
  /** Shares of all attempts. */
  duplicates: number;
  lostAnswers: number;
  throughEngine: number;
  seed: number;
}

export interface StormReport {
  verdict: Verdict;
  seconds: number;
  /** Answers by outcome, refusals by reason. */
  outcomes: Record<string, number>;
  kills: number;
  /** Attempts that had to be delivered again because their worker died. */
  redelivered: number;
  /** What callers waited for a booking they got, in milliseconds. */
  bookingMs: number[];
}

/** The same numbers for the same seed, so that two storms bring the same wishes. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The last callers want anything; all before want what comes next in the calendar. */
const latecomers = 0.1;
/** So many slots are wanted at once by so many patients, whose wishes get in each other's way. */
const crowd = { slots: 30, patients: 60 };

/** Wishes in the order in which they arrive; repetitions come soon after the first time, as impatient vendors do it. */
function deliveries(plan: StormPlan, random: () => number): Delivery[] {
  const slots = stormClinic(plan).slots.length;
  const upTo = (count: number) => Math.floor(random() * count);
  const near = (progress: number, all: number, width: number) =>
    progress < 1 ? Math.min(all - 1, Math.floor(progress * all) + upTo(Math.min(width, all))) : upTo(all);
  const all: Delivery[] = [];
  let wishes = 0;
  for (let deliveryId = 0; deliveryId < plan.attempts; deliveryId++) {
    const earlier = all[deliveryId - 1 - upTo(8)];
    const progress = deliveryId / plan.attempts / (1 - latecomers);
    const wish: Wish =
      earlier && random() < plan.duplicates
        ? earlier.wish
        : {
            wishId: wishes++,
            slot: near(progress, slots, crowd.slots),
            patient: near(progress, plan.patients, crowd.patients),
            door: random() < plan.throughEngine ? 'engine' : 'calendar',
          };
    all.push({ kind: 'attempt', deliveryId, wish });
  }
  return all;
}

/**
 * Lets callers loose on a calendar from several processes at once, kills some of those between reading and writing, while
 * a write is under way and before its answer is told, delivers again what they had in hand, and then reads the tables.
 */
export async function storm(db: TestDynamoDb, plan: StormPlan): Promise<StormReport> {
  const random = seeded(plan.seed);
  const queue = deliveries(plan, random).reverse();
  const startedAt = Date.now();
  const deaths: Death[] = Array.from({ length: plan.kills }, (_, index) => ({
    atWrite: 1 + Math.floor((random() * plan.attempts) / (plan.kills + plan.workers) / 6),
    when: (['before', 'under-way', 'after'] as const)[index % 3] ?? 'before',
  }));
  const told: { wish: Wish; answer: Answer }[] = [];
  let [kills, redelivered] = [0, 0];

  /** One worker's lives, until nothing is left to do. */
  async function work(): Promise<void> {
    while (queue.length) {
      const inHand = new Map<number, Delivery>();
      const child = fork(fileURLToPath(new URL('booking-worker.ts', import.meta.url)), { execArgv: [] });
      // What it told before it died is still heard: the end of its channel comes after the last message.
      const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
      const hand = () => handOut(child, inHand);
      child.on('message', (answer: Answer) => {
        const delivery = inHand.get(answer.deliveryId);
        if (!delivery) throw new Error('an answer to nothing');
        inHand.delete(answer.deliveryId);
        told.push({ wish: delivery.wish, answer });
        hand();
      });
      const { store, lostAnswers } = plan;
      const tables = { core: db.tables.core.name, audit: db.tables.audit.name };
      const death = deaths.pop();
      child.send({
        kind: 'open',
        size: plan,
        endpoint: db.endpoint,
        tables,
        store,
        startedAt,
        lostAnswers,
        death,
      } satisfies Opening);
      hand();
      const [[code, signal]] = await ended;
      if (signal !== 'SIGKILL' && code !== 0) throw new Error(`a worker ended by itself (${code ?? signal})`);
      if (signal === 'SIGKILL') kills += 1;
      redelivered += inHand.size;
      queue.push(...inHand.values());
    }
  }

  function handOut(child: ChildProcess, inHand: Map<number, Delivery>): void {
    while (inHand.size < plan.concurrency && child.connected) {
      const delivery = queue.pop();
      if (!delivery) break;
      inHand.set(delivery.deliveryId, delivery);
      // To a worker that has just died nothing can be sent; its end brings the delivery back.
      child.send(delivery, () => undefined);
    }
    if (!inHand.size && child.connected) child.disconnect();
  }

  const begin = performance.now();
  await Promise.all(Array.from({ length: plan.workers }, work));
  const seconds = (performance.now() - begin) / 1000;
  const outcomes: Record<string, number> = {};
  for (const { answer } of told) {
    const name = [answer.outcome, answer.reason].filter(Boolean).join(' ');
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return {
    verdict: await verdict(db.tables, plan, told),
    seconds,
    outcomes,
    kills,
    redelivered,
    bookingMs: told.filter(({ answer }) => answer.outcome === 'booked').map(({ answer }) => answer.ms),
  };
}
