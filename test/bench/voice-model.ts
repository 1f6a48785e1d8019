import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import { audioFrame, frameBytes, frameLength, frameMs, now, readStamp, type Stamp } from './voice-signal.ts';

/** How the simulated model speaks: in real time, so that each frame is relayed by itself; or ahead of it, and interrupted. */
export type Manner = 'steady' | 'interrupted';

export interface ModelEvents {
  heard(session: ModelSession, stamp: Stamp): void;
  /** Audio came before the session was told to be µ-law. */
  unconfirmed(): void;
  speechStarted(session: ModelSession): void;
  truncated(session: ModelSession, turn: number, audioEndMs: number, wasRefused: boolean): void;
  /** The simulated service refused an event for another reason. */
  refused(code: string): void;
}

const turnMs = { steady: 6_000, interrupted: 8_000 };
/** A greeting nobody may interrupt. */
const greetingMs = 1_000;
/** What an interrupted model has in one delta, and how often it sends one: ten times faster than it is heard. */
const burst = { frames: 5, everyMs: 10 };
/** After it was cancelled one more delta comes. */
const lateDeltaMs = 300;
const callerSpeaksMs = 1_200;
const pauseMs = 400;
/** Each so many turns the model calls a function before it speaks. */
const turnsPerCall = 3;

const audioKey = '"audio":"';

interface Function {
  name: string;
}

/** One realtime session as a service of speech holds it: the events of the GA interface, one active response. */
export class ModelSession {
  /** The caller behind it, as its audio tells. */
  call = -1;
  /** Turns of a session are numbered on from here, so that a turn's number is its own among all callers'. */
  turn = 0;
  nextFrame = 0;
  readonly #socket: TextSocket;
  readonly #events: ModelEvents;
  readonly #manner: Manner;
  readonly #produced = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isConfirmed = false;
  #session: { tools?: Function[]; audio?: { input?: { turn_detection?: Record<string, unknown> | null } } } = {};
  #isSpeaking = false;
  #metadata: object | null = null;
  #isToBeInterrupted = false;
  #lengthMs = 0;
  #frame = 0;
  #dueMs = 0;
  #event = 0;

