/** One of the workers of `onboarding.ts`: once it is told its share of the clinics, it takes them through their steps. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { type OnboardingOrder, PurchaseInFlight } from '#domain/onboarding/onboarding.ts';
import { beginOnboarding } from '#lambdas/onboarding/begin-onboarding.ts';
import { Killed } from '#test/onboarding/joining-world.ts';
import { tablesWorld } from '#test/onboarding/tables-world.ts';
import { chances } from './chances.ts';

export interface JoinerTask {
  tables: Record<'core' | 'routing' | 'inbox' | 'audit', string>;
  retell: { baseUrl: string; apiKey: string };
  seed: number;
  /** Of a hundred acts outside, how many end the attempt before or after them. */
  deathsInHundred: number;
  leaseMs: number;
  atOnce: number;
}
export interface JoinerReport {
  ends: Record<string, number>;
  died: number;
  mailed: string[];
}

const { tables, retell, seed, deathsInHundred, leaseMs, atOnce } = workerData as JoinerTask;
const client = createDynamoDb();
const chance = chances(seed);
const report: JoinerReport = { ends: {}, died: 0, mailed: [] };
const world = tablesWorld({
  tables: {
    core: openTable(client, tables.core),
    routing: openTable(client, tables.routing),
    inbox: openTable(client, tables.inbox),
    audit: openTable(client, tables.audit),
  },
  retell,
  clock,
  leaseMs,
  mayDie() {
    if (chance() * 100 >= deathsInHundred) return;
    report.died++;
    throw new Killed();
  },
});
const begin = beginOnboarding({ ...world, workflow: { start: () => Promise.resolve('under-way') } });

const given = once(parentPort!, 'message');
parentPort!.postMessage('ready');
const [waiting] = (await given) as [OnboardingOrder[]];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let order = waiting.pop(); order; order = waiting.pop()) {
      await begin(order, { actorType: 'platform', actorId: 'cli' });
      const end =
        (await world.go(order.clinic.id, 'join', (error) => (error instanceof PurchaseInFlight ? 250 : 10))) ?? 'lost';
      report.ends[end] = (report.ends[end] ?? 0) + 1;
    }
  }),
);
report.mailed = world.mails.map(({ clinicId }) => clinicId);
client.destroy();
parentPort!.postMessage(report);
