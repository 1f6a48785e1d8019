import { parseArgs } from 'node:util';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { imageFlags } from './image-flags.ts';
import { ms, table } from './latencies.ts';
import type { LoadReport } from './voice-load.ts';
import { type Service, startLoad, startNeighbour, startService } from './voice-processes.ts';
import { authToken, mediaUrl } from './voice-signal.ts';

/**
 * What a live call costs: simulated callers and models on one core, 20 ms frames both ways, and on the other core first a
 * bare relay on `ws` without any logic, then our voice service with all of it. Identical runs differ by 10–15 %: only the
 * ratios of one run count.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, minutes: { type: 'string', default: '0' } },
});
const isQuick = values.quick;
const rounds = isQuick ? 1 : 3;
const windowMs = isQuick ? 3_000 : 5_000;
/** Until what is run often has been compiled; then, with more calls, until they have been set up. */
const warmMs = { first: isQuick ? 8_000 : 10_000, next: isQuick ? 2_000 : 4_000 };
const sizes = [100, 400] as const;
/**
 * Where the most calls are sought, others have half of the service's core: with all of it, it would take more calls than
 * the other core can simulate.
 */
const ramp = { from: 40, factor: 1.12, most: 1_600, windowMs: 2_500, p99Ms: 20, misses: 2 };
/** A load this near to its own limit measures itself. */
const mostOwnCpu = 0.9;
const handshakeMs = 150;
const targets = { cpu: 0.9, calls: 1.25, rssMb: 0.15, firstAudioMs: 20, clearMs: 1, misheardMs: 50 };

const kinds = { relay: 'voice-relay.ts', ours: 'voice-service.ts' };
type Kind = keyof typeof kinds;

interface Cost {
  /** Of CPU, for one second of one call, in milliseconds. */
  cpu: number[];
  rssMb: number[];
}

interface Most {
  /** Calls with p99 within the limit. */
  calls: number;
  /** The load came to its own limit first. */
  isAtLeast: boolean;
}

/** Shares of the measured time in which others had the core of the service under test. */
const waits: number[] = [];
const mostWait = 0.03;

const signature = webhooks.getExpectedTwilioSignature(authToken, mediaUrl, {});
const load = await startLoad();

const flags: Record<Kind, string[]> = { relay: [], ours: imageFlags };

async function serve<T>(kind: Kind, run: (service: Service) => Promise<T>): Promise<T> {
  const service = await startService(kinds[kind], load.modelUrl, flags[kind]);
  try {
    return await run(service);
  } finally {
    await load.hangUp();
    await service.stop();
  }
}

const prepare = (service: Service, manner: 'steady' | 'interrupted') =>
  load.prepare({ manner, handshakeMs, url: service.url, signature });

/** CPU per call-second and memory per call at each size. */
const costOf = (kind: Kind) =>
  serve(kind, async (service): Promise<Cost> => {
    await prepare(service, 'steady');
    const idle = await service.usage();
    const cost: Cost = { cpu: [], rssMb: [] };
    let calls = 0;
    for (const size of sizes) {
      await load.dial(size - calls, 100);
      calls = size;
      await load.measure(size === sizes[0] ? warmMs.first : warmMs.next);
      const before = await service.usage();
      const startMs = performance.now();
      const report = await load.measure(windowMs);
      const after = await service.usage();
      const seconds = (performance.now() - startMs) / 1_000;
      cost.cpu.push((after.cpuMs - before.cpuMs) / seconds / size);
      waits.push((after.waitedMs - before.waitedMs) / seconds / 1_000);
      cost.rssMb.push((after.rssBytes - idle.rssBytes) / size / 1e6);
      tell(kind, report);
    }
    return cost;
  });

/** More calls, step by step, until two steps in a row had a p99 beyond the limit. */
const mostOf = (kind: Kind) =>
  serve(kind, async (service): Promise<Most> => {
    await prepare(service, 'steady');
    await load.dial(ramp.from, 100);
    await load.measure(warmMs.first);
    const neighbour = startNeighbour();
    const most = { calls: 0, isAtLeast: false };
    try {
      let calls = ramp.from;
      for (let misses = 0; misses < ramp.misses && calls < ramp.most;) {
        const report = await load.measure(ramp.windowMs);
        tell(kind, report);
        most.isAtLeast = report.ownCpu > mostOwnCpu;
        if (most.isAtLeast) break;
        const isWithin = report.latency.p99 <= ramp.p99Ms && Object.keys(report.dropped).length === 0;
        misses = isWithin ? 0 : misses + 1;
        if (isWithin) most.calls = calls;
        const next = Math.round(calls * ramp.factor);
        await load.dial(next - calls, 150);
        calls = next;
        await load.measure(1_000);
      }
    } finally {
      neighbour.stop();
    }
    return most;
  });

/** Few calls, one after the other, whose callers break in: what they notice. */
const mannersOf = (kind: Kind) =>
  serve(kind, async (service) => {
    await prepare(service, 'interrupted');
    // The spare sockets to the model are open by now, as they are on a task that has been up for a moment.
    await load.measure(600);
    await load.dial(isQuick ? 12 : 20, 6);
    return load.measure(isQuick ? 4_000 : 12_000);
  });

/** Memory over a long call: after the first minute it must stay where it is. */
const growthOf = (minutes: number) =>
  serve('ours', async (service) => {
    await prepare(service, 'steady');
    const calls = 100;
    await load.dial(calls, 50);
    await load.measure(60_000);
    const before = await service.usage();
    for (let minute = 1; minute <= minutes; minute++) {
      tell('ours', await load.measure(60_000));
      const { rssBytes } = await service.usage();
      console.log(`    ${minute} min: ${((rssBytes - before.rssBytes) / calls / 1e6).toFixed(3)} MB a call more`);
    }
  });

