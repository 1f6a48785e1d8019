import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Retell from 'retell-sdk';
import { bundleFunctions } from '#lib/bundle.ts';
import { closedLoop, type LoadTarget, openLoop } from './load.ts';
import { ms, percentiles, table } from './latencies.ts';
import { startSlowStore } from './slow-store.ts';

/**
 * What answering a ring costs: the bundle that AWS runs, on one core, with a store that takes a fixed time, next to a
 * bare server that only verifies the same signature; then what each function costs to start, next to an empty one.
 */
const number = '+12025550142';
const key = 'key_bench';
const storeLatencyMs = 5;
const callers = 32;
const durationMs = 5_000;
const targets = { ownP99Ms: 5, atPerSecond: 500, coldLoadMs: 150, bundleKb: 700 };

const directory = mkdtempSync(join(tmpdir(), 'frontdesk-bench-'));
const ringBundle = join(directory, 'routing/answer-inbound-call/index.js');
console.log('Bundling every function …');
bundleFunctions(directory);

const store = await startSlowStore(number, storeLatencyMs, key);
const environment = {
  ...process.env,
  AWS_REGION: 'eu-west-3',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${store.port}`,
  CORE_TABLE: 'core',
  ROUTING_TABLE: 'routing',
  INBOX_TABLE: 'inbox',
  AUDIT_TABLE: 'audit',
  RETELL_KEY_SECRET: 'retell',
  BINDING_KEY_SECRET: 'binding',
  UNROUTED_CALLS: 'generic',
  PAYLOADS_BUCKET: 'payloads',
  CALL_EVENTS_QUEUE_URL: 'http://127.0.0.1/queue',
  POST_CALL_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-3:000000000000:stateMachine:post-call',
  RETELL_BASE_URL: 'http://127.0.0.1',
  MAX_CALL_MINUTES: '60',
  RECONCILE_EVERY_MINUTES: '15',
  SENDER_ADDRESS: 'calls@mail.frontdesk.example',
  CONFIGURATION_SET: 'frontdesk',
  CONSOLE_URL: 'https://console.frontdesk.example',
};

const body = JSON.stringify({
  event: 'call_inbound',
  call_inbound: { call_id: 'call_bench', from_number: '+12025550117', to_number: number },
});

/** Runs a server of that kind on the first core, where the system can pin it. */
async function serve(kind: 'bare' | 'handler' | 'bundle') {
  const server = fileURLToPath(new URL('ring-server.ts', import.meta.url));
  const command = [process.execPath, server, kind, number, key, String(storeLatencyMs), ringBundle];
  const pinned = spawnSync('taskset', ['--version']).status === 0 ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(pinned[0] as string, pinned.slice(1), { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(chunk.toString());
  const ownTimes = async () => (await (await fetch(`http://127.0.0.1:${port}/samples`)).json()) as number[];
  return { port, ownTimes, stop: () => child.kill() };
}

async function target(port: number): Promise<LoadTarget> {
  const headers = { 'content-type': 'application/json', 'x-retell-signature': await Retell.sign(body, key) };
  return { port, path: '/api/retell/inbound', headers, body };
}

/** Warms a server up, then asks it: as fast as it can, so many a second, and one at a time as a Lambda is asked. */
async function measure(kind: 'bare' | 'handler' | 'bundle') {
  const server = await serve(kind);
  try {
    await closedLoop(await target(server.port), callers, 1_500);
    const { samples, perSecond } = await closedLoop(await target(server.port), callers, durationMs);
    await server.ownTimes();
    await openLoop(await target(server.port), targets.atPerSecond, durationMs);
    const own = (await server.ownTimes()).map((elapsed) => elapsed - 2 * storeLatencyMs);
    const alone = percentiles((await closedLoop(await target(server.port), 1, durationMs)).samples);
    return { ...percentiles(samples), perSecond, own: percentiles(own), alone };
  } finally {
    server.stop();
  }
}

