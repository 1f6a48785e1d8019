import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from './latencies.ts';
import { imageFlags } from './image-flags.ts';
import { bystanders, type CallEnd, playShortCall, type Target } from './short-calls-callers.ts';
import type { KeptCall, ServiceLook, ServiceOrder } from './short-calls-service.ts';
import { startModel } from './voice-model.ts';

/**
 * Whether anything is left behind: ten thousand short calls on both wires against one process of the voice service, half
 * of which hang up at once; others send nonsense, have the wrong token, start twice or never. After each thousand it
 * must hold what it held before, and nobody who proved nothing may have heard a word.
 *
 *     npm run bench:short-calls [-- --calls 1000 --at-once 60]
 */
const { values } = parseArgs({
  options: { calls: { type: 'string', default: '10000' }, 'at-once': { type: 'string', default: '60' } },
});
const wanted = Number(values.calls);
const atOnce = Number(values['at-once']);
/** Calls between two looks. */
const round = Math.min(1_000, wanted);
/** What compiled code and full buffers may still add after the first rounds. */
const warmRounds = 2;
const limits = { heapMb: 6, rssMb: 25, resources: 4 };
const quietWithinMs = 60_000;

const model = await startModel(
  () => 'steady',
  () => 20,
  { heard() {}, unconfirmed() {}, speechStarted() {}, truncated() {}, refused() {} },
);
/** Both ends in one process: what its models say is due every 20 ms. */
const speaking = setInterval(() => {
  const atMs = Number(process.hrtime.bigint() / 1_000n) / 1_000;
  for (const session of model.sessions) if (session.isSpeaking) session.speak(atMs);
}, 20);

