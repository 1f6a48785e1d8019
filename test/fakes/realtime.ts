import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import type { Clock } from '#domain/clock.ts';
import type { Timers } from '#domain/conversations/talk/timers.ts';

/** What the model does when it answers by itself. */
export type Answer = { say: string } | { calls: { name: string; args?: unknown; say?: string }[] } | 'fails' | 'silent';

export interface RealtimeOptions {
  time: Clock & Timers;
  /** What it answers, one after the other; then nothing but a word. */
  answers?: Answer[];
  /** How many milliseconds of audio a word is. */
  wordMs?: number;
  /** The session it says it has. */
  confirms?: 'audio/pcmu' | 'audio/pcm';
  /** Transcripts come only when the test lets them. */
  holdsTranscripts?: boolean;
}

interface Active {
  id: string;
  metadata: unknown;
  sounding: unknown;
  item: string | undefined;
}

type Fields = Record<string, unknown> & { type: string };

/** Keys a session may have; the vendor refuses the whole update for one it does not know. */
const sessionKeys = new Set(
  'type output_modalities instructions audio tools tool_choice parallel_tool_calls reasoning max_output_tokens truncation tracing include prompt'.split(
    ' ',
  ),
);

/** Audio that says which item it is of and nothing else. */
const audioOf = (index: number, bytes: number): string => Buffer.alloc(bytes, index % 119).toString('base64');

/**
 * A realtime model in memory, speaking the vendor's protocol on one socket: one response at a time, refused updates,
 * truncations held to what was produced, one late delta after a cancellation.
 */
export class FakeRealtime {
  readonly received: Fields[] = [];
  readonly errors: string[] = [];
  /** Caller audio, in order; `early` before the session was set up. */
  readonly heard: Buffer[] = [];
  early = 0;
  session: Record<string, unknown> | undefined;
  readonly #socket: TextSocket;
  readonly #options: RealtimeOptions;
  readonly #produced = new Map<string, number>();
  readonly #transcripts: Fields[] = [];
  #active: Active | undefined;
  #callerSpeaks = false;
  static #count = 0;

  constructor(socket: TextSocket, options: RealtimeOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.onMessage = (message) => this.#onMessage(JSON.parse(message.toString()) as Fields);
    socket.onClose = () => {
      this.isClosed = true;
      if (this.#active) options.time.clear(this.#active.sounding);
    };
    this.send({ type: 'session.created', session: { type: 'realtime', audio: formats('audio/pcm') } });
  }

  isClosed = false;

  send(event: Fields): void {
    this.#socket.send(JSON.stringify({ event_id: `event_${this.#id()}`, ...event }));
  }

  drop(code = 1001): void {
    this.#socket.close(code, 'going away');
  }

  of(type: string): Fields[] {
    return this.received.filter((event) => event.type === type);
  }

  /** Instructions of the responses that were asked for, `undefined` where the model was to answer by itself. */
  asked(): (string | undefined)[] {
    return this.of('response.create').map(({ response }) => {
      const { instructions } = response as { instructions?: string };
      return /« (.*) »/.exec(instructions ?? '')?.[1];
    });
  }

  /** The caller begins to speak. */
  callerStarts(): void {
    this.#callerSpeaks = true;
    this.send({ type: 'input_audio_buffer.speech_started', audio_start_ms: 0, item_id: 'item_next' });
    if (this.#detection().interrupt_response && this.#active) this.#cancel('turn_detected');
  }

  /** And has said this. */
  callerStops(text: string): void {
    this.#callerSpeaks = false;
    this.send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: 0, item_id: 'item_next' });
    this.#commit(text);
    if (this.#detection().create_response && !this.#active) this.#respond({});
  }

  callerSays(text: string): void {
    this.callerStarts();
    this.callerStops(text);
  }

  #commit(text: string): void {
    const itemId = `item_C${this.#id()}`;
    this.send({ type: 'input_audio_buffer.committed', previous_item_id: null, item_id: itemId });
    this.send({
      type: 'conversation.item.added',
      item: { id: itemId, type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] },
    });
    const transcript = {
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: itemId,
      content_index: 0,
      transcript: text,
    };
    if (this.#options.holdsTranscripts) this.#transcripts.push(transcript);
    else this.send(transcript);
  }

  /** Held transcripts come, the last first: their order is nobody's promise. */
  releaseTranscripts(): void {
    for (const transcript of this.#transcripts.splice(0).reverse()) this.send(transcript);
  }

  #detection(): { create_response?: boolean; interrupt_response?: boolean } {
    const audio = this.session?.audio as { input?: { turn_detection?: object } } | undefined;
    return audio?.input?.turn_detection ?? {};
  }

  #id(): string {
    return String(++FakeRealtime.#count).padStart(8, '0');
  }

