import type { Listening, SpeechFunction, SpeechSetup } from '#domain/conversations/talk/speech/speech-model.ts';

/** What the telephone hears and speaks. Sent with every update that has `audio`: without it the vendor may go back to its own. */
const format = { type: 'audio/pcmu' } as const;

/** About 45 s of speech; nobody listens to more. */
const mostTokens = 1_024;

export interface UpdateModels {
  model: string;
  transcription: string;
}

/** The one update a session is set up with. Every value that matters is given: the vendor's defaults have changed before. */
export function sessionUpdate(setup: SpeechSetup, { model, transcription }: UpdateModels): object {
  return {
    type: 'session.update',
    session: {
      type: 'realtime',
      output_modalities: ['audio'],
      instructions: setup.instructions,
      audio: {
        input: {
          format,
          noise_reduction: null,
          transcription: transcriptionBy(transcription, setup),
          turn_detection: turnDetection(setup.turnDetection, setup.listening),
        },
        output: { format, voice: setup.voice, speed: 1 },
      },
      tools: setup.functions.map(realtimeTool),
      tool_choice: 'auto',
      // Only these models reason; the others refuse the whole update.
      ...(/^gpt-realtime-[2-9]/.test(model) && { parallel_tool_calls: false, reasoning: { effort: 'minimal' } }),
      max_output_tokens: mostTokens,
      truncation: { type: 'retention_ratio', retention_ratio: 0.8, token_limits: { post_instructions: 12_000 } },
      tracing: null,
    },
  };
}

/** Changes whether the model answers and stops, and nothing else. */
export function listeningUpdate(kind: SpeechSetup['turnDetection'], listening: Listening): object {
  return {
    type: 'session.update',
    session: {
      type: 'realtime',
      audio: { input: { format, turn_detection: turnDetection(kind, listening) }, output: { format } },
    },
  };
}

function turnDetection(kind: SpeechSetup['turnDetection'], { answers, stops }: Listening): object {
  const common = { create_response: answers, interrupt_response: stops };
  return kind === 'semantic_vad'
    ? { type: 'semantic_vad', eagerness: 'medium', ...common }
    : {
        type: 'server_vad',
        // Above the vendor's 0.5: lines hum, and a hum must not interrupt.
        threshold: 0.6,
        prefix_padding_ms: 300,
        silence_duration_ms: 500,
        // Silence is ours to notice: it counts from what was really heard.
        idle_timeout_ms: null,
        ...common,
      };
}

function transcriptionBy(model: string, { languages, keywords }: SpeechSetup): object {
  if (/^gpt-(live-)?transcribe/.test(model)) return { model, languages, keywords };
  return { model, ...(languages.length === 1 && { language: languages[0] }) };
}

/** Realtime sessions refuse `strict`. */
const realtimeTool = ({ name, description, parameters }: SpeechFunction): object => ({
  type: 'function',
  name,
  description,
  parameters: { type: 'object', ...parameters, additionalProperties: false },
});
