import type { SpeechModels } from '#domain/conversations/talk/speech/speech-model.ts';
import { createRealtimePool, type PoolOptions } from './realtime-pool.ts';
import { openRealtimeSession } from './realtime-session.ts';

export interface SpeechModelOptions extends Omit<PoolOptions, 'models'> {
  /** Names of the models, by whom they speak for. */
  models: { single: string; receptionist: string };
  transcriptionModel: string;
}

/** Speech models of OpenAI, with sockets to them kept open ahead. */
export interface OpenAiSpeechModels extends SpeechModels {
  start(): void;
  stop(): void;
}

export function createSpeechModels({ models, transcriptionModel, ...options }: SpeechModelOptions): OpenAiSpeechModels {
  const pool = createRealtimePool({ ...options, models: [...new Set(Object.values(models))] });
  return {
    start: () => pool.start(),
    stop: () => pool.stop(),
    async open(setup, handlers, { signal }) {
      const model = models[setup.role];
      const socket = await pool.take(model, signal);
      return openRealtimeSession(socket, setup, handlers, {
        models: { model, transcription: transcriptionModel },
        signal,
      });
    },
  };
}