const tell = (kind: Kind, { calls, latency, ownCpu, dropped }: LoadReport) =>
  console.log(
    `  ${kind === 'relay' ? 'bare relay' : 'our service'}, ${calls} calls: p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, ` +
      `load at ${(ownCpu * 100).toFixed(0)} % of its core${Object.keys(dropped).length > 0 ? `, dropped ${JSON.stringify(dropped)}` : ''}`,
  );

const median = (numbers: number[]) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] as number) + (sorted[high] as number)) / 2;
};
const verdict = (isMet: boolean) => (isMet ? 'met' : 'NOT met');

const costs: Record<Kind, Cost[]> = { relay: [], ours: [] };
for (let round = 1; round <= rounds; round++) {
  for (const kind of ['relay', 'ours'] as const) costs[kind].push(await costOf(kind));
}
const most = isQuick ? undefined : { relay: await mostOf('relay'), ours: await mostOf('ours') };
const manners = { relay: await mannersOf('relay'), ours: await mannersOf('ours') };

const each = (kind: Kind, which: 'cpu' | 'rssMb', size: number) =>
  costs[kind].map((cost) => cost[which][size] as number);
const at = (...of: Parameters<typeof each>) => median(each(...of));
/** Of what was measured one after the other in one round: a machine that is slower in the next weighs on neither side. */
const ratioAt = (which: 'cpu' | 'rssMb', size: number) => {
  const relay = each('relay', which, size);
  return median(each('ours', which, size).map((ours, round) => ours / (relay[round] as number)));
};
const rows = [['', 'bare relay', 'our service', 'ratio', 'target', '']];
sizes.forEach((size, index) => {
  const [relay, ours] = [at('relay', 'cpu', index), at('ours', 'cpu', index)];
  rows.push([
    `CPU a call-second, ${size} calls`,
    ms(relay),
    ms(ours),
    `${ratioAt('cpu', index).toFixed(2)}×`,
    `≤ ${targets.cpu}×`,
    verdict(ratioAt('cpu', index) <= targets.cpu),
  ]);
});
if (most) {
  const count = ({ calls, isAtLeast }: Most) => `${isAtLeast ? '≥ ' : ''}${calls}`;
  const ratio = most.ours.calls / most.relay.calls;
  rows.push([
    `most calls on half a core, p99 ≤ ${ramp.p99Ms} ms`,
    count(most.relay),
    count(most.ours),
    `${ratio.toFixed(2)}×`,
    `≥ ${targets.calls}×`,
    verdict(ratio >= targets.calls),
  ]);
}
const [relayRss, oursRss] = [at('relay', 'rssMb', 1), at('ours', 'rssMb', 1)];
const mb = (value: number) => `${value.toFixed(3)} MB`;
rows.push([
  `memory a call, ${sizes[1]} calls`,
  mb(relayRss),
  mb(oursRss),
  `${ratioAt('rssMb', 1).toFixed(2)}×`,
  `≤ ${targets.rssMb} MB`,
  verdict(oursRss <= targets.rssMb),
]);

type Seen = (report: LoadReport) => number;
const noticed: [string, Seen, (value: number) => string, number, string][] = [
  ['first audio at the model, p50', ({ firstAudio }) => firstAudio.p50, ms, targets.firstAudioMs, ' ms'],
  ['caller frames lost at the start', ({ lostAtStart }) => lostAtStart, String, 0, ''],
  ['caller frames lost later', ({ lostLater }) => lostLater, String, 0, ''],
  ['frames before a µ-law session', ({ unconfirmed }) => unconfirmed, String, 0, ''],
  ['clear after speech_started, p50', ({ clear }) => clear.p50, ms, targets.clearMs, ' ms'],
  ['stale audio after clear', ({ stale }) => stale, String, 0, ''],
  ['truncations refused', ({ refusedTruncations }) => refusedTruncations, String, 0, ''],
  ['|audio_end_ms − heard|, max', ({ misheardMs }) => misheardMs.max, ms, targets.misheardMs, ' ms'],
];
for (const [label, seen, show, limit, unit] of noticed) {
  const [relay, ours] = [seen(manners.relay), seen(manners.ours)];
  const shown = (value: number) => (Number.isFinite(value) ? show(value) : 'never');
  rows.push([
    label,
    shown(relay),
    shown(ours),
    '',
    `${limit === 0 ? '' : '≤ '}${limit}${unit}`,
    verdict(ours <= limit),
  ]);
}
console.log(`\nA call through one process on one core, 20 ms frames, a model with a handshake of ${handshakeMs} ms\n`);
console.log(table(rows));
const { truncations, refused, dropped } = manners.ours;
console.log(
  `\n  interruptions: ${truncations} truncations; refused by the model: ${JSON.stringify(refused)}; dropped: ${JSON.stringify(dropped)}` +
    (isQuick ? '\n  the most calls are left out of a quick run' : ''),
);
const worst = Math.max(...waits);
if (worst > mostWait) {
  console.log(
    `\n  The machine was busy: up to ${(worst * 100).toFixed(0)} % of the time others had the core. What is a time above does not count.`,
  );
}
if (Number(values.minutes) > 0) {
  console.log(`\nMemory of 100 calls over ${values.minutes} minutes\n`);
  await growthOf(Number(values.minutes));
}
load.stop();
