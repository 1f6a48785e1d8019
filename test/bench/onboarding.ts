/**
 * `npm run bench:onboarding`: a thousand clinics join from one file. The tables are the embedded engine, Retell is its
 * stand-in over HTTP with 5 % of its answers failing, and attempts end before or after any act outside, at random but
 * the same in every run. Prints what it took and what was bought, and ends with 1 when a promise is broken.
 */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { E164 } from '#domain/e164.ts';
import { startRetell } from '#local/vendors/retell/server.ts';
import type { OnboardingOrder } from '#domain/onboarding/onboarding.ts';
import { readOnboardingFile } from '#lambdas/onboarding/onboarding-file.ts';
import { startDynamoDb } from '#test/fakes/dynamodb.ts';
import { joiningFile } from '#test/onboarding/joining-world.ts';
import { chances } from './chances.ts';
import type { JoinerReport, JoinerTask } from './onboarding-joiner.ts';

const count = Number(process.argv[2] ?? 1_000);
const budgetMs = 60_000;
const vendorFailures = 0.05;
const deathsInHundred = 1;
const joiners = 2;
const atOnce = 48;
/** Shorter than in production, where a function may take a minute and a half to buy. */
const leaseMs = 2_000;
const apiKey = 'key_bench_onboarding';

/** In front of the stand-in: half of the failures never reach it, of the other half the answer is lost. */
async function flaky(target: string, chance: () => number) {
  const failed = { before: 0, after: 0 };
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const fate = chance();
    if (fate < vendorFailures / 2) {
      failed.before++;
      incoming.resume();
      outgoing.writeHead(503, { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const { method, url, headers } = incoming;
    const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      if (fate < vendorFailures) {
        failed.after++;
        answer.resume();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { url, failed, stop };
}

/** A thread of its own, as functions run beside each other, that waits for its share of the clinics. */
async function startJoiner(task: JoinerTask): Promise<(orders: OnboardingOrder[]) => Promise<JoinerReport>> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: db.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const worker = new Worker(new URL('./onboarding-joiner.ts', import.meta.url), { workerData: task, env });
  await once(worker, 'message');
  return async (orders) => {
    const reported = once(worker, 'message');
    worker.postMessage(orders);
    const [report] = (await reported) as [JoinerReport];
    return report;
  };
}

const dataDir = await mkdtemp(join(tmpdir(), 'onboarding-'));
const db = await startDynamoDb();
const retell = await startRetell({ apiKey, apiUrl: 'http://127.0.0.1:9', dataDir });
const front = await flaky(retell.baseUrl, chances(1));
// The exchange 555 has a hundred fictional lines in each area.
const areas = [202, 206, 212, 213, 214, 215, 216, 303, 305, 312, 313, 314, 404, 415, 503, 512, 602, 617, 702, 713];
const file = Array.from({ length: count }, (_, n) =>
  joiningFile(n, `buyNumber: { country: US, areaCode: ${areas[n % areas.length]} }`),
).join('---\n');

const threads = await Promise.all(
  Array.from({ length: joiners }, (_, joiner) =>
    startJoiner({
      tables: Object.fromEntries(Object.entries(db.tables).map(([table, { name }]) => [table, name])) as never,
      retell: { baseUrl: front.url, apiKey },
      seed: 2 + joiner,
      deathsInHundred,
      leaseMs,
      atOnce: atOnce / joiners,
    }),
  ),
);

const startedAt = performance.now();
const { orders, problems } = readOnboardingFile('clinics.yaml', file);
if (problems.length) throw new Error(JSON.stringify(problems[0]));
const reports = await Promise.all(
  threads.map((takeIn, joiner) =>
    takeIn(orders.map(({ order }) => order).filter((_order, n) => n % joiners === joiner)),
  ),
);
const tookMs = performance.now() - startedAt;

const ends: Record<string, number> = {};
for (const report of reports) {
  for (const [end, many] of Object.entries(report.ends)) ends[end] = (ends[end] ?? 0) + many;
}
const died = reports.reduce((sum, report) => sum + report.died, 0);
const mailed = reports.flatMap((report) => report.mailed);
const directory = createClinicDirectory(db.tables.routing);
const clinics = createClinicStore(db.tables.core);

/** As the ring finds a clinic: by the number, and only while it answers. */
async function ring(number: string): Promise<string | undefined> {
  const { number: found } = await directory.find({ number: E164.parse(number) });
  const clinic = found?.clinicId && (await clinics.profile(found.clinicId));
  return clinic && clinic.status === 'active' ? clinic.id : undefined;
}

/** What the vendor has, asked of the stand-in itself. */
const listed = await fetch(`${retell.baseUrl}/v2/list-phone-numbers?limit=100000`, {
  headers: { authorization: `Bearer ${apiKey}` },
});
const { items } = (await listed.json()) as {
  items: { phone_number: string; nickname: string; inbound_agents?: unknown[] }[];
};
const perClinic = new Map<string, number>();
let [orphans, wrongRings] = [0, 0];
for (const { phone_number, nickname } of items) {
  perClinic.set(nickname, (perClinic.get(nickname) ?? 0) + 1);
  const rung = await ring(phone_number);
  if (!rung) orphans++;
  else if (!nickname.includes(rung)) wrongRings++;
}
const twice = [...perClinic.values()].filter((n) => n > 1).length;
const mailsTwice = mailed.length - new Set(mailed).size;
await Promise.all([front.stop(), retell.stop(), db.stop()]);
await rm(dataDir, { recursive: true });

const { before, after } = front.failed;
console.log(`${count} clinics from one file in ${(tookMs / 1000).toFixed(1)} s (budget ${budgetMs / 1000} s)`);
console.log(`how they ended: ${JSON.stringify(ends)}`);
console.log(`vendor failures: ${before} before it acted, ${after} answers lost; attempts ended half way: ${died}`);
console.log(`numbers: ${items.length}, bought twice: ${twice}, orphans: ${orphans}, wrong first rings: ${wrongRings}`);
console.log(`welcome e-mails sent twice: ${mailsTwice}`);
const kept = twice + orphans + wrongRings + mailsTwice === 0 && ends.joined === count && items.length === count;
if (!kept || (count >= 1_000 && tookMs > budgetMs)) process.exitCode = 1;
