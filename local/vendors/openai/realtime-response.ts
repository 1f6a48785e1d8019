import { speak, wordMs } from '../speech-codec.ts';
import type { Move } from './brain.ts';
import { assistantMessage, type Item, type MessageItem, onWire, tokensOfSpeech, wordsMs } from './conversation.ts';
import type { WaitingFault } from './faults.ts';
import { newId } from './ids.ts';
import type { Latency, Wait } from './pace.ts';

/** What a response is made of, decided when it begins. */
export interface ResponsePlan {
  moves: readonly Move[];
  modality: 'audio' | 'text';
  format: { type: string };
  voice: unknown;
  maxTokens: number | 'inf';
  metadata: Record<string, string> | null;
  /** `null` for one that belongs to no conversation. */
  conversationId: string | null;
  /** Tokens the model read for it. */
  inputTokens: number;
  fault: WaitingFault | undefined;
}

/** Where a response is told. */
export interface ResponseStage {
  emit(type: string, fields: object): void;
  /** Adds an item to the conversation; answers what it follows. Only of responses that belong to one. */
  add(item: Item): string | null;
  /** The connection is gone. */
  cut(): void;
  over(response: RunningResponse): void;
  latency: Latency;
  lateDelta: boolean;
  wait: Wait;
}

export type Ending =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'incomplete'; reason: 'max_output_tokens' }
  | { status: 'failed'; code: string };

export interface RunningResponse {
  readonly id: string;
  readonly conversationId: string | null;
  /** Length of all its audio so far. */
  readonly audioMs: number;
  /** Stops it at once and tells so. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void;
  /** Stops it and tells nothing: nobody listens. */
  abandon(): void;
  readonly status: Ending['status'] | 'in_progress';
}

