import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import type { Response, ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import type * as z from 'zod';
import {
  ModelFault,
  type ModelItem,
  type TextModel,
  type TextRequest,
} from '#domain/conversations/talk/text/text-model.ts';
import { faultOfCode } from './model-fault.ts';
import { callItem, inputItem, isRefusal, isWholeCall, outputItem, textOf } from './response-items.ts';
import { patience } from './patience.ts';

export interface TextModelOptions {
  /** Read for each use, so that a rotated key is taken up. */
  apiKey: () => Promise<string>;
  /** Such as `https://api.openai.com/v1`. */
  baseUrl: string;
  /**
   * How long a stream may be silent, before its first word too, and how long a whole answer may take with its one
   * retry.
   */
  timeoutMs?: number;
}

/** A caller hears nothing meanwhile; the engine gives up on the same order. */
const usualTimeoutMs = 8_000;

/**
 * OpenAI's text models, by the Responses API. Nothing is stored there. A stream is asked for once: whether to ask again
 * is for whoever holds the line.
 */
export function createTextModel({ apiKey, baseUrl, timeoutMs = usualTimeoutMs }: TextModelOptions): TextModel {
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    timeout: timeoutMs,
    maxRetries: 0,
    // What is sent and answered is what patients said.
    logLevel: 'off',
    organization: null,
    project: null,
    webhookSecret: null,
  });

  return {
    async *stream(request, { signal }) {
      const patient = patience(timeoutMs, signal);
      try {
        const events = await client.responses.create({ ...body(request), stream: true }, { signal: patient.signal });
        let response: Response | undefined;
        for await (const event of events) {
          patient.renew();
          if (event.type === 'response.output_text.delta') yield { kind: 'text', delta: event.delta };
          if (event.type === 'response.failed') throw faultOfCode(event.response.error?.code);
          if (event.type === 'response.completed' || event.type === 'response.incomplete') response = event.response;
        }
        if (!response) throw new ModelFault('failed', 'OpenAI’s stream ended before its answer did');
        const { output } = response;
        const stop = response.status === 'incomplete' ? 'incomplete' : isRefusal(output) ? 'refused' : 'completed';
        if (stop === 'completed') yield* output.filter(isWholeCall).map(callItem);
        yield { kind: 'done', stop, items: output.map(outputItem) };
      } catch (error) {
        throw patient.faultOf(error);
      } finally {
        // Whoever stops listening ends the request too.
        patient.end();
      }
    },

    async structured({ shape, ...request }, { signal }) {
      const patient = patience(timeoutMs, signal);
      try {
        const text = { format: formatOf(shape) };
        const response = await client.responses.create(
          { ...body(request), text },
          { signal: patient.signal, maxRetries: 1 },
        );
        return answered(response, shape.schema);
      } catch (error) {
        throw patient.faultOf(error);
      } finally {
        patient.end();
      }
    },
  };
}

function body({ model, instructions, items, tools, maxOutputTokens, safetyId }: TextRequest) {
  return {
    model,
    instructions,
    input: items.map(inputItem),
    // One after the other: the second may depend on what the first did.
    ...(tools.length > 0 && { tools: [...tools] as OpenAI.Responses.FunctionTool[], parallel_tool_calls: false }),
    max_output_tokens: maxOutputTokens,
    // Somebody waits on the line.
    reasoning: { effort: 'low' },
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(safetyId !== undefined && { safety_identifier: safetyId }),
  } satisfies ResponseCreateParamsNonStreaming;
}

function answered<T>(response: Response, schema: z.ZodType<T>) {
  const { output } = response;
  if (response.status === 'failed') throw faultOfCode(response.error?.code);
  if (isRefusal(output)) return { outcome: 'refused' as const };
  if (response.status !== 'completed') return { outcome: 'incomplete' as const };
  const items: ModelItem[] = output.map(outputItem);
  const calls = output.filter(isWholeCall).map(callItem);
  if (calls.length > 0) return { outcome: 'calls' as const, calls: calls.map(({ kind: _, ...call }) => call), items };
  const parsed = schema.safeParse(json(textOf(output)));
  // The cause would hold the words of a caller.
  if (!parsed.success) throw new ModelFault('failed', 'OpenAI’s answer does not have the shape that was asked for');
  return { outcome: 'answered' as const, value: parsed.data, items };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Told as an answer of the wrong shape.
  }
}

/** Building a format costs more than using it. */
const formats = new WeakMap<z.ZodType, ReturnType<typeof zodTextFormat>>();
function formatOf({ name, schema }: { name: string; schema: z.ZodType }) {
  let format = formats.get(schema);
  if (!format) formats.set(schema, (format = zodTextFormat(schema, name)));
  return format;
}
