import * as z from 'zod';
import { MaxTokens, Modalities, OutputFormat, RealtimeTool, Reasoning, ToolChoice, Voice } from './session-config.ts';

const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string() });
const outputText = z.strictObject({ type: z.literal('output_text'), text: z.string() });
const itemHead = {
  id: z.string().max(64).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.string().optional(),
};

/** Items a client may add. */
export const NewItem = z.union([
  z.discriminatedUnion('role', [
    z.strictObject({
      ...itemHead,
      type: z.literal('message'),
      role: z.literal('user'),
      content: z.array(inputText).length(1),
    }),
    z.strictObject({
      ...itemHead,
      type: z.literal('message'),
      role: z.literal('system'),
      content: z.array(inputText).length(1),
    }),
    z.strictObject({
      ...itemHead,
      type: z.literal('message'),
      role: z.literal('assistant'),
      content: z.array(outputText).length(1),
    }),
  ]),
  z.strictObject({
    ...itemHead,
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    ...itemHead,
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.string(),
  }),
]);
export type NewItem = z.infer<typeof NewItem>;

/** What a single response may be asked to be like. */
export const ResponseParams = z.strictObject({
  conversation: z.enum(['auto', 'none']).optional(),
  input: z.array(z.union([z.strictObject({ type: z.literal('item_reference'), id: z.string() }), NewItem])).optional(),
  instructions: z.string().optional(),
  output_modalities: Modalities.optional(),
  audio: z
    .strictObject({ output: z.strictObject({ format: OutputFormat.optional(), voice: Voice.optional() }).optional() })
    .optional(),
  tools: z.array(RealtimeTool).optional(),
  tool_choice: ToolChoice.optional(),
  max_output_tokens: MaxTokens.optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: Reasoning.optional(),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, 'at most 16 pairs')
    .nullish(),
});
export type ResponseParams = z.infer<typeof ResponseParams>;

const event_id = z.string().max(512).optional();
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), event_id, ...shape });

/** Every event a client may send; `session` and `item` are looked at on their own. */
export const ClientEvent = z.discriminatedUnion('type', [
  event('session.update', { session: z.unknown() }),
  event('input_audio_buffer.append', { audio: z.base64() }),
  event('input_audio_buffer.commit', {}),
  event('input_audio_buffer.clear', {}),
  event('conversation.item.create', { item: z.unknown(), previous_item_id: z.string().nullish() }),
  event('conversation.item.truncate', {
    item_id: z.string(),
    content_index: z.literal(0),
    audio_end_ms: z.int().min(0),
  }),
  event('conversation.item.delete', { item_id: z.string() }),
  event('conversation.item.retrieve', { item_id: z.string() }),
  event('response.create', { response: ResponseParams.optional() }),
  event('response.cancel', { response_id: z.string().optional() }),
]);
export type ClientEvent = z.infer<typeof ClientEvent>;