/** With the flags of its image. */
async function startService(): Promise<{ child: ChildProcess; target: Target }> {
  const file = fileURLToPath(new URL('short-calls-service.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--expose-gc', ...imageFlags, file, `ws://127.0.0.1:${model.port}/v1/realtime`],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const [target] = (await once(child, 'message')) as [Target];
  return { child, target };
}

const { child, target } = await startService();
child.once('exit', (code, signal) => {
  if (isDone) return;
  console.error(`the service ended with ${code ?? signal}`);
  process.exit(1);
});
let isDone = false;

async function order<T>(what: ServiceOrder): Promise<T> {
  child.send(what);
  const [{ answer }] = (await once(child, 'message')) as [{ answer: T }];
  return answer;
}

/** As it is once everything that was begun has come to its end. */
async function quiet(): Promise<ServiceLook> {
  const giveUpAt = performance.now() + quietWithinMs;
  for (;;) {
    const now = await order<ServiceLook>({ kind: 'look' });
    // Only the sockets that are kept ready for calls to come, and the timers of the process itself.
    const isQuiet = now.live === 0 && countOf(now) <= countOf(before) + limits.resources;
    if (isQuiet || performance.now() > giveUpAt) return now;
    await sleep(500);
  }
}
const countOf = ({ resources }: ServiceLook): number => Object.values(resources).reduce((sum, count) => sum + count, 0);

await sleep(500);
const before = await order<ServiceLook>({ kind: 'look' });
const kinds = new Map<string, { calls: number; opened: number; refused: number }>();
const problems = new Map<string, number>();
const note = (problem: string) => problems.set(problem, (problems.get(problem) ?? 0) + 1);
const looks: ServiceLook[] = [];
let leaked = 0;
let kept = 0;
let exactlyOne = 0;
let turns = 0;

async function playAll(from: number, to: number): Promise<(CallEnd & { kind: string })[]> {
  const ends: (CallEnd & { kind: string })[] = [];
  let next = from;
  const caller = async () => {
    while (next < to) ends.push(await playShortCall(next++, target));
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return ends;
}

function judge(ends: readonly (CallEnd & { kind: string })[], known: readonly KeptCall[]): void {
  const byId = new Map(known.map((call) => [String(call.conversationId), call]));
  for (const { kind, conversationId, items, opened, refused, leaked: hasLeaked, problem } of ends) {
    const row = kinds.get(kind) ?? { calls: 0, opened: 0, refused: 0 };
    kinds.set(kind, { calls: row.calls + 1, opened: row.opened + opened, refused: row.refused + refused });
    if (hasLeaked) leaked += 1;
    if (problem) note(`${kind}: ${problem}`);
    const call = byId.get(conversationId) ?? { items: 0, turns: 0, isInOrder: true };
    if (items === 'one') kept += 1;
    if (items === 'one' && call.items === 1) exactlyOne += 1;
    else if (items === 'one' || call.items > (items === 'none' ? 0 : 1))
      note(`${kind}: ${call.items} conversation items`);
    if (items === 'none' && call.turns > 0) note(`${kind}: turns of nobody`);
    if (!call.isInOrder) note(`${kind}: turns out of order`);
    turns += call.turns;
  }
}

const startedMs = performance.now();
const describe = ({ resources, rssMb, heapMb }: ServiceLook) =>
  `${resources['TCPSocketWrap'] ?? 0} sockets, ${resources['Timeout'] ?? 0} timers, ${rssMb.toFixed(0)} MB RSS, ${heapMb.toFixed(1)} MB heap`;
console.log(`  before: ${describe(before)}`);
for (let from = 2; from < wanted + 2; from += round) {
  const to = Math.min(from + round, wanted + 2);
  await order({ kind: 'ring', from, to });
  await order({ kind: 'ring', from: bystanders + 1, to: bystanders + 2 });
  const ends = await playAll(from, to);
  const look = await quiet();
  judge(ends, await order<KeptCall[]>({ kind: 'tell-and-forget' }));
  looks.push(look);
  console.log(`  ${to - 2} calls, ${((performance.now() - startedMs) / 1_000).toFixed(0)} s: ${describe(look)}`);
}
isDone = true;
clearInterval(speaking);
const ended = once(child, 'exit');
child.kill();
await ended;

const last = looks.at(-1) as ServiceLook;
const warm = looks[Math.min(warmRounds, looks.length - 1)] as ServiceLook;
const rows = [['', 'calls', 'taken', 'refused']];
for (const [kind, { calls, opened, refused }] of [...kinds].toSorted())
  rows.push([kind, String(calls), String(opened), String(refused)]);
console.log(`\n${table(rows)}\n`);
const more = {
  rssMb: last.rssMb - warm.rssMb,
  heapMb: last.heapMb - warm.heapMb,
  resources: countOf(last) - countOf(before),
};
const verdicts: [string, string, boolean][] = [
  ['words to whoever proved nothing', String(leaked), leaked === 0],
  ['calls with exactly one conversation item', `${exactlyOne} of ${kept}, ${turns} turns`, exactlyOne === kept],
  ['calls that go on at the end', String(last.live), last.live === 0],
  ['sockets, timers and requests more than before', String(more.resources), more.resources <= limits.resources],
  ['heap more than after the first rounds', `${more.heapMb.toFixed(1)} MB`, more.heapMb <= limits.heapMb],
  ['memory more than after the first rounds', `${more.rssMb.toFixed(1)} MB`, more.rssMb <= limits.rssMb],
  ['other problems', String([...problems.values()].reduce((sum, count) => sum + count, 0)), problems.size === 0],
];
for (const [what, found, isMet] of verdicts)
  console.log(`  ${what.padEnd(48)} ${found.padEnd(24)} ${isMet ? 'met' : 'NOT met'}`);
for (const [problem, times] of problems) console.log(`    ${problem} (${times})`);
for (const [code, times] of Object.entries(last.logged).filter(([code]) => code.startsWith('error')))
  console.log(`    logged: ${code} (${times})`);
process.exit(verdicts.every(([, , isMet]) => isMet) ? 0 : 1);
