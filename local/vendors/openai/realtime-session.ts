import type { WebSocket } from 'ws';
import type { Brain, Move } from './brain.ts';
import { createCallerAudio, type Noticed } from './caller-audio.ts';
import { ClientEvent, NewItem, type ResponseParams } from './client-events.ts';
import { heardOf, historyOf, type Item, onWire, userAudio } from './conversation.ts';
import { type ErrorBody, invalidRequest } from './error-body.ts';
import type { Faults } from './faults.ts';
import { newId } from './ids.ts';
import type { Latency, Manners, Wait } from './pace.ts';
import { parameterError } from './parameter-error.ts';
import { type RunningResponse, startResponse } from './realtime-response.ts';
import { changed, newConfig, SessionChange } from './session-config.ts';
import type { SessionRecord, Statistics } from './statistics.ts';
import { verbatimIn } from './verbatim.ts';

export interface SessionDeps {
  brain: Brain;
  latency: Latency;
  manners: Manners;
  faults: Faults;
  statistics: Statistics;
  now(): number;
  wait: Wait;
}

/** A session as the control sees it. */
export interface RealtimeSession {
  cut(): void;
  expire(): void;
}

/** Serves one realtime session on a socket that was just opened. */
export function serveSession(socket: WebSocket, model: string, deps: SessionDeps): RealtimeSession {
  const { brain, latency, manners, faults, statistics, now, wait } = deps;
  const conversationId = newId('conv');
  const closed = new AbortController();
  let config = newConfig(newId('sess'), model, Math.floor((now() + manners.sessionLimitMs) / 1000));
  const record: SessionRecord = {
    id: config.id,
    model,
    openedAtMs: now(),
    isTelephone: false,
    get heard() {
      return caller.text;
    },
    said: [],
    called: [],
    added: 0,
  };
  const items: Item[] = [];
  const caller = createCallerAudio(() => config);
  const running = new Set<RunningResponse>();
  let active: RunningResponse | undefined;
  /** The utterance that is being spoken has its id before it is over. */
  let speakingItem: string | undefined;
  let hasSpoken = false;
  let afterAnswer: (() => void)[] = [];

  function emit(type: string, fields: object): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type, event_id: newId('event'), ...fields }));
  }
  function fail(error: ErrorBody, eventId: string | undefined): void {
    statistics.countError(error.code);
    const { type, code, message, param } = error;
    emit('error', { error: { type, code, message, param, event_id: eventId ?? null } });
  }
  /** What is done later is not done any more once the socket is closed. */
  function later(ms: number, act: () => void): void {
    wait(ms, closed.signal).then(act, (error: unknown) => {
      if (!closed.signal.aborted) throw error;
    });
  }

  function insert(item: Item, after?: string | null): string | null {
    const at = after === 'root' ? 0 : after ? items.findIndex(({ id }) => id === after) + 1 : items.length;
    items.splice(at, 0, item);
    return items[at - 1]?.id ?? null;
  }

  function notice(event: Noticed): void {
    const detection = config.audio.input.turn_detection;
    if (event.kind === 'started') {
      speakingItem = newId('item');
      emit('input_audio_buffer.speech_started', { audio_start_ms: event.audioStartMs, item_id: speakingItem });
      if (detection?.interrupt_response) active?.cancel('turn_detected');
      return;
    }
    if (event.kind === 'idle') {
      statistics.counts.realtime.idleTimeouts += 1;
      const id = newId('item');
      const { audioStartMs: audio_start_ms, audioEndMs: audio_end_ms } = event;
      emit('input_audio_buffer.timeout_triggered', { audio_start_ms, audio_end_ms, item_id: id });
      commit(id, '', true);
    } else {
      const id = speakingItem ?? newId('item');
      speakingItem = undefined;
      emit('input_audio_buffer.speech_stopped', { audio_end_ms: event.audioEndMs, item_id: id });
      commit(id, event.text);
    }
    if (!detection?.create_response) return;
    if (active) fail(activeError(active), undefined);
    else respond({}, undefined);
  }

  function commit(id: string, text: string, isIdle = false): void {
    const item = { ...userAudio(id, text), ...(isIdle && { isIdle: true as const, text: 'silence' }) };
    const previous = insert(item);
    emit('input_audio_buffer.committed', { previous_item_id: previous, item_id: id });
    emit('conversation.item.added', { previous_item_id: previous, item: onWire(item) });
    emit('conversation.item.done', { previous_item_id: previous, item: onWire(item) });
    if (config.audio.input.transcription === null) return;
    const tell = () => transcribed(id, isIdle ? '' : text);
    if (manners.transcriptAfterAnswer) afterAnswer.push(tell);
    else later(latency.transcriptMs, tell);
  }

  function transcribed(id: string, transcript: string): void {
    const ids = { item_id: id, content_index: 0 };
    if (transcript) emit('conversation.item.input_audio_transcription.delta', { ...ids, delta: transcript });
    const tokens = transcript.split(/\s+/).length;
    emit('conversation.item.input_audio_transcription.completed', {
      ...ids,
      transcript,
      logprobs: null,
      usage: {
        type: 'tokens',
        total_tokens: 2 * tokens,
        input_tokens: tokens,
        input_token_details: { text_tokens: 0, audio_tokens: tokens },
        output_tokens: tokens,
      },
    });
  }

  function respond(params: ResponseParams, eventId: string | undefined): void {
    const isOutOfBand = params.conversation === 'none';
    if (active && !isOutOfBand) return fail(activeError(active), eventId);
    const input = params.input ? inputOf(params.input) : undefined;
    if (input === 'unknown') {
      return fail(
        invalidRequest('item_not_found', 'An item that is referred to does not exist.', 'response.input'),
        eventId,
      );
    }
    const choice = params.tool_choice ?? config.tool_choice;
    const functions = choice === 'none' ? [] : (params.tools ?? config.tools).map(({ name }) => name);
    const verbatim = verbatimIn(params.instructions);
    const history = historyOf(input ?? items);
    const forced = typeof choice === 'object' ? choice.name : undefined;
    // A response of its own instructions still knows what the page said of the clinic.
    const instructions = [params.instructions, config.instructions].filter(Boolean).join('\n');
    const moves: Move[] =
      verbatim !== undefined
        ? [{ say: verbatim }]
        : forced !== undefined
          ? [{ call: forced, args: {} }]
          : /yes or no|oui ou non/i.test(params.instructions ?? '')
            ? [{ say: 'no' }]
            : brain({ instructions, functions, history, nowMs: now() });
    const counts = statistics.counts.realtime;
    counts[isOutOfBand ? 'outOfBand' : 'responses'] += 1;
    const response = startResponse(
      {
        moves,
        modality: (params.output_modalities ?? config.output_modalities)[0],
        format: params.audio?.output?.format ?? config.audio.output.format,
        voice: params.audio?.output?.voice ?? config.audio.output.voice,
        maxTokens: params.max_output_tokens ?? config.max_output_tokens,
        metadata: params.metadata ?? null,
        conversationId: isOutOfBand ? null : conversationId,
        inputTokens: 200 + history.length * 12,
        fault: nextFault(),
      },
      {
        emit,
        add: (item) => insert(item),
        cut,
        over,
        latency,
        lateDelta: manners.lateDelta,
        wait,
      },
    );
    if (response.status !== 'in_progress') return;
    running.add(response);
    if (!isOutOfBand) active = response;
    for (const move of moves) if ('say' in move) record.said.push(move.say);
    for (const move of moves) if ('call' in move) record.called.push(move.call);
    if (moves.some((move) => 'say' in move)) hasSpoken = true;
  }

  function nextFault() {
    const fault = faults.next('realtime-response');
    if (fault) statistics.counts.faults += 1;
    return fault;
  }

  function over(response: RunningResponse): void {
    running.delete(response);
    if (response.status === 'cancelled') statistics.counts.realtime.cancelled += 1;
    if (response.status === 'failed') statistics.counts.realtime.failed += 1;
    if (response !== active) return;
    active = undefined;
    caller.answered(response.audioMs);
    const tell = afterAnswer;
    afterAnswer = [];
    if (tell.length > 0) later(latency.transcriptMs, () => tell.forEach((one) => one()));
  }

  function inputOf(input: NonNullable<ResponseParams['input']>): Item[] | 'unknown' {
    const found = input.map((one) =>
      one.type === 'item_reference' ? items.find(({ id }) => id === one.id) : itemFrom(one),
    );
    return found.some((item) => !item) ? 'unknown' : (found as Item[]);
  }

  function handle(event: ClientEvent): void {
    const { event_id: eventId } = event;
    switch (event.type) {
      case 'session.update':
        return update(event.session, eventId);
      case 'input_audio_buffer.append':
        return hear(Buffer.from(event.audio, 'base64'));
      case 'input_audio_buffer.commit': {
        const text = caller.take();
        if (text === undefined) {
          return fail(
            invalidRequest('input_audio_buffer_commit_empty', 'Error committing input audio buffer: buffer too small.'),
            eventId,
          );
        }
        const id = speakingItem ?? newId('item');
        speakingItem = undefined;
        return commit(id, text);
      }
      case 'input_audio_buffer.clear':
        caller.clear();
        speakingItem = undefined;
        return emit('input_audio_buffer.cleared', {});
      case 'conversation.item.create':
        return create(event, eventId);
      case 'conversation.item.truncate':
        return truncate(event, eventId);
      case 'conversation.item.delete': {
        const at = items.findIndex(({ id }) => id === event.item_id);
        if (at === -1) return fail(noItem('item_delete_invalid_item_id', event.item_id), eventId);
        items.splice(at, 1);
        return emit('conversation.item.deleted', { item_id: event.item_id });
      }
      case 'conversation.item.retrieve': {
        const item = items.find(({ id }) => id === event.item_id);
        if (!item) return fail(noItem('item_retrieve_invalid_item_id', event.item_id), eventId);
        return emit('conversation.item.retrieved', { item: onWire(item) });
      }
      case 'response.create':
        return respond(event.response ?? {}, eventId);
      case 'response.cancel': {
        const meant = event.response_id ? [...running].find(({ id }) => id === event.response_id) : active;
        if (meant) return meant.cancel('client_cancelled');
        const none = 'Cancellation failed: no active response found';
        return fail(invalidRequest('response_cancel_not_active', none), eventId);
      }
    }
  }

  function update(session: unknown, eventId: string | undefined): void {
    const change = SessionChange.safeParse(session);
    if (!change.success) return fail(parameterError(change.error, session, 'session'), eventId);
    const { data } = change;
    if (data.model !== undefined && data.model !== model) {
      return fail(
        invalidRequest('invalid_value', 'The model of a session cannot be changed.', 'session.model'),
        eventId,
      );
    }
    if ((data.reasoning ?? data.parallel_tool_calls) !== undefined && !/^gpt-realtime-[2-9]/.test(model)) {
      const param = data.reasoning ? 'session.reasoning' : 'session.parallel_tool_calls';
      return fail(invalidRequest('unsupported_parameter', `Unsupported with this model: '${param}'.`, param), eventId);
    }
    const voice = data.audio?.output?.voice;
    if (hasSpoken && voice !== undefined && JSON.stringify(voice) !== JSON.stringify(config.audio.output.voice)) {
      const text = 'Cannot update a conversation’s voice if assistant audio is present.';
      return fail(invalidRequest('cannot_update_voice', text, 'session.audio.output.voice'), eventId);
    }
    config = changed(config, data);
    const { input, output } = config.audio;
    record.isTelephone = input.format.type === 'audio/pcmu' && output.format.type === 'audio/pcmu';
    emit('session.updated', { session: config });
  }

  function hear(audio: Buffer): void {
    const counts = statistics.counts.realtime;
    counts.frames += 1;
    if (!record.isTelephone) counts.framesBeforeSession += 1;
    for (const event of caller.hear(audio)) notice(event);
  }

  function create(
    { item: sent, previous_item_id: after }: Extract<ClientEvent, { type: 'conversation.item.create' }>,
    eventId: string | undefined,
  ): void {
    const parsed = NewItem.safeParse(sent);
    if (!parsed.success) return fail(parameterError(parsed.error, sent, 'item'), eventId);
    const item = itemFrom(parsed.data);
    if (items.some(({ id }) => id === item.id)) {
      return fail(invalidRequest('item_create_duplicate_id', `Item '${item.id}' exists already.`, 'item.id'), eventId);
    }
    if (after && after !== 'root' && !items.some(({ id }) => id === after)) {
      return fail(noItem('item_create_invalid_previous_item_id', after), eventId);
    }
    const isAnswer = item.type === 'function_call_output';
    if (isAnswer && !items.some((other) => other.type === 'function_call' && other.callId === item.callId)) {
      const text = `No tool call found for call_id '${item.callId}'.`;
      return fail(invalidRequest('invalid_tool_call_id', text, 'item.call_id'), eventId);
    }
    if (item.type === 'message') record.added += 1;
    const previous = insert(item, after);
    emit('conversation.item.added', { previous_item_id: previous, item: onWire(item) });
    emit('conversation.item.done', { previous_item_id: previous, item: onWire(item) });
  }

  function truncate(
    { item_id, content_index, audio_end_ms }: Extract<ClientEvent, { type: 'conversation.item.truncate' }>,
    eventId: string | undefined,
  ): void {
    const counts = statistics.counts.realtime;
    const refuse = (error: ErrorBody) => {
      counts.truncationsRefused += 1;
      fail(error, eventId);
    };
    const item = items.find(({ id }) => id === item_id);
    if (!item) return refuse(noItem('item_truncate_invalid_item_id', item_id));
    if (item.type !== 'message' || item.part !== 'output_audio') {
      return refuse(invalidRequest('invalid_value', 'Only model output audio messages can be truncated.', 'item_id'));
    }
    if (audio_end_ms > item.audioMs) {
      const text = `Audio content of ${item.audioMs}ms is already shorter than ${audio_end_ms}ms`;
      return refuse(invalidRequest('invalid_value', text));
    }
    counts.truncations += 1;
    item.text = heardOf(item.text, audio_end_ms);
    item.audioMs = audio_end_ms;
    item.isTruncated = true;
    emit('conversation.item.truncated', { item_id, content_index, audio_end_ms });
  }

  function cut(): void {
    socket.terminate();
  }
  function expire(): void {
    const minutes = Math.round(manners.sessionLimitMs / 60_000);
    const text = `Your session hit the maximum duration of ${minutes} minutes.`;
    fail(invalidRequest('session_expired', text), undefined);
    socket.close(1001, text);
  }

  socket.on('message', (data, isBinary) => {
    const event = read(data as Buffer, isBinary);
    if ('error' in event) fail(event.error, event.eventId);
    else handle(event.event);
  });
  socket.on('close', () => {
    closed.abort(new Error('the socket is closed'));
    for (const response of running) response.abandon();
    statistics.counts.realtime.open -= 1;
    record.closedAtMs = now();
  });
  // A broken socket is told by `close` too.
  socket.on('error', () => undefined);

  statistics.counts.realtime.opened += 1;
  statistics.counts.realtime.open += 1;
  statistics.keep(record);
  later(latency.handshakeMs, () => emit('session.created', { session: config }));
  later(manners.sessionLimitMs, expire);
  return { cut, expire };
}