  constructor(socket: TextSocket, manner: Manner, events: ModelEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#manner = manner;
    socket.onMessage = (message) => this.#receive(message);
    socket.onClose = () => {
      this.#isSpeaking = false;
      for (const timer of this.#timers) clearTimeout(timer);
    };
    this.#tell('session.created', { session: { type: 'realtime', audio: pcm } });
  }

  /** Sends what is due. */
  speak(atMs: number): void {
    while (this.#isSpeaking && this.#dueMs <= atMs) {
      const isBurst = this.#manner === 'interrupted';
      this.#dueMs += isBurst ? burst.everyMs : frameMs;
      this.#delta(isBurst ? burst.frames : 1);
      if (this.#frame % 10 === 0) {
        this.#tell('response.output_audio_transcript.delta', { ...this.#place(), delta: ' more words' });
      }
      if (this.#frame * frameMs >= this.#lengthMs) this.#finish();
    }
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  /** The caller breaks in. */
  #interrupt(): void {
    const { turn } = this;
    this.#events.speechStarted(this);
    this.#tell('input_audio_buffer.speech_started', { audio_start_ms: 0, item_id: this.#said(turn) });
    if (this.#detection()?.['interrupt_response'] !== false) this.#cancel('turn_detected');
    this.#after(callerSpeaksMs, () => this.#hearEnd(turn));
  }

  #receive(message: Buffer): void {
    const at = message.indexOf(audioKey);
    if (at >= 0 && at < 60) return this.#hear(message, at + audioKey.length);
    const event = JSON.parse(message.toString()) as { type: string } & Record<string, unknown>;
    if (event.type === 'session.update') this.#update(event['session'] as object);
    else if (event.type === 'response.create') this.#respond(event['response'] as object | undefined);
    else if (event.type === 'response.cancel') this.#cancel('client_cancelled');
    else if (event.type === 'conversation.item.truncate')
      this.#truncate(String(event['item_id']), Number(event['audio_end_ms']));
    else if (event.type === 'conversation.item.create') this.#added(event['item'] as { id?: string });
  }

  #hear(message: Buffer, start: number): void {
    if (!this.#isConfirmed) this.#events.unconfirmed();
    for (const frame of framesIn(message, start)) {
      const stamp = readStamp(frame.bytes, frame.at);
      if (!stamp) continue;
      this.call = stamp.source;
      this.#events.heard(this, stamp);
    }
  }

  #update(session: object): void {
    this.#session = { ...this.#session, ...session };
    const isUlaw = JSON.stringify(session).split('"audio/pcmu"').length > 2;
    this.#tell('session.updated', { session: { type: 'realtime', ...this.#session } });
    this.#isConfirmed ||= isUlaw;
  }

  #respond(response: object = {}): void {
    if (this.#isSpeaking) {
      this.#events.refused('conversation_already_has_active_response');
      return this.#tell('error', {
        error: { type: 'invalid_request_error', code: 'conversation_already_has_active_response', message: 'busy' },
      });
    }
    this.turn++;
    const metadata = (response as { metadata?: object }).metadata ?? null;
    const tool = this.#session.tools?.[0];
    const calls = tool && this.turn % turnsPerCall === 0 && (response as { input?: unknown }).input === undefined;
    this.#tell('response.created', { response: this.#response('in_progress', metadata) });
    if (calls) return this.#call(tool.name, metadata);
    this.#tell('response.output_item.added', { ...this.#place(), item: this.#item('in_progress') });
    this.#tell('response.content_part.added', { ...this.#place(), part: { type: 'audio', transcript: '' } });
    this.#isSpeaking = true;
    this.#metadata = metadata;
    this.#frame = 0;
    this.#produced.set(this.turn, 0);
    this.#dueMs = now();
    this.#isToBeInterrupted = this.#manner === 'interrupted' && this.#detection()?.['interrupt_response'] !== false;
    this.#lengthMs = this.#manner === 'interrupted' && !this.#isToBeInterrupted ? greetingMs : turnMs[this.#manner];
    // Half of the time before all of the turn was made.
    if (this.#isToBeInterrupted) this.#after(300 + ((this.turn * 577) % 1_500), () => this.#interrupt());
  }

  #call(name: string, metadata: object | null): void {
    const item = {
      id: `call_item_${this.turn}`,
      type: 'function_call',
      call_id: `call_${this.turn}`,
      name,
      arguments: '{}',
      status: 'completed',
    };
    const place = { response_id: `resp_${this.turn}`, item_id: item.id, output_index: 0 };
    this.#tell('response.output_item.added', { ...place, item: { ...item, arguments: '', status: 'in_progress' } });
    this.#tell('response.function_call_arguments.done', { ...place, call_id: item.call_id, name, arguments: '{}' });
    this.#tell('response.output_item.done', { ...place, item });
    this.#tell('response.done', { response: { ...this.#response('completed', metadata), output: [item] } });
  }

  #delta(frames: number): void {
    const audio = audioFrame(this.turn, this.#frame, frames);
    this.#frame += frames;
    this.#produced.set(this.turn, this.#frame * frameMs);
    this.#event++;
    this.#socket.send(
      `{"type":"response.output_audio.delta","event_id":"event_${this.#event}","response_id":"resp_${this.turn}",` +
        `"item_id":"item_${this.turn}","output_index":0,"content_index":0,"delta":"${audio}"}`,
    );
  }

  #finish(): void {
    this.#isSpeaking = false;
    const { turn } = this;
    this.#tell('response.output_audio.done', this.#place());
    this.#tell('response.output_audio_transcript.done', { ...this.#place(), transcript: 'A sentence of the agent.' });
    this.#tell('response.output_item.done', { ...this.#place(), item: this.#item('completed') });
    this.#tell('response.done', { response: this.#response('completed', this.#metadata) });
    if (this.#isToBeInterrupted) return;
    this.#after(this.#manner === 'interrupted' ? greetingMs + pauseMs : pauseMs, () => {
      this.#tell('input_audio_buffer.speech_started', { audio_start_ms: 0, item_id: this.#said(turn) });
      this.#after(callerSpeaksMs, () => this.#hearEnd(turn));
    });
  }

  #hearEnd(turn: number): void {
    const item_id = this.#said(turn);
    this.#tell('input_audio_buffer.speech_stopped', { audio_end_ms: 0, item_id });
    this.#tell('input_audio_buffer.committed', { previous_item_id: null, item_id });
    this.#tell('conversation.item.added', {
      previous_item_id: null,
      item: { id: item_id, type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] },
    });
    this.#tell('conversation.item.input_audio_transcription.completed', {
      item_id,
      content_index: 0,
      transcript: 'What are your opening hours, please?',
    });
    if (this.#detection()?.['create_response'] !== false) this.#respond();
  }

  #cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    if (!this.#isSpeaking) return;
    this.#isSpeaking = false;
    const late = this.#late(this.turn, this.#frame);
    this.#tell('response.done', {
      response: { ...this.#response('cancelled', this.#metadata), status_details: { type: 'cancelled', reason } },
    });
    this.#after(lateDeltaMs, () => this.#socket.send(late()));
  }

  #late(turn: number, frame: number) {
    return () =>
      `{"type":"response.output_audio.delta","event_id":"event_late","response_id":"resp_${turn}","item_id":"item_${turn}",` +
      `"output_index":0,"content_index":0,"delta":"${audioFrame(turn, frame)}"}`;
  }

  #truncate(itemId: string, audioEndMs: number): void {
    const turn = Number(itemId.replace('item_', ''));
    const produced = this.#produced.get(turn);
    const wasRefused = produced === undefined || audioEndMs > produced;
    this.#events.truncated(this, turn, audioEndMs, wasRefused);
    if (!wasRefused)
      return this.#tell('conversation.item.truncated', { item_id: itemId, content_index: 0, audio_end_ms: audioEndMs });
    this.#tell('error', {
      error: { type: 'invalid_request_error', code: 'invalid_value', message: 'already shorter' },
    });
  }

  #added(item: { id?: string }): void {
    this.#tell('conversation.item.added', { previous_item_id: null, item: { id: `made_${this.#event}`, ...item } });
    this.#tell('conversation.item.done', { previous_item_id: null, item: { id: `made_${this.#event}`, ...item } });
  }

  #detection() {
    return this.#session.audio?.input?.turn_detection;
  }

  #said = (turn: number) => `said_${turn}`;
  #place = () => ({
    response_id: `resp_${this.turn}`,
    item_id: `item_${this.turn}`,
    output_index: 0,
    content_index: 0,
  });
  #item = (status: string) => ({
    id: `item_${this.turn}`,
    object: 'realtime.item',
    type: 'message',
    status,
    role: 'assistant',
    content: [],
  });
  #response = (status: string, metadata: object | null) => ({
    object: 'realtime.response',
    id: `resp_${this.turn}`,
    status,
    status_details: null,
    output: [],
    metadata,
    usage: null,
  });

  #tell(type: string, rest: object): void {
    this.#event++;
    this.#socket.send(JSON.stringify({ type, event_id: `event_${this.#event}`, ...rest }));
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

