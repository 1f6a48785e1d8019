import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { stormClinic } from './booking-clinic.ts';
import type { Answer, Opening } from './booking-messages.ts';
import { storm, type StormPlan, type StormReport } from './booking-storm.ts';
import { isSound, type Verdict } from './booking-verdict.ts';
import { ms, percentiles, table } from './latencies.ts';

/**
 * How many people get one time: a hundred thousand attempts on a thousand times of ten providers in ten rooms, from
 * processes that are killed in the middle and callers who ask twice. Every time must be sold exactly once. Then a smaller
 * storm of the same kind against a store that looks whether a time is free and inserts, to see what that sells.
 *
 *     npm run bench:booking [-- --attempts 10000 --naive 10000]
 */
const { values } = parseArgs({
  options: {
    attempts: { type: 'string', default: '100000' },
    naive: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '20261005' },
  },
});

const size = { starts: 100, providers: 10, rooms: 10, patients: 500 };
const plan = (attempts: number, store: StormPlan['store']): StormPlan => ({
  ...size,
  // A smaller storm fights for fewer times as hard: a hundred attempts each.
  starts: Math.max(1, Math.min(size.starts, Math.round(attempts / 1_000))),
  attempts,
  store,
  workers: 3,
  concurrency: 8,
  kills: Math.max(3, Math.round(attempts / 3_000)),
  duplicates: 0.15,
  lostAnswers: 0.02,
  throughEngine: 0.003,
  seed: Number(values.seed),
});

/** Callers who are not in each other's way: each wants another time of an empty calendar, through all the rules. */
async function inPeace(db: TestDynamoDb, workers: number, callersEach: number) {
  await db.clear();
  const slots = stormClinic(size).slots.length;
  const calls = 500;
  const tables = { core: db.tables.core.name, audit: db.tables.audit.name };
  const opening = { kind: 'open', size, endpoint: db.endpoint, tables, store: 'transactions', lostAnswers: 0 } as const;
  const samples: number[] = [];
  let next = 0;
  let begin = 0;

  async function work() {
    const child = fork(fileURLToPath(new URL('booking-worker.ts', import.meta.url)), { execArgv: [] });
    const ended = once(child, 'exit');
    child.send({ ...opening, startedAt: Date.now() } satisfies Opening);
    let inHand = 0;
    const ask = (): void => {
      const deliveryId = next++;
      if (deliveryId < calls) {
        // Times far from each other, so that nobody wants the same room at the same moment.
        const slot = (deliveryId * 37) % slots;
        const wish = { wishId: deliveryId, slot, patient: deliveryId % size.patients, door: 'engine' } as const;
        child.send({ kind: 'attempt', deliveryId, wish });
        inHand += 1;
      } else if (!inHand) child.disconnect();
    };
    child.on('message', ({ outcome, reason, ms: waited }: Answer) => {
      if (outcome !== 'booked') throw new Error(`a free time was ${outcome} (${reason})`);
      // The first ones wait for code to be compiled and connections to be made.
      if (next < calls / 10) begin = performance.now();
      else samples.push(waited);
      inHand -= 1;
      ask();
    });
    for (let caller = 0; caller < callersEach; caller++) ask();
    await ended;
  }

  await Promise.all(Array.from({ length: workers }, work));
  return { ...percentiles(samples), perSecond: (samples.length / (performance.now() - begin)) * 1000 };
}

const faults: [keyof Verdict, string][] = [
  ['providerOverlaps', 'double bookings of a provider'],
  ['roomOverlaps', 'double bookings of a room'],
  ['patientOverlaps', 'patients in two places'],
  ['soldAgain', 'times sold more than once'],
  ['unsold', 'wanted times nobody got'],
  ['wishesSoldTwice', 'wishes answered with two appointments'],
  ['answersWithoutRow', '“booked” without an appointment'],
  ['orphanCells', 'cells of no appointment'],
  ['missingCells', 'appointments without all their cells'],
  ['guardErrors', 'patients’ guards that are wrong'],
  ['recordErrors', 'bookings not on record exactly once'],
];

const count = (value: number): string => value.toLocaleString('en');
const attemptsOf = ({ outcomes }: StormReport) => Object.values(outcomes).reduce((sum, some) => sum + some, 0);

function column(name: string, report: StormReport): string[] {
  const { p50, p99 } = percentiles(report.bookingMs);
  return [
    name,
    count(attemptsOf(report)),
    `${report.kills} (${count(report.redelivered)})`,
    (attemptsOf(report) / report.seconds).toFixed(0),
    `${ms(p50)} / ${ms(p99)}`,
    `${count(report.verdict.booked)} of ${count(report.verdict.wanted)}`,
    ...faults.map(([fault]) => count(report.verdict[fault])),
  ];
}

const db = await startDynamoDb();
try {
  for (const [workers, callers] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const { p50, p99, perSecond } = await inPeace(db, workers, callers);
    const who = workers * callers === 1 ? 'one caller at a time' : `${workers * callers} callers at a time`;
    console.log(`${who}, all rules: ${perSecond.toFixed(0)} bookings/s, p50 ${ms(p50)}, p99 ${ms(p99)}`);
  }
  console.log('');
  await db.clear();
  const ours = await storm(db, plan(Number(values.attempts), 'transactions'));
  await db.clear();
  const naive = await storm(db, plan(Number(values.naive), 'naive'));
  const labels = [
    '',
    'attempts',
    'workers killed (attempts delivered again)',
    'attempts/s',
    'a booking in the crowd, p50 / p99',
    'appointments made for wanted times',
    ...faults.map(([, label]) => label),
  ];
  const columns = [labels, column('Frontdesk', ours), column('check, then insert', naive)];
  console.log(table(labels.map((_, row) => columns.map((texts) => texts[row] ?? ''))));
  console.log('\nhow attempts ended:');
  console.log(
    table(
      Object.entries(ours.outcomes)
        .sort(([, a], [, b]) => b - a)
        .map(([name, some]) => [name, count(some)]),
    ),
  );
  if (!isSound(ours.verdict)) process.exitCode = 1;
} finally {
  await db.stop();
}
