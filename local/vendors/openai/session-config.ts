import * as z from 'zod';

const pcmu = z.strictObject({ type: z.literal('audio/pcmu') });
const Format = z.discriminatedUnion('type', [
  pcmu,
  z.strictObject({ type: z.literal('audio/pcma') }),
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000).default(24_000) }),
]);

const flags = { create_response: z.boolean().default(true), interrupt_response: z.boolean().default(true) };
const TurnDetection = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).default(300),
    silence_duration_ms: z.int().min(0).default(200),
    idle_timeout_ms: z.int().min(5_000).max(30_000).nullable().default(null),
    ...flags,
  }),
  z.strictObject({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
    ...flags,
  }),
]);

const Transcription = z.strictObject({
  model: z.string(),
  language: z.string().length(2).optional(),
  languages: z.array(z.string().length(2)).optional(),
  keywords: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  delay: z.string().optional(),
});

/** Without `strict`, which only text models know. */
export const RealtimeTool = z.strictObject({
  type: z.literal('function'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().optional(),
  parameters: z.looseObject({ type: z.literal('object') }).optional(),
});
export const ToolChoice = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
]);

const voices = ['alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'] as const;
export const Voice = z.union([z.enum(voices), z.strictObject({ id: z.string() })]);
export const MaxTokens = z.union([z.int().min(1).max(4_096), z.literal('inf')]);
export const Modalities = z.tuple([z.enum(['audio', 'text'])]);
export const Reasoning = z.strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']) });
export const OutputFormat = Format;

/** What `session.update` may carry, to the letter: an unknown key refuses the whole update, as the true peer does. */
export const SessionChange = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().optional(),
  output_modalities: Modalities.optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: Format.optional(),
          noise_reduction: z
            .strictObject({ type: z.enum(['near_field', 'far_field']), strength: z.number().optional() })
            .nullish(),
          transcription: Transcription.nullish(),
          turn_detection: TurnDetection.nullish(),
        })
        .optional(),
      output: z
        .strictObject({
          format: Format.optional(),
          voice: Voice.optional(),
          speed: z.number().min(0.25).max(1.5).optional(),
        })
        .optional(),
    })
    .optional(),
  tools: z.array(RealtimeTool).optional(),
  tool_choice: ToolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: Reasoning.optional(),
  max_output_tokens: MaxTokens.optional(),
  truncation: z
    .union([
      z.enum(['auto', 'disabled']),
      z.strictObject({
        type: z.literal('retention_ratio'),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().min(0) }).optional(),
      }),
    ])
    .optional(),
  tracing: z.union([z.literal('auto'), z.looseObject({})]).nullish(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).nullish(),
});
export type SessionChange = z.infer<typeof SessionChange>;

/** The whole configuration, as `session.updated` tells it. */
export interface SessionConfig extends Record<string, unknown> {
  object: 'realtime.session';
  id: string;
  type: 'realtime';
  model: string;
  expires_at: number;
  output_modalities: ['audio' | 'text'];
  instructions: string;
  tools: z.infer<typeof RealtimeTool>[];
  tool_choice: z.infer<typeof ToolChoice>;
  max_output_tokens: number | 'inf';
  audio: {
    input: {
      format: z.infer<typeof Format>;
      transcription: z.infer<typeof Transcription> | null;
      noise_reduction: unknown;
      turn_detection: z.infer<typeof TurnDetection> | null;
    };
    output: { format: z.infer<typeof Format>; voice: z.infer<typeof Voice>; speed: number };
  };
}

/** What a session is like before it is told otherwise: 24 kHz PCM, which on a telephone is noise. */
export const newConfig = (id: string, model: string, expiresAt: number): SessionConfig => ({
  object: 'realtime.session',
  id,
  type: 'realtime',
  model,
  expires_at: expiresAt,
  output_modalities: ['audio'],
  instructions: '(server default instructions)',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  truncation: 'auto',
  tracing: null,
  prompt: null,
  include: null,
  audio: {
    input: {
      format: { type: 'audio/pcm', rate: 24_000 },
      transcription: null,
      noise_reduction: null,
      turn_detection: TurnDetection.parse({ type: 'server_vad' }),
    },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 },
  },
});

/** Only what is given is changed; an object below the audio's two sides is replaced whole. */
export function changed(config: SessionConfig, { audio, ...rest }: SessionChange): SessionConfig {
  const given = <T extends object>(part: T | undefined) =>
    Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined));
  return {
    ...config,
    ...given(rest),
    audio: {
      input: { ...config.audio.input, ...given(audio?.input) },
      output: { ...config.audio.output, ...given(audio?.output) },
    },
  } as SessionConfig;
}