/** The frames in one message: a bridge that cannot keep up may put several together. */
function framesIn(message: Buffer, start: number): { bytes: Buffer; at: number }[] {
  const end = message.indexOf('"', start);
  if (end - start === frameLength) return [{ bytes: message, at: start }];
  const audio = Buffer.from(message.toString('latin1', start, end), 'base64');
  return Array.from({ length: Math.floor(audio.length / frameBytes) }, (_, index) => {
    const frame = audio.toString('base64', index * frameBytes, (index + 1) * frameBytes);
    return { bytes: Buffer.from(frame, 'latin1'), at: 0 };
  });
}

const pcm = {
  input: { format: { type: 'audio/pcm', rate: 24000 } },
  output: { format: { type: 'audio/pcm', rate: 24000 } },
};

/** The service of speech: each session is open after a handshake of that length. */
export async function startModel(manner: () => Manner, handshakeMs: () => number, events: ModelEvents) {
  const sessions = new Set<ModelSession>();
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    setTimeout(() => {
      const accepted = acceptSocket(request, socket, head, { maxMessageBytes: 1_000_000 });
      if (!accepted) return;
      const session = new ModelSession(accepted, manner(), events);
      sessions.add(session);
      socket.once('close', () => sessions.delete(session));
    }, handshakeMs());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, sessions };
}
