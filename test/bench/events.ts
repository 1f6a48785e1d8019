import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import Retell from 'retell-sdk';
import { startLocalSystem } from '../calls/local-system.ts';
import { table } from './latencies.ts';

/**
 * Calls by the thousand through the local system, in waves as a busy morning has them: three events each, those of a
 * wave shuffled, some twice, some lost. Every call must end in exactly one e-mail, whatever became of its events; what
 * was lost is fetched from the vendor's stand-in, by the workflow or the reconciler.
 *
 *     npm run bench:events [-- --calls 1000]
 */
const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000' } } });
const calls = Number(values.calls);
const duplicated = 0.2;
const lost = 0.05;
const callers = 16;
const callsInWave = 500;
/** Reconciled every minute here: after so long without a new e-mail nothing more will come. */
const patienceMs = 150_000;

/** The same numbers each time, so that two runs lose and repeat the same events. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const random = seeded(20261005);

function shuffle<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [items[index], items[other]] = [items[other] as T, items[index] as T];
  }
  return items;
}

const numbers = ['+12025550142', '+12025550143', '+33199001234'];

function makeCall(index: number) {
  const end_timestamp = Date.now();
  const call_id = `call_bench${String(index).padStart(6, '0')}${randomBytes(6).toString('hex')}`;
  const started = {
    call_id,
    call_type: 'phone_call',
    agent_id: 'agent_bench0000000001',
    call_status: 'ongoing',
    direction: 'inbound',
    from_number: '+12025550117',
    to_number: numbers[index % numbers.length],
    start_timestamp: end_timestamp - 120_000,
  };
  const ended = {
    ...started,
    call_status: 'ended',
    end_timestamp,
    duration_ms: 120_000,
    disconnection_reason: 'user_hangup',
    transcript: 'Agent: Bonjour.\nUser: Bonjour, quels sont vos horaires ?\nAgent: De 8 heures à midi.\n',
  };
  const analyzed = {
    ...ended,
    call_analysis: { call_summary: 'Une question sur les horaires.', call_successful: true },
  };
  const events = [
    { event: 'call_started', call: started },
    { event: 'call_ended', call: ended },
    { event: 'call_analyzed', call: analyzed },
  ].map((event) => JSON.stringify(event));
  return { conversationId: `retell_${call_id}`, analyzed, events };
}

const system = await startLocalSystem();
console.log(`${calls} calls × 3 events, shuffled, ${duplicated * 100} % twice, ${lost * 100} % lost, 3 clinics\n`);
const { api, retell, mailbox } = system.json;
const agent = new Agent({ keepAlive: true, maxSockets: callers });

async function post(body: string): Promise<void> {
  const signature = await Retell.sign(body, retell.apiKey);
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-retell-signature': signature };
    const sent = request(`${api}/api/retell/webhook`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
  if (status !== 204) throw new Error(`an event was answered ${status}`);
}

/** How many e-mails each conversation came to; each demo clinic writes to one recipient about such a call. */
async function emailCounts(): Promise<Map<string, number>> {
  const answer = await fetch(new URL('/counts.json', mailbox.url));
  const { conversations } = (await answer.json()) as { conversations: Record<string, number> };
  return new Map(Object.entries(conversations));
}

/** The calls of a wave have just ended; the vendor knows them whatever becomes of their events. */
async function wave(from: number) {
  const made = Array.from({ length: Math.min(callsInWave, calls - from) }, (_, index) => makeCall(from + index));
  await fetch(`${retell.control}/archive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ calls: made.map(({ analyzed }) => analyzed) }),
  });
  const all = made.flatMap(({ events }) => events);
  const kept = all.filter(() => random() >= lost);
  const sent = shuffle([...kept, ...kept.filter(() => random() < duplicated)]);
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let body = sent[next++]; body !== undefined; body = sent[next++]) await post(body);
    }),
  );
  return { ids: made.map(({ conversationId }) => conversationId), sent: sent.length, lost: all.length - kept.length };
}

try {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const total = { ids: [] as string[], sent: 0, lost: 0 };
  for (let from = 0; from < calls; from += callsInWave) {
    const done = await wave(from);
    total.ids.push(...done.ids);
    total.sent += done.sent;
    total.lost += done.lost;
    console.log(`  ${total.ids.length} calls, ${total.sent} events taken after ${seconds().toFixed(0)} s`);
  }
  const taken = seconds();

  let counts = new Map<string, number>();
  let lastNews = performance.now();
  let complete = 0;
  while (performance.now() - lastNews < (counts.size >= calls ? 10_000 : patienceMs)) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const now = await emailCounts();
    if (now.size > counts.size) {
      lastNews = performance.now();
      complete = seconds();
      console.log(`  ${now.size} calls told after ${complete.toFixed(0)} s`);
    }
    counts = now;
  }

  const missing = total.ids.filter((id) => !counts.has(id)).length;
  const double = [...counts.values()].filter((count) => count > 1).length;
  console.log(
    `\n${table([
      ['calls', 'events sent', 'events lost', 'events/s', 'calls/s, told', 'without e-mail', 'with two'],
      [
        String(calls),
        String(total.sent),
        String(total.lost),
        (total.sent / taken).toFixed(0),
        (calls / complete).toFixed(1),
        String(missing),
        String(double),
      ],
    ])}`,
  );
  if (missing || double) process.exitCode = 1;
} finally {
  agent.destroy();
  await system.forget();
}
