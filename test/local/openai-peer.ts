import { setTimeout as sleep } from 'node:timers/promises';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { WebSocket } from 'ws';
import { type OpenAiOptions, startOpenAi } from '#local/vendors/openai/server.ts';
import { silence, speak } from '#local/vendors/speech-codec.ts';

export type Of<T extends RealtimeServerEvent['type']> = Extract<RealtimeServerEvent, { type: T }>;

/** A client of a realtime socket: sends, and waits for what it is sent. */
export interface Peer {
  readonly events: readonly RealtimeServerEvent[];
  /** The code the socket was closed with. */
  readonly closed: Promise<number>;
  send(event: object): void;
  /** The first event of the type that was not waited for yet. */
  next<T extends RealtimeServerEvent['type']>(type: T, matches?: (event: Of<T>) => boolean): Promise<Of<T>>;
  /** The caller says something, and falls silent for as long as the detector needs. */
  say(text: string, silentMs?: number): void;
  hear(audio: Buffer): void;
  close(): void;
}

/** Waits of the stand-in, in a time of their own: short ones are over at once. */
export const noWait: NonNullable<OpenAiOptions['wait']> = (ms, signal) =>
  ms >= 60_000 ? sleep(ms, undefined, { signal, ref: false }) : sleep(0, undefined, { signal });

const stops: (() => unknown)[] = [];
export async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

export async function standIn(options: Partial<OpenAiOptions> = {}) {
  const running = await startOpenAi({
    apiKey: 'sk-test',
    wait: noWait,
    now: () => Date.parse('2026-10-05T09:00:00Z'),
    ...options,
  });
  stops.push(running.stop);
  return {
    ...running,
    fault: (fault: object) =>
      fetch(`${running.control}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      }),
    statistics: async () => (await fetch(`${running.control}/statistics`)).json(),
    sessions: async () =>
      ((await (await fetch(`${running.control}/sessions`)).json()) as { sessions: object[] }).sessions,
  };
}

export async function connect(
  realtimeUrl: string,
  { model = 'gpt-realtime-2.1-mini', headers = {} }: { model?: string; headers?: Record<string, string> } = {},
): Promise<Peer> {
  const socket = new WebSocket(`${realtimeUrl}?model=${model}`, {
    headers: { authorization: 'Bearer sk-test', ...headers },
    perMessageDeflate: false,
  });
  stops.push(() => socket.terminate());
  const events: RealtimeServerEvent[] = [];
  const waits = new Set<() => void>();
  const taken = new Set<RealtimeServerEvent>();
  socket.on('message', (data) => {
    events.push(JSON.parse(String(data)) as RealtimeServerEvent);
    for (const check of [...waits]) check();
  });
  const closed = new Promise<number>((resolve) => socket.on('close', (code) => resolve(code)));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const send = (event: object) => socket.send(JSON.stringify(event));
  const hear = (audio: Buffer) => send({ type: 'input_audio_buffer.append', audio: audio.toString('base64') });
  return {
    events,
    closed,
    send,
    hear,
    say: (text, silentMs = 600) => hear(Buffer.concat([speak(text), silence(silentMs)])),
    next<T extends RealtimeServerEvent['type']>(type: T, matches: (event: Of<T>) => boolean = () => true) {
      return new Promise<Of<T>>((resolve, reject) => {
        const check = () => {
          const found = events.find((event) => event.type === type && !taken.has(event) && matches(event as Of<T>)) as
            Of<T> | undefined;
          if (!found) return;
          taken.add(found);
          waits.delete(check);
          resolve(found);
        };
        waits.add(check);
        void closed.then((code) => reject(new Error(`closed with ${code} before ${type}`)));
        check();
      });
    },
    close: () => socket.close(),
  };
}

const format = { type: 'audio/pcmu' };

/** A session update as a telephone bridge sends it. */
export const telephone = (
  other: { tools?: object[]; instructions?: string; input?: object; detection?: object } = {},
) => ({
  type: 'session.update',
  session: {
    type: 'realtime',
    output_modalities: ['audio'],
    instructions: other.instructions ?? 'Vous êtes l’assistant vocal automatique de Clinique du Lac.',
    audio: {
      input: {
        format,
        noise_reduction: null,
        transcription: { model: 'gpt-live-transcribe', languages: ['fr', 'en'] },
        turn_detection: {
          type: 'server_vad',
          threshold: 0.6,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          create_response: true,
          interrupt_response: true,
          ...other.detection,
        },
        ...other.input,
      },
      output: { format, voice: 'marin', speed: 1 },
    },
    tools: other.tools ?? [],
    tool_choice: 'auto',
    max_output_tokens: 1024,
    tracing: null,
  },
});

/** A peer whose session is set up. */
export async function onThePhone(
  options: Partial<OpenAiOptions> = {},
  setup: Parameters<typeof telephone>[0] = {},
): Promise<Peer & { running: Awaited<ReturnType<typeof standIn>> }> {
  const running = await standIn(options);
  const peer = await connect(running.realtimeUrl);
  await peer.next('session.created');
  peer.send(telephone(setup));
  await peer.next('session.updated');
  return Object.assign(peer, { running });
}

export const realtimeTool = (name: string) => ({
  type: 'function',
  name,
  description: name,
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
});
