import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { imageFlags } from './image-flags.ts';
import { ms, percentiles, table } from './latencies.ts';
import { startModel } from './llm-model.ts';

/**
 * What a Retell call's first word costs besides the model: 300 calls at once on one service process that has a core of
 * its own, a model whose first word comes after 50 ms, every fourth answer interrupted. Next to it, in the same run, a
 * server that only passes on what the model says. `--calls` and `--seconds` measure less. Identical runs differ by 10 to 15 %, so the ratio is what counts.
 */
const { values } = parseArgs({
  options: { calls: { type: 'string', default: '300' }, seconds: { type: 'string', default: '12' } },
});
const calls = Number(values.calls);
const measureMs = Number(values.seconds) * 1000;
const rampMs = calls * 20;
const settleMs = 2_000;
const thinkMs = { least: 900, most: 2_100 };
/** After the first word of an answer the caller breaks in. */
const interruptAfterMs = 120;
const targets = { p50Ms: 0.8, p99Ms: 4 };

interface Frame {
  response_type: string;
  response_id?: number;
  content?: string;
  content_complete?: boolean;
  timestamp?: number;
}

const nothing = () => ({ firstWord: [] as number[], stale: 0, interrupted: [] as string[] });
let samples = nothing();
let isMeasuring = false;

const spoken = (content: string) => ({
  content,
  words: content.split(' ').map((word, index) => ({ word, start: index * 0.3, end: index * 0.3 + 0.28 })),
});

