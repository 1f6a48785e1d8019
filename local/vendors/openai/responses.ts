import type { ServerResponse } from 'node:http';
import type { Brain } from './brain.ts';
import { errorOf, Refusal } from './error-body.ts';
import type { Faults } from './faults.ts';
import { newId } from './ids.ts';
import type { Latency, Wait } from './pace.ts';
import { answerOf, type OutputItem } from './responses-answer.ts';
import { readRequest, type ResponsesRequest } from './responses-request.ts';
import type { Statistics } from './statistics.ts';

export interface ResponsesDeps {
  brain: Brain;
  latency: Latency;
  faults: Faults;
  statistics: Statistics;
  now(): number;
  wait: Wait;
}

/** A piece of an answer is some words long. */
const wordsPerDelta = 4;

/**
 * Answers `POST /v1/responses`, at once or as a stream.
 *
 * @param gone aborted when the other side has left or the stand-in stops
 * @throws Refusal
 */
export function createResponses({ brain, latency, faults, statistics, now, wait }: ResponsesDeps) {
  return async (sent: unknown, response: ServerResponse, gone: AbortSignal): Promise<void> => {
    const counts = statistics.counts.responses;
    counts.requests += 1;
    const format = (sent as { text?: { format?: { name?: string } } } | null)?.text?.format;
    const fault = faults.next('request', format?.name);
    if (fault) statistics.counts.faults += 1;
    if (fault?.kind === 'no-answer') return; // The socket stays open until the other side, or `stop`, closes it.
    if (fault?.kind === 'status') {
      const headers: Record<string, string> =
        fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) };
      throw new Refusal(fault.status, errorOf(fault.status, fault.code), headers);
    }
    const request = readRequest(sent);
    if (format) counts.structured += 1;
    if (request.stream) counts.streamed += 1;
    const output = answerOf(request, brain, now());
    await wait(latency.firstTokenMs + (fault?.kind === 'slow' ? fault.ms : 0), gone);

    const whole = responseObject(request, output, now());
    if (!request.stream) {
      if (fault?.kind === 'cut') return void response.destroy();
      const body = fault?.kind === 'fails' ? failed(whole) : whole;
      counts.completed += 1;
      response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': newId('req') });
      response.end(JSON.stringify(body));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': newId('req') });
    let number = 0;
    const emit = (event: { type: string }) => {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: number })}\n\n`);
      number += 1;
    };
    const begun = { ...whole, status: 'in_progress', output: [], usage: null };
    emit({ type: 'response.created', response: begun } as { type: string });
    emit({ type: 'response.in_progress', response: begun } as { type: string });
    if (fault?.kind === 'fails') {
      emit({ type: 'response.failed', response: failed(whole) } as { type: string });
      return void response.end();
    }
    for (const [index, item] of whole.output.entries()) {
      for (const event of eventsOf(item, index)) {
        if (event.isDelta) await wait(latency.deltaMs, gone);
        emit(event.event);
        if (event.isDelta && fault?.kind === 'cut') return void response.destroy();
      }
    }
    emit({ type: `response.${whole.status}`, response: whole } as { type: string });
    counts.completed += 1;
    response.end();
  };
}

/** The events by which one item is told. */
function* eventsOf(item: OutputItem, output_index: number): Generator<{ event: { type: string }; isDelta?: true }> {
  const event = (type: string, fields: object) => ({ event: { type, output_index, ...fields } });
  const ids = { item_id: item.id };
  if (item.type === 'reasoning') {
    yield event('response.output_item.added', { item });
  } else if (item.type === 'function_call') {
    yield event('response.output_item.added', { item: { ...item, status: 'in_progress', arguments: '' } });
    yield { ...event('response.function_call_arguments.delta', { ...ids, delta: item.arguments }), isDelta: true };
    yield event('response.function_call_arguments.done', { ...ids, name: item.name, arguments: item.arguments });
  } else {
    const [part] = item.content;
    const at = { ...ids, content_index: 0 };
    yield event('response.output_item.added', { item: { ...item, status: 'in_progress', content: [] } });
    yield event('response.content_part.added', { ...at, part: { ...part, text: '' } });
    for (const delta of piecesOf(part?.text ?? '')) {
      yield { ...event('response.output_text.delta', { ...at, delta, logprobs: [] }), isDelta: true };
    }
    yield event('response.output_text.done', { ...at, text: part?.text, logprobs: [] });
    yield event('response.content_part.done', { ...at, part });
  }
  yield event('response.output_item.done', { item });
}

function piecesOf(text: string): string[] {
  const words = text.split(/(?<= )/);
  return Array.from({ length: Math.ceil(words.length / wordsPerDelta) }, (_, index) =>
    words.slice(index * wordsPerDelta, (index + 1) * wordsPerDelta).join(''),
  );
}

/** About four characters are a token. */
const tokensOf = (text: string): number => Math.ceil(text.length / 4);

function responseObject(request: ResponsesRequest, output: OutputItem[], nowMs: number) {
  const { model, instructions = null, tools, tool_choice, store, metadata, max_output_tokens = null } = request;
  const input = tokensOf(JSON.stringify(request.input)) + tokensOf(instructions ?? '');
  const made = tokensOf(JSON.stringify(output));
  const isCut = max_output_tokens !== null && made > max_output_tokens;
  return {
    id: newId('resp'),
    object: 'response',
    access_programs: null,
    created_at: Math.floor(nowMs / 1000),
    status: isCut ? 'incomplete' : 'completed',
    background: false,
    error: null as { code: string; message: string } | null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions,
    max_output_tokens,
    model,
    parallel_tool_calls: request.parallel_tool_calls,
    previous_response_id: null,
    reasoning: { effort: null, summary: null, ...request.reasoning },
    store,
    temperature: 1,
    text: request.text ?? { format: { type: 'text' } },
    tool_choice,
    tools,
    top_p: 1,
    truncation: 'disabled',
    metadata: metadata ?? {},
    output: isCut ? output.map(cut) : output,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: made,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + made,
    },
  };
}

/** An answer that was too long ends in the middle. */
function cut(item: OutputItem): OutputItem {
  if (item.type !== 'message') return item;
  const content = item.content.map((part) => ({ ...part, text: part.text.slice(0, part.text.length / 2) }));
  return { ...item, status: 'incomplete', content };
}

const failed = (whole: ReturnType<typeof responseObject>) => ({
  ...whole,
  status: 'failed',
  output: [],
  error: { code: 'server_error', message: 'The server had an error while processing your request.' },
});