  #onMessage(event: Fields): void {
    if (event.type === 'input_audio_buffer.append') {
      if (!this.session) this.early++;
      this.heard.push(Buffer.from(event.audio as string, 'base64'));
      return;
    }
    this.received.push(event);
    switch (event.type) {
      case 'session.update':
        return this.#update(event);
      case 'response.create':
        if (this.#active) return this.#error(event, 'conversation_already_has_active_response');
        return this.#respond(event.response as Fields);
      case 'response.cancel':
        if (!this.#active) return this.#error(event, 'response_cancel_not_active');
        return this.#cancel('client_cancelled');
      case 'conversation.item.truncate': {
        const most = this.#produced.get(event.item_id as string);
        if (most === undefined || (event.audio_end_ms as number) > most || !Number.isInteger(event.audio_end_ms)) {
          return this.#error(event, 'invalid_value');
        }
        return this.send({ ...event, event_id: `event_${this.#id()}`, type: 'conversation.item.truncated' });
      }
      case 'conversation.item.create':
        return this.send({
          type: 'conversation.item.added',
          item: { id: `item_A${this.#id()}`, ...(event.item as object) },
        });
      case 'input_audio_buffer.commit':
        if (!this.#callerSpeaks) return this.#error(event, 'input_audio_buffer_commit_empty');
        this.#callerSpeaks = false;
        return this.#commit('au revoir');
      default:
        return this.#error(event, 'invalid_value');
    }
  }

  #error(event: Fields, code: string, type = 'invalid_request_error'): void {
    this.errors.push(code);
    this.send({ type: 'error', error: { type, code, message: 'refused', param: null, event_id: event.event_id } });
  }

  #update(event: Fields): void {
    const update = event.session as Record<string, unknown>;
    const unknown = Object.keys(update).find((key) => !sessionKeys.has(key));
    if (unknown || update.type !== 'realtime') return this.#error(event, 'unknown_parameter');
    const tools = (update.tools ?? []) as object[];
    if (tools.some((tool) => 'strict' in tool)) return this.#error(event, 'unknown_parameter');
    const merged = merge(this.session ?? {}, update);
    this.session = merge(merged, { audio: formats(this.#options.confirms ?? 'audio/pcmu') });
    this.send({ type: 'session.updated', session: this.session });
  }

  #respond(request: Partial<Fields>): void {
    const id = `resp_${this.#id()}`;
    const active: Active = { id, metadata: request.metadata ?? null, sounding: undefined, item: undefined };
    this.#active = active;
    this.send({ type: 'response.created', response: { id, status: 'in_progress', metadata: active.metadata } });
    const verbatim = /« (.*) »/.exec((request.instructions as string | undefined) ?? '')?.[1];
    const answer = verbatim ? { say: verbatim } : (this.#options.answers?.shift() ?? { say: 'Bien.' });
    if (answer === 'silent') return;
    if (answer === 'fails') return this.#done('failed', { type: 'failed', error: { code: 'server_error' } });
    if ('say' in answer) return this.#speak(active, answer.say, () => this.#done('completed'));
    const call = () => {
      const output = answer.calls.map(({ name, args }) => ({
        type: 'function_call',
        status: 'completed',
        name,
        call_id: `call_${this.#id()}`,
        arguments: JSON.stringify(args ?? {}),
      }));
      output.forEach((item, output_index) =>
        this.send({ type: 'response.output_item.done', response_id: id, output_index, item }),
      );
      this.#done('completed', null, output);
    };
    const preamble = answer.calls.find(({ say }) => say)?.say;
    if (preamble) this.#speak(active, preamble, call);
    else call();
  }

  /** Ten times as fast as it is spoken. */
  #speak(active: Active, text: string, done: () => void): void {
    const index = FakeRealtime.#count;
    const ids = { response_id: active.id, item_id: `item_S${this.#id()}`, output_index: 0, content_index: 0 };
    active.item = ids.item_id;
    const words = text.split(' ');
    const wordBytes = (this.#options.wordMs ?? 200) * 8;
    const say = (at: number) => {
      const word = words[at];
      if (word === undefined) {
        this.send({ type: 'response.output_audio.done', ...ids });
        this.send({ type: 'response.output_audio_transcript.done', ...ids, transcript: text });
        return done();
      }
      this.#produced.set(ids.item_id, (this.#produced.get(ids.item_id) ?? 0) + wordBytes / 8);
      this.send({ type: 'response.output_audio_transcript.delta', ...ids, delta: `${at ? ' ' : ''}${word}` });
      this.send({ type: 'response.output_audio.delta', ...ids, delta: audioOf(index, wordBytes) });
      active.sounding = this.#options.time.set(() => say(at + 1), wordBytes / 80);
    };
    say(0);
  }

  #cancel(reason: string): void {
    const active = this.#active;
    if (!active) return;
    this.#options.time.clear(active.sounding);
    this.#done('cancelled', { type: 'cancelled', reason });
    if (active.item === undefined) return;
    const ids = { response_id: active.id, item_id: active.item, output_index: 0, content_index: 0 };
    this.#options.time.set(
      () => this.send({ type: 'response.output_audio.delta', ...ids, delta: audioOf(119, 1_600) }),
      300,
    );
  }

  #done(status: string, details: object | null = null, output: object[] = []): void {
    const { id, metadata } = this.#active ?? {};
    this.#active = undefined;
    this.send({ type: 'response.done', response: { id, status, status_details: details, output, metadata } });
  }
}

const formats = (type: string) => ({ input: { format: { type } }, output: { format: { type } } });

function merge(before: Record<string, unknown>, change: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...before };
  for (const [key, value] of Object.entries(change)) {
    const known = merged[key];
    const isObject = (one: unknown) => typeof one === 'object' && one !== null && !Array.isArray(one);
    merged[key] =
      isObject(known) && isObject(value)
        ? merge(known as Record<string, unknown>, value as Record<string, unknown>)
        : value;
  }
  return merged;
}