/** Loads a bundle in a new process, and answers one ring where it is the one that does; median of five. */
async function coldStart(bundle: string, answers: boolean) {
  const script = `
    const start = performance.now();
    const { handler } = require(${JSON.stringify(bundle)});
    const loaded = performance.now();
    const event = JSON.parse(process.env.BENCH_EVENT);
    Promise.resolve(${answers} ? handler(event, {}) : undefined).then(() => {
      process.stderr.write(JSON.stringify({ load: loaded - start, answer: performance.now() - loaded }));
      process.exit();
    });`;
  const runs: { load: number; answer: number }[] = [];
  for (let run = 0; run < 5; run++) {
    const child = spawn(process.execPath, ['-e', script], {
      env: { ...environment, BENCH_EVENT: ringEvent },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const told = await child.stderr.toArray();
    runs.push(JSON.parse(Buffer.concat(told as Buffer[]).toString()) as { load: number; answer: number });
  }
  const median = (values: number[]) => percentiles(values).p50;
  return { load: median(runs.map(({ load }) => load)), answer: median(runs.map(({ answer }) => answer)) };
}

const bare = await measure('bare');
const handler = await measure('handler');
const bundled = await measure('bundle');
const line = (name: string, { perSecond, p50, p99 }: typeof bare) => [
  name,
  perSecond.toFixed(0),
  `${(perSecond / bare.perSecond).toFixed(2)}×`,
  ms(p50),
  ms(p99),
];
console.log(
  `\nAnswering a ring: one core, ${callers} callers in a closed loop, a store of ${storeLatencyMs} ms a read\n`,
);
console.log(
  table([
    ['', 'requests/s', 'of bare', 'p50', 'p99'],
    line('bare node:http, signature only', bare),
    line('our handler', handler),
    line('the bundle, with the AWS SDK', bundled),
  ]),
);
const offTheStore = ({ p50, p99 }: { p50: number; p99: number }) => [
  ms(p50 - 2 * storeLatencyMs),
  ms(p99 - 2 * storeLatencyMs),
];
console.log(`\nOwn time, the store's two reads of ${storeLatencyMs} ms taken off\n`);
console.log(
  table([
    ['', `p50 at ${targets.atPerSecond}/s`, 'p99', 'p50 one at a time', 'p99'],
    [
      `our handler (target p99 ≤ ${targets.ownP99Ms} ms)`,
      ms(handler.own.p50),
      ms(handler.own.p99),
      ...offTheStore(handler.alone),
    ],
    ['the bundle, with the AWS SDK', ms(bundled.own.p50), ms(bundled.own.p99), ...offTheStore(bundled.alone)],
  ]),
);

const ringEvent = JSON.stringify({
  version: '2.0',
  headers: { 'x-retell-signature': await Retell.sign(body, key) },
  body,
  isBase64Encoded: false,
});
const empty = join(directory, 'empty.cjs');
writeFileSync(empty, 'exports.handler = async () => ({ statusCode: 204 });\n');
const emptyStart = await coldStart(empty, true);
const rows = [
  ['function', 'bundle', 'load', 'of empty', 'first answer'],
  ['(an empty handler)', '0 KB', ms(emptyStart.load), '1×', ms(emptyStart.answer)],
];
for (const capability of readdirSync(directory)) {
  if (!statSync(join(directory, capability)).isDirectory()) continue;
  for (const name of readdirSync(join(directory, capability))) {
    const bundle = join(directory, capability, name, 'index.js');
    const answers = bundle === ringBundle;
    const { load, answer } = await coldStart(bundle, answers);
    const size = `${(statSync(bundle).size / 1000).toFixed(0)} KB`;
    rows.push([
      `${capability}/${name}`,
      size,
      ms(load),
      `${(load / emptyStart.load).toFixed(0)}×`,
      answers ? ms(answer) : '',
    ]);
  }
}
console.log('\nCold start, median of five new processes\n');
console.log(table(rows));
console.log(`\n  targets for the ring: load ≤ ${targets.coldLoadMs} ms, bundle ≤ ${targets.bundleKb} KB`);
store.stop();
rmSync(directory, { recursive: true });
