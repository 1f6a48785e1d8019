import * as z from 'zod';

/** The custom LLM's answer to a request, or words of its own accord. Types are strict: `"true"` is no boolean. */
const spoken = {
  content: z.string(),
  content_complete: z.boolean(),
  no_interruption_allowed: z.boolean().optional(),
  end_call: z.boolean().optional(),
  transfer_number: z.string().optional(),
  show_transferee_as_caller: z.boolean().optional(),
  digit_to_press: z.string().optional(),
};

/** Everything our side may send on the socket of a custom LLM. A frame without a type is taken for a response. */
const LlmReply = z.preprocess(
  (frame) => (isObject(frame) && frame.response_type === undefined ? { ...frame, response_type: 'response' } : frame),
  z.discriminatedUnion('response_type', [
    z.object({
      response_type: z.literal('config'),
      config: z.object({
        auto_reconnect: z.boolean().optional(),
        call_details: z.boolean().optional(),
        transcript_with_tool_calls: z.boolean().optional(),
      }),
    }),
    z.object({ response_type: z.literal('ping_pong'), timestamp: z.number() }),
    z.object({ response_type: z.literal('response'), response_id: z.int(), ...spoken }),
    z.object({ response_type: z.literal('agent_interrupt'), interrupt_id: z.int(), ...spoken }),
    z.object({
      response_type: z.literal('tool_call_invocation'),
      tool_call_id: z.string(),
      name: z.string(),
      arguments: z.string(),
    }),
    z.object({
      response_type: z.literal('tool_call_result'),
      tool_call_id: z.string(),
      content: z.string(),
      successful: z.boolean().optional(),
    }),
    z.object({
      response_type: z.literal('update_agent'),
      agent_config: z.object({
        responsiveness: z.number().min(0).max(1).optional(),
        interruption_sensitivity: z.number().min(0).max(1).optional(),
        reminder_trigger_ms: z.number().positive().optional(),
        reminder_max_count: z.int().min(0).optional(),
      }),
    }),
    z.object({ response_type: z.literal('metadata'), metadata: z.unknown() }),
  ]),
);
export type LlmReply = z.infer<typeof LlmReply>;
export type SpokenReply = Extract<LlmReply, { response_type: 'response' | 'agent_interrupt' }>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns what is wrong with a frame Retell passes over in silence */
export function readLlmReply(text: string): LlmReply | { problem: string } {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = LlmReply.safeParse(frame);
  return parsed.success ? parsed.data : { problem: z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ') };
}
