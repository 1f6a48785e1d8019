import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import {
  type HistoryItem,
  type Listening,
  type Purpose,
  type ResponseRequest,
  type SpeechHandlers,
  type SpeechLoss,
  type SpeechSession,
  type SpeechSetup,
  type SpokenItem,
  purposes,
} from '#domain/conversations/talk/speech/speech-model.ts';
import { ModelFault } from '#domain/conversations/talk/text/text-model.ts';
import { AudioFinder } from './realtime-audio.ts';
import { type FunctionCall, isFunctionCall, isTelephone, readEvent, type ServerEvent } from './realtime-events.ts';
import { createResponseQueue } from './response-queue.ts';
import { listeningUpdate, sessionUpdate, type UpdateModels } from './session-update.ts';

const appendHead = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const appendTail = Buffer.from('"}');

/** So much unsent is about five seconds of audio, more than is ever kept for a new session: somebody cannot keep up. */
const overloadedBytes = 72 * 1024;
/** Frames of 20 ms are then sent three at a time, for a third of the work. */
const mergedBytes = 3 * 160;

const purposeIn = (metadata: Record<string, string> | null | undefined): Purpose | undefined =>
  purposes.find((purpose) => purpose === metadata?.purpose);

/** Codes after which the same request, key or model will never do. */
const hopeless = new Set(['invalid_api_key', 'model_not_found', 'insufficient_quota', 'account_deactivated']);
/** Said of what came too late, and of no consequence. */
const harmless = new Set(['response_cancel_not_active', 'input_audio_buffer_commit_empty']);

export interface SessionOptions {
  models: UpdateModels;
  signal: AbortSignal;
}

/**
 * Sets a session up on an open socket whose `session.created` has come: one update, whose echo must say that both sides
 * are µ-law; then what was said before.
 *
 * @throws ModelFault `refused` when the vendor takes the update otherwise than it was meant
 */
export function openRealtimeSession(
  socket: TextSocket,
  setup: SpeechSetup,
  handlers: SpeechHandlers,
  { models, signal }: SessionOptions,
): Promise<SpeechSession> {
  const { promise, resolve, reject } = Promise.withResolvers<SpeechSession>();
  const fail = (fault: unknown) => {
    signal.removeEventListener('abort', abort);
    socket.onMessage = () => undefined;
    socket.onClose = () => undefined;
    socket.close(1000);
    reject(fault);
  };
  const abort = () => fail(signal.reason);
  if (signal.aborted) {
    abort();
    return promise;
  }
  signal.addEventListener('abort', abort, { once: true });
  socket.onClose = (code) => fail(new ModelFault('failed', `the session ended with ${code} before it was set up`));
  socket.onMessage = (message) => {
    const event = readEvent(message);
    if (event?.type === 'error') {
      const { code, type } = event.error;
      const kind = code === 'rate_limit_exceeded' ? 'busy' : type === 'server_error' ? 'failed' : 'refused';
      return fail(new ModelFault(kind, `the session was refused: ${code ?? type ?? 'no code'}`));
    }
    if (event?.type !== 'session.updated') return;
    if (!isTelephone(event.session)) return fail(new ModelFault('refused', 'the session does not speak µ-law'));
    signal.removeEventListener('abort', abort);
    const session = new RealtimeSession(socket, setup, handlers);
    for (const item of setup.history()) session.add(item);
    resolve(session);
  };
  socket.send(JSON.stringify(sessionUpdate(setup, models)));
  return promise;
}