const activeError = ({ id }: RunningResponse): ErrorBody =>
  invalidRequest(
    'conversation_already_has_active_response',
    `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
  );

const noItem = (code: string, id: string): ErrorBody =>
  invalidRequest(code, `The item with id '${id}' does not exist.`, 'item_id');

function itemFrom(item: NewItem): Item {
  const head = { id: item.id ?? newId('item'), status: 'completed' as const };
  if (item.type === 'function_call_output')
    return { ...head, type: item.type, callId: item.call_id, output: item.output };
  if (item.type === 'function_call') {
    return { ...head, type: item.type, callId: item.call_id, name: item.name, args: item.arguments };
  }
  const text = item.content.map((part) => part.text).join(' ');
  const part = item.role === 'assistant' ? 'output_text' : 'input_text';
  return { ...head, type: 'message', role: item.role, part, text, audioMs: 0 };
}

/** Audio comes fifty times a second and is read without a schema. */
const Append = { type: 'input_audio_buffer.append' } as const;

function read(data: Buffer, isBinary: boolean): { event: ClientEvent } | { error: ErrorBody; eventId?: string } {
  let sent: unknown;
  try {
    sent = isBinary ? undefined : JSON.parse(data.toString('utf8'));
  } catch {
    sent = undefined; // Told as an error of its own.
  }
  if (typeof sent !== 'object' || sent === null) {
    return { error: invalidRequest('invalid_json', 'The message is not a JSON object.') };
  }
  const { type, audio, event_id, ...rest } = sent as Record<string, unknown>;
  if (type === Append.type && typeof audio === 'string' && Object.keys(rest).length === 0) {
    return { event: { type, audio, ...(typeof event_id === 'string' && { event_id }) } };
  }
  const parsed = ClientEvent.safeParse(sent);
  if (parsed.success) return { event: parsed.data };
  return {
    error: parameterError(parsed.error, sent, ''),
    ...(typeof event_id === 'string' && { eventId: event_id }),
  };
}
