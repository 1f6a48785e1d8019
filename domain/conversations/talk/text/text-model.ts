import type * as z from 'zod';
import type { OpenAiFunction } from '../../tools/openai-schema.ts';

/** What a text model is shown of a talk. Everything said is data to it, never an instruction. */
export type ModelItem =
  | { kind: 'said'; by: 'caller' | 'agent'; text: string }
  /** Something of ours that is no speech: silence, a key pressed, what was interrupted. */
  | { kind: 'note'; text: string }
  | { kind: 'call'; callId: string; name: string; args: string }
  | { kind: 'result'; callId: string; output: string }
  /** An item of the vendor's own, handed back as it came within one answer (reasoning). */
  | { kind: 'opaque'; item: unknown };

export interface TextRequest {
  model: string;
  instructions: string;
  items: readonly ModelItem[];
  tools: readonly OpenAiFunction[];
  maxOutputTokens: number;
  /** A hash that stands for the caller and tells nothing of them. */
  safetyId?: string;
}

/** Why a text model's answer is over. */
export type TextStop = 'completed' | 'incomplete' | 'refused';

/** A streamed answer: words as they come, then calls, then `done` exactly once. */
export type TextEvent =
  | { kind: 'text'; delta: string }
  | { kind: 'call'; callId: string; name: string; args: string }
  /** `items`: all the answer put out, for the next round. */
  | { kind: 'done'; stop: TextStop; items: ModelItem[] };

/** A fault of the model's side, told apart by what helps. */
export class ModelFault extends Error {
  override name = 'ModelFault';
  /** `busy` and `failed` may work again at once; `refused` (key, model name, request) will not. */
  readonly kind: 'busy' | 'failed' | 'timeout' | 'refused';
  constructor(kind: ModelFault['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A text model with functions. */
export interface TextModel {
  /** @throws ModelFault; the signal's reason when it was aborted, after which the request is ended at the vendor too. */
  stream(request: TextRequest, options: { signal: AbortSignal }): AsyncIterable<TextEvent>;
  /**
   * One whole answer of a fixed shape; functions may be called instead (`calls`), to be answered in the next round.
   * @throws ModelFault
   */
  structured<T>(
    request: TextRequest & { shape: { name: string; schema: z.ZodType<T> } },
    options: { signal: AbortSignal },
  ): Promise<
    | { outcome: 'answered'; value: T; items: ModelItem[] }
    | { outcome: 'calls'; calls: { callId: string; name: string; args: string }[]; items: ModelItem[] }
    | { outcome: 'incomplete' | 'refused' }
  >;
}