/** A session that is set up, on its socket. */
class RealtimeSession implements SpeechSession {
  readonly #socket: TextSocket;
  readonly #handlers: SpeechHandlers;
  readonly #turnDetection: SpeechSetup['turnDetection'];
  readonly #queue = createResponseQueue();
  readonly #audio = new AudioFinder();
  /** Items of the response that is being made. */
  readonly #items = new Map<string, SpokenItem>();
  readonly #called = new Set<string>();
  #activePurpose: Purpose | undefined;
  /** The response being made is not wanted any more. */
  #isDropped = false;
  #listening: Listening;
  #callerSpeaks = false;
  /** Items of ours that the vendor has not yet told it has. */
  #unconfirmed = 0;
  /** Audio that waits for the network, decoded. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #count = 0;
  #isOver = false;

  constructor(socket: TextSocket, setup: SpeechSetup, handlers: SpeechHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#turnDetection = setup.turnDetection;
    this.#listening = setup.listening;
    this.#queue.answersItself(setup.listening.answers);
    socket.onMessage = (message) => this.#onMessage(message);
    socket.onClose = () => this.#lose('dropped');
  }

  get isAsked(): boolean {
    return this.#queue.isAsked;
  }

  get isBusy(): boolean {
    return this.#queue.isBusy;
  }

  hear(payload: Buffer): void {
    if (this.#heldBytes === 0 && this.#socket.bufferedBytes < overloadedBytes) {
      this.#socket.sendParts(appendHead, payload, appendTail);
      return;
    }
    const audio = Buffer.from(payload.toString('latin1'), 'base64');
    this.#held.push(audio);
    this.#heldBytes += audio.length;
    if (this.#heldBytes >= mergedBytes) this.#sendHeld();
  }

  #sendHeld(): void {
    if (this.#heldBytes === 0) return;
    const merged = Buffer.concat(this.#held).toString('base64');
    this.#held = [];
    this.#heldBytes = 0;
    this.#socket.sendParts(appendHead, Buffer.from(merged, 'latin1'), appendTail);
  }

  respond(request: ResponseRequest): void {
    this.#queue.ask(request);
    this.#askNext();
  }

  #askNext(): void {
    if (this.#isOver) return;
    const request = this.#queue.next();
    if (!request) return;
    const { purpose, say } = request;
    this.#send('ask', {
      type: 'response.create',
      response: {
        ...(say !== undefined && { instructions: toTheLetter(say), tool_choice: 'none' }),
        metadata: { purpose },
      },
    });
  }

  interrupt(): void {
    const activeId = this.#queue.drop();
    if (activeId === undefined) return;
    this.#dropActive();
    // The vendor stops by itself when it hears the caller.
    if (!(this.#callerSpeaks && this.#listening.stops)) this.#cancel(activeId);
  }

  #dropActive(): void {
    this.#isDropped = true;
    this.#audio.forget();
  }

  #cancel(responseId: string): void {
    this.#send('cancel', { type: 'response.cancel', response_id: responseId });
  }

  truncate(itemId: string, heardMs: number): void {
    this.#send('cut', { type: 'conversation.item.truncate', item_id: itemId, content_index: 0, audio_end_ms: heardMs });
  }

  add({ by, text }: HistoryItem): void {
    const role = by === 'caller' ? 'user' : by === 'agent' ? 'assistant' : 'system';
    const type = by === 'agent' ? 'output_text' : 'input_text';
    this.#addItem({ type: 'message', role, content: [{ type, text }] });
  }

  answer(callId: string, output: string): void {
    this.#addItem({ type: 'function_call_output', call_id: callId, output });
  }

  #addItem(item: object): void {
    this.#unconfirmed++;
    this.#queue.added();
    this.#send('item', { type: 'conversation.item.create', item });
  }

  listen(listening: Listening): void {
    this.#listening = listening;
    this.#queue.answersItself(listening.answers);
    this.#send('setup', listeningUpdate(this.#turnDetection, listening));
  }

  commit(): void {
    this.#sendHeld();
    this.#send('commit', { type: 'input_audio_buffer.commit' });
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.onMessage = () => undefined;
    this.#socket.onClose = () => undefined;
    this.#socket.close(1000);
  }

  /** Errors repeat the id, whose beginning says what they are about. */
  #send(about: 'ask' | 'cancel' | 'cut' | 'item' | 'setup' | 'commit', event: object): void {
    if (this.#isOver) return;
    this.#socket.send(JSON.stringify({ event_id: `${about}_${++this.#count}`, ...event }));
  }

  #lose(loss: SpeechLoss): void {
    if (this.#isOver) return;
    this.close();
    this.#handlers.onLost(loss);
  }

