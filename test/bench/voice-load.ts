import { percentiles } from './latencies.ts';
import { Caller } from './voice-caller.ts';
import { type Manner, type ModelSession, startModel } from './voice-model.ts';
import { frameMs, now } from './voice-signal.ts';

/** Both ends of the simulated calls in one process, so that one clock sees a frame leave and arrive. */
export type LoadOrder =
  | { kind: 'prepare'; manner: Manner; handshakeMs: number; url: string; signature: string }
  | { kind: 'dial'; calls: number; perSecond: number }
  | { kind: 'measure'; ms: number }
  | { kind: 'hang-up' };

/** What was seen since the last order to measure began; counts since the load was prepared. */
export interface LoadReport {
  calls: number;
  /** From one end to the other, both directions. */
  latency: { p50: number; p99: number; max: number };
  frames: number;
  /** Share of its core that the load itself used: near 1, it measures itself. */
  ownCpu: number;
  /** From a caller's `start` to its first audio at the model. */
  firstAudio: { p50: number; p99: number; max: number };
  lostAtStart: number;
  lostLater: number;
  unconfirmed: number;
  /** From the model's `speech_started` to `clear` at the caller. */
  clear: { p50: number; p99: number; max: number };
  stale: number;
  truncations: number;
  refusedTruncations: number;
  /** |audio_end_ms − heard|. */
  misheardMs: { p50: number; p99: number; max: number };
  refused: Record<string, number>;
  dropped: Record<string, number>;
}

const callers = new Map<number, Caller>();
const sessionsByCall = new Map<number, ModelSession>();
/** Callers by the millisecond of the frame interval in which they send. */
const wheel: Caller[][] = Array.from({ length: frameMs }, () => []);
let prepared = { manner: 'steady' as Manner, handshakeMs: 0, url: '', signature: '' };
let nextCall = 1;
let latencies: number[] = [];
let frames = 0;
let counts = fresh();
const interrupted = new Map<number, { turn: number; atMs: number }>();

function fresh() {
  return {
    firstAudio: [] as number[],
    lostAtStart: 0,
    lostLater: 0,
    unconfirmed: 0,
    clear: [] as number[],
    stale: 0,
    truncations: 0,
    refusedTruncations: 0,
    misheard: [] as number[],
    refused: {} as Record<string, number>,
    dropped: {} as Record<string, number>,
  };
}

const count = (table: Record<string, number>, key: string) => (table[key] = (table[key] ?? 0) + 1);

const model = await startModel(
  () => prepared.manner,
  () => prepared.handshakeMs,
  {
    heard(session, { source, frame, sentAtMs }) {
      latencies.push(now() - sentAtMs);
      frames++;
      if (!sessionsByCall.has(source)) {
        sessionsByCall.set(source, session);
        counts.firstAudio.push(now() - (callers.get(source)?.startedAtMs ?? Number.NaN));
        counts.lostAtStart += frame;
      } else if (frame !== session.nextFrame) counts.lostLater += frame - session.nextFrame;
      session.nextFrame = frame + 1;
    },
    unconfirmed: () => void counts.unconfirmed++,
    speechStarted: (session) => interrupted.set(session.call, { turn: session.turn, atMs: now() }),
    truncated(session, turn, audioEndMs, wasRefused) {
      counts.truncations++;
      if (wasRefused) counts.refusedTruncations++;
      const heard = callers.get(session.call)?.heardMs(turn) ?? Number.NaN;
      counts.misheard.push(Math.abs(audioEndMs - heard));
    },
    refused: (code) => void count(counts.refused, code),
  },
);

const callerEvents = {
  heard({ sentAtMs }: { sentAtMs: number }) {
    latencies.push(now() - sentAtMs);
    frames++;
  },
  cleared({ call }: Caller) {
    const started = interrupted.get(call);
    if (!started) return;
    interrupted.delete(call);
    counts.clear.push(now() - started.atMs);
  },
  stale: () => void counts.stale++,
  dropped: (code: number) => void count(counts.dropped, String(code)),
};

/** Everything that is due: the frames of the callers whose turn it is, marks, and what the models say. */
let ticked = Math.floor(now());
function tick(): void {
  const atMs = now();
  for (; ticked < atMs; ticked++) for (const caller of wheel[ticked % frameMs] ?? []) caller.speak();
  for (const caller of callers.values()) caller.play(atMs);
  for (const session of model.sessions) if (session.isSpeaking) session.speak(atMs);
}
setInterval(tick, 1);

async function dial(calls: number, perSecond: number): Promise<void> {
  const startMs = now();
  const dialling: Promise<void>[] = [];
  for (let dialled = 0; dialled < calls; dialled++) {
    const waitMs = startMs + (dialled / perSecond) * 1_000 - now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    dialling.push(dialOne(nextCall++));
  }
  await Promise.all(dialling);
}

async function dialOne(call: number): Promise<void> {
  const caller = await Caller.dial(prepared.url, prepared.signature, call, callerEvents).catch((error: unknown) => {
    count(counts.dropped, String(error));
  });
  if (!caller) return;
  callers.set(call, caller);
  wheel[Math.floor(now() + 1) % frameMs]?.push(caller);
}

async function measure(ms: number): Promise<LoadReport> {
  latencies = [];
  frames = 0;
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const { user, system } = process.cpuUsage(before);
  const { firstAudio, clear, misheard, ...rest } = counts;
  return {
    ...rest,
    calls: callers.size,
    latency: percentiles(latencies),
    frames,
    ownCpu: (user + system) / 1_000 / ms,
    firstAudio: percentiles(firstAudio),
    clear: percentiles(clear),
    misheardMs: percentiles(misheard),
  };
}

function hangUp(): void {
  for (const caller of callers.values()) caller.hangUp();
  callers.clear();
  sessionsByCall.clear();
  interrupted.clear();
  for (const slot of wheel) slot.length = 0;
}

async function obey(order: LoadOrder): Promise<LoadReport | null> {
  switch (order.kind) {
    case 'prepare':
      prepared = order;
      counts = fresh();
      return null;
    case 'dial':
      await dial(order.calls, order.perSecond);
      return null;
    case 'measure':
      return measure(order.ms);
    case 'hang-up':
      hangUp();
      return null;
  }
}

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ port: model.port });