/** Makes a response: faster than real time, item after item. */
export function startResponse(plan: ResponsePlan, stage: ResponseStage): RunningResponse {
  const id = newId('resp');
  const stopping = new AbortController();
  const output: Item[] = [];
  let audioMs = 0;
  let outputTokens = 0;
  let status: RunningResponse['status'] = 'in_progress';
  /** The message being said: what its next piece would be. */
  let unfinished: { item: Item; index: number; previous: string | null; late?: () => void } | undefined;
  const { emit, latency } = stage;
  const pause = (ms: number) => stage.wait(ms, stopping.signal);

  const shape = () => ({
    object: 'realtime.response',
    conversation_id: plan.conversationId,
    output_modalities: [plan.modality],
    max_output_tokens: plan.maxTokens,
    ...(plan.modality === 'audio' && { audio: { output: { format: plan.format, voice: plan.voice } } }),
    metadata: plan.metadata,
    id,
  });

  function begin(item: Item, index: number): void {
    output.push(item);
    emit('response.output_item.added', { response_id: id, output_index: index, item: onWire(item) });
    const previous = plan.conversationId === null ? null : stage.add(item);
    unfinished = { item, index, previous };
    if (plan.conversationId === null) return;
    emit('conversation.item.added', { previous_item_id: previous, item: onWire(item) });
  }

  function end(item: Item, index: number): void {
    const previous = unfinished?.previous ?? null;
    unfinished = undefined;
    emit('response.output_item.done', { response_id: id, output_index: index, item: onWire(item) });
    if (plan.conversationId !== null)
      emit('conversation.item.done', { previous_item_id: previous, item: onWire(item) });
  }

  async function say(text: string, index: number): Promise<void> {
    const item = assistantMessage(plan.modality === 'audio' ? 'output_audio' : 'output_text');
    begin(item, index);
    const ids = { response_id: id, item_id: item.id, output_index: index, content_index: 0 };
    const part = () =>
      plan.modality === 'audio' ? { type: 'audio', transcript: item.text } : { type: 'text', text: item.text };
    emit('response.content_part.added', { ...ids, part: part() });
    const words = text.split(/\s+/).filter(Boolean);
    const perPiece = Math.max(1, Math.floor(latency.chunkMs / wordMs));
    for (let at = 0; at < words.length; at += perPiece) {
      if (at > 0) await pause(latency.deltaMs);
      const piece = words.slice(at, at + perPiece);
      pronounce(item, ids, piece);
      if (unfinished) unfinished.late = () => lateDelta(ids, words.slice(at + perPiece, at + 2 * perPiece));
      if (plan.fault?.kind === 'cut') return cut();
      if (plan.maxTokens !== 'inf' && outputTokens >= plan.maxTokens) {
        return finish({ status: 'incomplete', reason: 'max_output_tokens' });
      }
    }
    item.status = 'completed';
    endOfPart(item, index);
    end(item, index);
  }

  function pronounce(item: MessageItem, ids: object, words: readonly string[]): void {
    const delta = `${item.text ? ' ' : ''}${words.join(' ')}`;
    item.text += delta;
    if (plan.modality === 'text') {
      outputTokens += words.length;
      return emit('response.output_text.delta', { ...ids, delta });
    }
    const ms = wordsMs(words.length);
    item.audioMs += ms;
    audioMs += ms;
    outputTokens = tokensOfSpeech(audioMs);
    emit('response.output_audio_transcript.delta', { ...ids, delta });
    emit('response.output_audio.delta', { ...ids, delta: audioOf(words).toString('base64') });
  }

  const audioOf = (words: readonly string[]): Buffer =>
    plan.format.type === 'audio/pcmu' ? speak(words.join(' ')) : noise(wordsMs(words.length));

  function lateDelta(ids: object, words: readonly string[]): void {
    if (words.length > 0 && plan.modality === 'audio') {
      emit('response.output_audio.delta', { ...ids, delta: audioOf(words).toString('base64') });
    }
  }

  function endOfPart(item: MessageItem, index: number): void {
    const ids = { response_id: id, item_id: item.id, output_index: index, content_index: 0 };
    if (plan.modality === 'audio') {
      emit('response.output_audio.done', ids);
      emit('response.output_audio_transcript.done', { ...ids, transcript: item.text });
      emit('response.content_part.done', { ...ids, part: { type: 'audio', transcript: item.text } });
    } else {
      emit('response.output_text.done', { ...ids, text: item.text });
      emit('response.content_part.done', { ...ids, part: { type: 'text', text: item.text } });
    }
  }

  async function call(name: string, args: string, index: number): Promise<void> {
    const item: Item = {
      id: newId('item'),
      status: 'in_progress',
      type: 'function_call',
      name,
      callId: newId('call'),
      args: '',
    };
    begin(item, index);
    const ids = { response_id: id, item_id: item.id, output_index: index, call_id: item.callId };
    const half = Math.ceil(args.length / 2);
    for (const delta of [args.slice(0, half), args.slice(half)]) {
      await pause(latency.deltaMs);
      item.args += delta;
      emit('response.function_call_arguments.delta', { ...ids, delta });
    }
    outputTokens += Math.ceil(args.length / 4);
    item.status = 'completed';
    emit('response.function_call_arguments.done', { ...ids, name, arguments: args });
    end(item, index);
  }

  function finish(ending: Ending): void {
    if (status !== 'in_progress') return;
    status = ending.status;
    const broken = unfinished;
    if (broken) {
      broken.item.status = 'incomplete';
      if (broken.item.type === 'message') endOfPart(broken.item, broken.index);
      end(broken.item, broken.index);
    }
    emit('rate_limits.updated', {
      rate_limits: [
        { name: 'requests', limit: 1000, remaining: 998, reset_seconds: 0.12 },
        { name: 'tokens', limit: 200_000, remaining: 196_450, reset_seconds: 1.1 },
      ],
    });
    emit('response.done', {
      response: {
        ...shape(),
        status: ending.status,
        status_details: detailsOf(ending),
        output: output.map(onWire),
        usage: usage(plan.inputTokens, outputTokens, plan.modality === 'audio' ? tokensOfSpeech(audioMs) : 0),
      },
    });
    stopping.abort(new Error('the response is over'));
    stage.over(running);
    if (ending.status === 'cancelled' && stage.lateDelta) broken?.late?.();
  }

  function cut(): void {
    running.abandon();
    stage.cut();
  }

  async function produce(): Promise<void> {
    const { fault } = plan;
    if (fault?.kind === 'silent') return;
    await pause(latency.firstTokenMs + (fault?.kind === 'slow' ? fault.ms : 0));
    if (fault?.kind === 'fails') return finish({ status: 'failed', code: 'server_error' });
    for (const [index, move] of plan.moves.entries()) {
      if ('say' in move) await say(move.say, index);
      else if (fault?.kind === 'cut') cut();
      else await call(move.call, JSON.stringify(move.args), index);
      if (status !== 'in_progress') return;
    }
    finish({ status: 'completed' });
  }

  const running: RunningResponse = {
    id,
    conversationId: plan.conversationId,
    get audioMs() {
      return audioMs;
    },
    get status() {
      return status;
    },
    cancel: (reason) => finish({ status: 'cancelled', reason }),
    abandon() {
      if (status === 'in_progress') status = 'cancelled';
      stopping.abort(new Error('nobody listens'));
    },
  };
  emit('response.created', {
    response: { ...shape(), status: 'in_progress', status_details: null, output: [], usage: null },
  });
  produce().catch((error: unknown) => {
    // Waits end so when the response is over.
    if (!stopping.signal.aborted) throw error;
  });
  return running;
}

function detailsOf(ending: Ending): object | null {
  switch (ending.status) {
    case 'completed':
      return null;
    case 'failed':
      return {
        type: 'failed',
        error: {
          type: 'server_error',
          code: ending.code,
          message: 'The server had an error while processing the request.',
        },
      };
    default:
      return { type: ending.status, reason: ending.reason };
  }
}

function usage(input: number, output: number, audio: number): object {
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: {
      text_tokens: input,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: Math.max(0, output - audio), audio_tokens: audio },
  };
}

/** 24 kHz PCM, as it comes from a session that was never told of the telephone: noise to whoever takes it for µ-law. */
function noise(ms: number): Buffer {
  const bytes = Buffer.alloc(ms * 48);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (at * 167 + (at >> 3) * 59) & 0xff;
  return bytes;
}