  #onMessage(message: Buffer): void {
    const audio = this.#audio.find(message);
    if (audio) {
      this.#handlers.onAudio(this.#audio.item as SpokenItem, audio);
      return;
    }
    const event = readEvent(message);
    if (event) this.#onEvent(event, message);
  }

  #onEvent(event: ServerEvent, message: Buffer): void {
    const tell = this.#handlers.onEvent;
    switch (event.type) {
      case 'session.created':
        return;
      case 'session.updated':
        if (!isTelephone(event.session)) this.#lose('wrong-format');
        return;
      case 'error':
        return this.#onError(event.error);
      case 'input_audio_buffer.speech_started':
        this.#callerSpeaks = true;
        this.#queue.speechStarted();
        return tell({ kind: 'speech-started' });
      case 'input_audio_buffer.speech_stopped':
        this.#callerSpeaks = false;
        this.#queue.speechStopped();
        tell({ kind: 'speech-stopped' });
        return this.#askNext();
      case 'input_audio_buffer.committed':
        return tell({ kind: 'committed', itemId: event.item_id });
      case 'conversation.item.input_audio_transcription.completed':
        return tell({ kind: 'transcribed', itemId: event.item_id, text: event.transcript });
      case 'conversation.item.input_audio_transcription.failed':
        return tell({ kind: 'transcribed', itemId: event.item_id, text: '' });
      case 'conversation.item.added':
        if (isOurs(event.item) && this.#unconfirmed > 0) this.#unconfirmed--;
        return;
      case 'response.created':
        return this.#created(event.response.id, purposeIn(event.response.metadata));
      case 'response.output_item.done':
        if (isFunctionCall(event.item)) this.#call(event.item);
        return;
      case 'response.output_audio.delta': {
        const item = this.#itemOf(event);
        if (!item) return;
        this.#audio.learn(message, item, event);
        return this.#handlers.onAudio(item, Buffer.from(event.delta, 'latin1'));
      }
      case 'response.output_audio.done': {
        const item = this.#itemOf(event);
        if (item) tell({ kind: 'audio-ended', item });
        return;
      }
      case 'response.output_audio_transcript.delta': {
        const item = this.#itemOf(event);
        if (item) tell({ kind: 'words', item, text: event.delta, whole: false });
        return;
      }
      case 'response.output_audio_transcript.done': {
        const item = this.#itemOf(event);
        if (item) tell({ kind: 'words', item, text: event.transcript, whole: true });
        return;
      }
      case 'response.done':
        return this.#done(event.response);
    }
  }

  #created(responseId: string, purpose: Purpose | undefined): void {
    const { verdict, knowsAll } = this.#queue.created(responseId, purpose, this.#unconfirmed === 0);
    this.#items.clear();
    this.#audio.forget();
    this.#activePurpose = purpose;
    this.#isDropped = false;
    this.#handlers.onEvent({ kind: 'response-started', responseId, purpose, knowsAll });
    if (verdict === 'wanted') return;
    this.#dropActive();
    this.#cancel(responseId);
  }

  /** The item an event is about; none when its response is over or was dropped: late audio is nobody's. */
  #itemOf({
    response_id: responseId,
    item_id: itemId,
  }: {
    response_id: string;
    item_id: string;
  }): SpokenItem | undefined {
    if (responseId !== this.#queue.activeId || this.#isDropped) return undefined;
    const known = this.#items.get(itemId);
    if (known) return known;
    const item = { itemId, responseId, purpose: this.#activePurpose };
    this.#items.set(itemId, item);
    return item;
  }

  #call({ status, call_id: callId, name, arguments: args }: FunctionCall): void {
    // A call that was cut off is none; one that is whole needs its output, whatever became of its response.
    if (status !== 'completed' || this.#called.has(callId)) return;
    this.#called.add(callId);
    this.#handlers.onEvent({ kind: 'call', callId, name, args });
  }

  #done(response: Extract<ServerEvent, { type: 'response.done' }>['response']): void {
    const { id: responseId, status, status_details: details, output } = response;
    for (const item of output) if (isFunctionCall(item)) this.#call(item);
    const wasActive = responseId === this.#queue.activeId;
    this.#queue.ended(responseId);
    if (wasActive) {
      this.#items.clear();
      this.#audio.forget();
      const code = details?.error?.code ?? details?.reason ?? undefined;
      const purpose = this.#activePurpose;
      this.#handlers.onEvent({ kind: 'response-ended', responseId, purpose, status, ...(code && { code }) });
    }
    this.#askNext();
  }

  #onError({ code, event_id: about, type }: Extract<ServerEvent, { type: 'error' }>['error']): void {
    if (code && hopeless.has(code)) return this.#lose('refused');
    if (code === 'session_expired') return this.#lose('expired');
    if (code === 'conversation_already_has_active_response') {
      this.#queue.refused('active-response');
      return this.#askNext();
    }
    if (code && harmless.has(code)) return;
    // An update that was not taken may have left the line with another format.
    if (about?.startsWith('setup_')) return this.#lose('refused');
    if (about?.startsWith('item_') && this.#unconfirmed > 0) this.#unconfirmed--;
    if (!about?.startsWith('ask_')) return;
    const purpose = this.#queue.refused('other');
    this.#handlers.onEvent({
      kind: 'response-ended',
      responseId: '',
      purpose,
      status: 'failed',
      code: code ?? type ?? 'error',
    });
    this.#askNext();
  }
}

/** Added by us and not heard or made: what is spoken has parts of audio, or none yet. */
const isOurs = ({ type, content }: { type: string; content?: { type: string }[] | null | undefined }): boolean =>
  type === 'function_call_output' || (type === 'message' && /^(input|output)_text$/.test(content?.[0]?.type ?? ''));

/** Quotation marks within the sentence would end it early. */
const toTheLetter = (say: string): string =>
  `Say exactly this and nothing else: « ${say.replace(/[«»]\s?/g, '').trim()} »`;