/** One caller: asks, hears the answer or breaks into it, thinks, asks again. */
function startCall(url: string, call: number, model: ReturnType<typeof startModel>) {
  const callId = `call_bench${call}`;
  // Not every caller breaks in at the same time.
  const isInterrupted = () => (id + call) % 4 === 0;
  const socket = new WebSocket(`${url}/${callId}`, { perMessageDeflate: false });
  /** As text: what the load would collect as garbage, or write anew for each request, would be measured as ours. */
  const said: string[] = [];
  let id = 0;
  let askedAt = 0;
  let hasFirst = false;
  let timer: NodeJS.Timeout;
  /** Pings sent with a request: what of an older one comes after their answer was stale when it was sent. */
  let settledId = 0;
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  const hear = (role: 'agent' | 'user', content: string) => {
    said.push(JSON.stringify({ role, ...spoken(content) }));
  };

  function ask(): void {
    id += 1;
    hasFirst = false;
    hear('user', `Question ${id} : à quelle heure êtes-vous ouverts le lundi ?`);
    const transcript = `[${said.join(',')}]`;
    const frame = `{"interaction_type":"response_required","response_id":${id},"transcript":${transcript},"transcript_with_tool_calls":${transcript}}`;
    askedAt = performance.now();
    socket.send(frame);
    send({ interaction_type: 'ping_pong', timestamp: id });
  }
  const think = () => {
    timer = setTimeout(ask, thinkMs.least + Math.random() * (thinkMs.most - thinkMs.least));
  };

  socket.on('message', (data: Buffer) => {
    const { response_type, response_id, content, content_complete, timestamp } = JSON.parse(data.toString()) as Frame;
    if (response_type === 'config') {
      const numbers = { from_number: '+12025550117', to_number: '+12025550142' };
      send({ interaction_type: 'call_details', call: { call_id: callId, call_type: 'phone_call', ...numbers } });
    }
    if (response_type === 'ping_pong') settledId = Math.max(settledId, timestamp ?? 0);
    if (response_type !== 'response') return;
    if (response_id === 0) {
      if (!content_complete) return;
      hear('agent', 'Bonjour, que puis-je faire pour vous ?');
      return think();
    }
    if (response_id !== id) {
      if (isMeasuring && (response_id ?? 0) < settledId) samples.stale += 1;
      return;
    }
    if (!hasFirst && content) {
      hasFirst = true;
      const share = performance.now() - askedAt - Number.parseFloat(content);
      if (isMeasuring) samples.firstWord.push(share);
      if (isInterrupted()) {
        const first = content;
        timer = setTimeout(() => {
          // Of an answer that is nearly over nobody can say whether it was ended in time.
          if (isMeasuring && model.leftOf(first) >= 4) samples.interrupted.push(first);
          hear('agent', 'Nous ouvrons');
          ask();
        }, interruptAfterMs);
      }
    }
    if (content_complete && !isInterrupted()) {
      hear('agent', 'Nous sommes ouverts de huit heures à midi et demi, puis de quinze heures.');
      think();
    }
  });
  socket.on('error', (error) => {
    throw error;
  });
  return {
    stop() {
      clearTimeout(timer);
      socket.terminate();
    },
  };
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

async function measure(kind: 'ours' | 'minimal') {
  const model = startModel();
  const modelPort = await model.listen();
  const server = fileURLToPath(new URL('llm-service.ts', import.meta.url));
  const command = [process.execPath, ...imageFlags, server, kind, String(modelPort)];
  const pinned = canPin ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(pinned[0] as string, pinned.slice(1), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const usage = async () => {
    child.send({});
    const [{ cpuMs }] = (await once(child, 'message')) as [{ cpuMs: number }];
    return cpuMs;
  };

  const url = `ws://127.0.0.1:${port}/llm-websocket/clinique-exemple/${'k'.repeat(43)}`;
  const callers: ReturnType<typeof startCall>[] = [];
  for (let call = 1; call <= calls; call++) {
    callers.push(startCall(url, call, model));
    await pause(rampMs / calls);
  }
  await pause(settleMs);
  samples = nothing();
  const cpuBefore = await usage();
  isMeasuring = true;
  await pause(measureMs);
  isMeasuring = false;
  const cpuMs = (await usage()) - cpuBefore;
  await pause(500);
  const { firstWord, stale } = samples;
  const interrupted = samples.interrupted.length;
  const stopped = samples.interrupted.filter((first) => model.wasStopped(first)).length;
  callers.forEach((caller) => caller.stop());
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  model.stop();
  return {
    stale,
    interrupted,
    stopped,
    answers: firstWord.length,
    cpuShare: cpuMs / measureMs,
    times: percentiles(firstWord),
  };
}

const canPin = spawnSync('taskset', ['--version']).status === 0;
if (canPin) spawnSync('taskset', ['-cp', '1', String(process.pid)]);
console.log(`${calls} calls, the first word of the model after 50 ms, every 4th answer interrupted …`);
const ours = await measure('ours');
const minimal = await measure('minimal');

const row = (name: string, run: typeof ours) => [
  name,
  ms(run.times.p50),
  ms(run.times.p99),
  `${(run.cpuShare * 100).toFixed(0)} %`,
  (run.stale / Math.max(1, run.interrupted)).toFixed(2),
  `${((run.stopped / Math.max(1, run.interrupted)) * 100).toFixed(1)} %`,
  String(run.answers),
];
console.log(
  table([
    [
      'share of the first word',
      'p50',
      'p99',
      'CPU',
      'stale frames an interruption',
      'model requests aborted',
      'answers',
    ],
    row('voice service', ours),
    row('only passes on', minimal),
  ]),
);
console.log(
  `ratio to only passing on: p50 ${(ours.times.p50 / minimal.times.p50).toFixed(2)}, p99 ${(ours.times.p99 / minimal.times.p99).toFixed(2)}`,
);
const held =
  ours.times.p50 <= targets.p50Ms &&
  ours.times.p99 <= targets.p99Ms &&
  ours.stale === 0 &&
  ours.stopped === ours.interrupted;
console.log(
  held
    ? 'within the targets'
    : `outside the targets: p50 ≤ ${targets.p50Ms} ms, p99 ≤ ${targets.p99Ms} ms, no stale frame, all aborted`,
);
process.exit(0);
