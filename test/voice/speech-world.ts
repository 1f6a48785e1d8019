import { openRealtimeSession } from '#adapters/openai/realtime-session.ts';
import type { AskSupervisor } from '#domain/conversations/talk/supervisor.ts';
import type { LineEnd, PhoneLine } from '#domain/conversations/talk/speech/phone-line.ts';
import { preparedNames, type PreparedAudio } from '#domain/conversations/talk/speech/prepared-audio.ts';
import type { SpeechModels } from '#domain/conversations/talk/speech/speech-model.ts';
import { SpeechTalk } from '#domain/conversations/talk/speech/speech-talk.ts';
import { ModelFault } from '#domain/conversations/talk/text/text-model.ts';
import { fakeTalk, type TalkScript } from '../fakes/live-talk.ts';
import { rememberedLog } from '../fakes/log.ts';
import { FakeRealtime, type RealtimeOptions } from '../fakes/realtime.ts';
import { textWire } from '../fakes/text-sockets.ts';
import { turnedTime, type TurnedTime } from '../fakes/turned-time.ts';

/** Prepared audio whose bytes say which sentence it is: 121 and up. */
export const preparedAudio = Object.fromEntries(
  (['fr', 'en'] as const).map((language) => [
    language,
    Object.fromEntries(
      preparedNames.map((name, index) => [name, [Buffer.from(Buffer.alloc(4_000, 121 + index).toString('base64'))]]),
    ),
  ]),
) as unknown as PreparedAudio;

interface Played {
  byte: number;
  fromMs: number;
  untilMs: number;
}

/** The far end of a telephone line: plays in real time, sends marks back when it has, all of them when it is cleared. */
export function farEnd(time: TurnedTime, marked: (name: string) => void, latencyMs = 0) {
  const played: Played[] = [];
  const commands: string[] = [];
  let reachedMs = time.now();
  let marks: { name: string; handle: unknown }[] = [];
  let isClosed = false;
  const line: PhoneLine = {
    play(payload) {
      const audio = Buffer.from(payload.toString(), 'base64');
      const fromMs = Math.max(time.now(), reachedMs);
      reachedMs = fromMs + audio.length / 8;
      played.push({ byte: audio[0] as number, fromMs, untilMs: reachedMs });
    },
    mark(name) {
      const mark = { name, handle: undefined as unknown };
      mark.handle = time.set(
        () => {
          marks = marks.filter((other) => other !== mark);
          marked(name);
        },
        Math.max(0, reachedMs - time.now()) + latencyMs,
      );
      marks.push(mark);
    },
    clear() {
      commands.push('clear');
      const nowMs = time.now();
      for (const one of played) one.untilMs = Math.max(one.fromMs, Math.min(one.untilMs, nowMs));
      reachedMs = nowMs;
      for (const { name, handle } of marks.splice(0)) {
        time.clear(handle);
        time.set(() => marked(name), latencyMs);
      }
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      commands.push('close');
    },
  };
  return {
    line,
    commands,
    played,
    isClosed: () => isClosed,
    /** Milliseconds that were really heard of audio of one kind. */
    heardMs: (byte: number) =>
      played.filter((one) => one.byte === byte).reduce((sum, one) => sum + one.untilMs - one.fromMs, 0),
    remainingMs: () => Math.max(0, reachedMs - time.now()),
    hush() {
      for (const { handle } of marks.splice(0)) time.clear(handle);
    },
  };
}

export interface WorldOptions extends TalkScript, Omit<RealtimeOptions, 'time'> {
  /** How each attempt at a session goes; a session once they are used up. */
  opens?: ('session' | 'fails' | 'refused' | 'hangs')[];
  askSupervisor?: AskSupervisor;
  controls?: 'works' | 'fails';
  /** How each attempt at beginning to record goes; well once they are used up. */
  recordingStarts?: ('works' | 'fails')[];
  /** How each attempt at stopping the recording goes; well once they are used up. */
  recordingStops?: ('works' | 'fails')[];
  maxCallMs?: number;
}

/** A call on the speech engine and the real adapter, with a model and a telephone line in memory. */
export function speechWorld({
  opens = [],
  controls = 'works',
  recordingStarts = [],
  recordingStops = [],
  ...options
}: WorldOptions = {}) {
  const time = turnedTime();
  const log = rememberedLog();
  const talk = fakeTalk(options);
  const models: FakeRealtime[] = [];
  const sockets: { isOpen(): boolean }[] = [];
  const orders: string[] = [];

  const speechModels: SpeechModels = {
    async open(setup, handlers, { signal }) {
      const way = opens.shift() ?? 'session';
      if (way === 'fails') throw new ModelFault('failed', 'cannot be reached');
      if (way === 'refused') throw new ModelFault('refused', 'no such model');
      if (way === 'hangs') return new Promise(() => undefined);
      const [near, far] = textWire();
      sockets.push(near);
      models.push(new FakeRealtime(far, { time, ...options }));
      return openRealtimeSession(near, setup, handlers, {
        models: { model: 'gpt-realtime-2.1-mini', transcription: 'gpt-live-transcribe' },
        signal,
      });
    },
  };
  const control = async (order: string) => {
    orders.push(`${order} after ${talk.endings.map(({ kind }) => kind).join()}`);
    if (controls === 'fails') throw new Error('the vendor cannot be told');
    time.set(() => speech.ended('hung-up'), 50);
    return 'done' as const;
  };
  const record = (order: string, ways: ('works' | 'fails')[]) => async () => {
    orders.push(`${order} recording`);
    if (ways.shift() === 'fails') throw new Error('the vendor cannot be told');
    return 'done' as const;
  };
  const phone = farEnd(time, (name) => speech.marked(name));
  const speech = new SpeechTalk(
    {
      models: speechModels,
      askSupervisor: options.askSupervisor ?? (async () => ({ say: 'Jeudi à dix heures.', needsHuman: false })),
      prepared: preparedAudio,
      clock: time,
      timers: time,
      log,
      maxCallMs: options.maxCallMs ?? 3_300_000,
    },
    talk,
    phone.line,
    {
      hangUp: () => control('hang-up'),
      goOn: () => control('go-on'),
      startRecording: record('start', recordingStarts),
      stopRecording: record('stop', recordingStops),
    },
  );
  let isOver = false;
  void speech.over.then(() => (isOver = true));

  return {
    time,
    log,
    talk,
    phone,
    speech,
    models,
    sockets,
    orders,
    model: () => models.at(-1) as FakeRealtime,
    pass: (ms: number) => time.pass(ms),
    isOver: () => isOver,
    ended: (how: LineEnd) => speech.ended(how),
    /** Starts, and is greeted to the end. */
    async greeted() {
      speech.start();
      await time.pass(5_000);
    },
  };
}
