import * as z from 'zod';
import type { Remembered } from './brain-history.ts';
import { invalidRequest, Refusal } from './error-body.ts';
import { type JsonSchema, strictnessFault } from './json-answer.ts';
import { parameterError } from './parameter-error.ts';

const Tool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().nullish(),
  parameters: z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null),
  strict: z.boolean().nullish(),
});
export type FunctionTool = z.infer<typeof Tool>;

const parts = z.array(
  z.looseObject({ type: z.enum(['input_text', 'output_text', 'refusal']), text: z.string().optional() }),
);
const InputItem = z.union([
  z.looseObject({
    type: z.literal('message').optional(),
    role: z.enum(['user', 'assistant', 'system', 'developer']),
    content: z.union([z.string(), parts]),
  }),
  z.looseObject({ type: z.literal('function_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.looseObject({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string() }),
  z.looseObject({ type: z.literal('reasoning'), id: z.string().optional(), encrypted_content: z.string().nullish() }),
]);

/** What `POST /v1/responses` takes here; what the true peer takes besides is refused rather than passed over. */
export const ResponsesRequest = z.strictObject({
  model: z.string(),
  instructions: z.string().nullish(),
  input: z.union([z.string(), z.array(InputItem)]),
  tools: z.array(Tool).default([]),
  tool_choice: z
    .union([z.enum(['auto', 'none', 'required']), z.looseObject({ type: z.literal('function'), name: z.string() })])
    .default('auto'),
  parallel_tool_calls: z.boolean().default(true),
  text: z
    .strictObject({
      format: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({
            type: z.literal('json_schema'),
            name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
            description: z.string().optional(),
            strict: z.boolean().nullish(),
            schema: z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null),
          }),
        ])
        .optional(),
      verbosity: z.enum(['low', 'medium', 'high']).optional(),
    })
    .optional(),
  reasoning: z.looseObject({}).nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  store: z.boolean().default(true),
  stream: z.boolean().nullish(),
  include: z.array(z.string()).nullish(),
  safety_identifier: z.string().max(128).optional(),
  prompt_cache_key: z.string().optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
  service_tier: z.string().nullish(),
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;

/** Models that are gone, or are no text models. */
const missingModels = /^gpt-(3|4|realtime|audio|live)|^o\d/;

/** @throws Refusal as the true peer would refuse it */
export function readRequest(sent: unknown): ResponsesRequest {
  const parsed = ResponsesRequest.safeParse(sent);
  if (!parsed.success) throw new Refusal(400, parameterError(parsed.error, sent, ''));
  const request = parsed.data;
  if (missingModels.test(request.model)) {
    const text = `The model \`${request.model}\` does not exist or you do not have access to it.`;
    throw new Refusal(404, invalidRequest('model_not_found', text));
  }
  const format = request.text?.format;
  if (format?.type === 'json_schema' && format.strict) {
    const fault = strictnessFault(format.schema);
    const text = `Invalid schema for response_format '${format.name}': ${fault}`;
    if (fault) throw new Refusal(400, invalidRequest('invalid_json_schema', text, 'text.format.schema'));
  }
  for (const [index, tool] of request.tools.entries()) {
    const fault = tool.strict === false ? undefined : strictnessFault(tool.parameters);
    const text = `Invalid schema for function '${tool.name}': ${fault}`;
    if (fault)
      throw new Refusal(400, invalidRequest('invalid_function_parameters', text, `tools[${index}].parameters`));
  }
  checkPairs(request);
  return request;
}

/** Calls and outputs come in pairs; reasoning that was not stored comes with its content. */
function checkPairs({ input, store }: ResponsesRequest): void {
  if (typeof input === 'string') return;
  const called = new Set<string>();
  const answered = new Set<string>();
  for (const item of input) {
    if (item.type === 'function_call') called.add(item.call_id);
    if (item.type === 'function_call_output') {
      const text = `No tool call found for function call output with call_id ${item.call_id}.`;
      if (!called.has(item.call_id)) throw new Refusal(400, invalidRequest(null, text, 'input'));
      answered.add(item.call_id);
    }
    if (item.type === 'reasoning' && !store && !item.encrypted_content) {
      const text = `Item with id '${item.id}' not found. Items are not persisted when \`store\` is set to false.`;
      throw new Refusal(404, invalidRequest(null, text, 'input'));
    }
  }
  const open = [...called].find((id) => !answered.has(id));
  if (open) throw new Refusal(400, invalidRequest(null, `No tool output found for function call ${open}.`, 'input'));
}

/** The input as a conversation. */
export function conversationIn({ input }: ResponsesRequest): Remembered[] {
  if (typeof input === 'string') return [{ kind: 'said', by: 'caller', text: input }];
  return input.flatMap((item): Remembered[] => {
    if ('role' in item) {
      const { role, content } = item as Extract<typeof item, { role: unknown }>;
      const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join(' ');
      if (role === 'user') return [{ kind: 'said', by: 'caller', text }];
      return role === 'assistant' ? [{ kind: 'said', by: 'agent', text }] : [{ kind: 'note', text }];
    }
    switch (item.type) {
      case 'function_call':
        return [{ kind: 'called', callId: item.call_id, name: item.name, args: item.arguments }];
      case 'function_call_output':
        return [{ kind: 'answered', callId: item.call_id, output: item.output }];
      default:
        return [];
    }
  });
}
