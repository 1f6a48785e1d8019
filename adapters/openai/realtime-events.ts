import * as z from 'zod';

const ItemPart = { response_id: z.string(), item_id: z.string() };
const Format = z.looseObject({ type: z.string() });

/** The part of a response's status that says why. */
const StatusDetails = z
  .object({
    reason: z.string().nullish(),
    error: z.object({ type: z.string().nullish(), code: z.string().nullish() }).nullish(),
  })
  .nullish();

const Session = z.object({
  audio: z.object({ input: z.object({ format: Format.nullish() }), output: z.object({ format: Format.nullish() }) }),
});

const FunctionCall = z.object({
  type: z.literal('function_call'),
  status: z.string().nullish(),
  name: z.string(),
  call_id: z.string(),
  arguments: z.string(),
});
export type FunctionCall = z.infer<typeof FunctionCall>;

/** Server events a call needs, with the fields it needs; everything else is passed over. */
export const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.created') }),
  z.object({ type: z.literal('session.updated'), session: Session }),
  z.object({
    type: z.literal('error'),
    error: z.object({
      type: z.string().nullish(),
      code: z.string().nullish(),
      param: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
  z.object({ type: z.literal('input_audio_buffer.speech_started') }),
  z.object({ type: z.literal('input_audio_buffer.speech_stopped') }),
  z.object({ type: z.literal('input_audio_buffer.committed'), item_id: z.string() }),
  z.object({
    type: z.literal('conversation.item.input_audio_transcription.completed'),
    item_id: z.string(),
    transcript: z.string(),
  }),
  z.object({ type: z.literal('conversation.item.input_audio_transcription.failed'), item_id: z.string() }),
  z.object({
    type: z.literal('conversation.item.added'),
    item: z.object({
      type: z.string(),
      role: z.string().nullish(),
      content: z.array(z.looseObject({ type: z.string() })).nullish(),
    }),
  }),
  z.object({
    type: z.literal('response.created'),
    response: z.object({ id: z.string(), metadata: z.record(z.string(), z.string()).nullish() }),
  }),
  z.object({
    type: z.literal('response.output_item.done'),
    response_id: z.string(),
    item: z.union([FunctionCall, z.object({ type: z.string() })]),
  }),
  z.object({
    type: z.literal('response.output_audio.delta'),
    ...ItemPart,
    output_index: z.int(),
    content_index: z.int(),
    delta: z.string(),
  }),
  z.object({ type: z.literal('response.output_audio.done'), ...ItemPart }),
  z.object({ type: z.literal('response.output_audio_transcript.delta'), ...ItemPart, delta: z.string() }),
  z.object({ type: z.literal('response.output_audio_transcript.done'), ...ItemPart, transcript: z.string() }),
  z.object({
    type: z.literal('response.done'),
    response: z.object({
      id: z.string(),
      status: z.enum(['completed', 'cancelled', 'failed', 'incomplete']),
      status_details: StatusDetails,
      output: z.array(z.union([FunctionCall, z.looseObject({ type: z.string() })])).default([]),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
]);
export type ServerEvent = z.infer<typeof ServerEvent>;

/** Most messages are of other types: they are passed over without being looked at. */
const types: ReadonlySet<unknown> = new Set(ServerEvent.options.map(({ shape }) => shape.type.value));

/** Reads a message; `undefined` for one that is nothing to us, or no JSON. */
export function readEvent(message: Buffer): ServerEvent | undefined {
  let value: { type?: unknown } | null;
  try {
    value = JSON.parse(message.toString('utf8')) as typeof value;
  } catch {
    return undefined; // A frame that is no JSON tells nothing and harms nobody.
  }
  return types.has(value?.type) ? ServerEvent.safeParse(value).data : undefined;
}

export const isFunctionCall = (item: { type: string }): item is FunctionCall => FunctionCall.safeParse(item).success;

/** Whether a session hears and speaks what the telephone does. */
export function isTelephone({ audio }: z.infer<typeof Session>): boolean {
  return audio.input.format?.type === 'audio/pcmu' && audio.output.format?.type === 'audio/pcmu';
}
