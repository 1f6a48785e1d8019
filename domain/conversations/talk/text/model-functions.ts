import type { Language } from '../../../language.ts';
import type { InputSchema } from '../../tools/input-schema.ts';
import { type OpenAiFunction, openAiFunction } from '../../tools/openai-schema.ts';
import type { Tool } from '../../tools/tool.ts';
import { promptWords } from '../prompt/words.ts';

/** The one function of a receptionist that is no tool of the clinic's. */
export const askSupervisorName = 'ask_supervisor';

/**
 * How the receptionist's model is told of the one behind it. Asked to say something meanwhile it would say it at every
 * turn: fillers are ours.
 */
export function askSupervisorFunction(language: Language): {
  name: string;
  description: string;
  parameters: InputSchema;
} {
  const { description, request } = promptWords[language].askSupervisor;
  const parameters = {
    properties: { request: { type: 'string' as const, description: request } },
    required: ['request'],
  };
  return { name: askSupervisorName, description, parameters };
}

function strictly({ parameters, ...told }: ReturnType<typeof askSupervisorFunction>): OpenAiFunction {
  return {
    type: 'function',
    ...told,
    strict: true,
    parameters: { type: 'object', ...parameters, additionalProperties: false },
  };
}

/** Turning a schema into one that models read costs more than the rest of a request, and tools never change. */
const made = new WeakMap<readonly Tool[], Partial<Record<Language, readonly OpenAiFunction[]>>>();

/** Tools as the functions of a text model. The list is the same object each time. */
export function modelFunctions(tools: readonly Tool[], language: Language): readonly OpenAiFunction[] {
  const known = made.get(tools) ?? {};
  made.set(tools, known);
  return (known[language] ??= tools.map((tool) => openAiFunction(tool, language)));
}

const asking = new WeakMap<readonly OpenAiFunction[], readonly OpenAiFunction[]>();

/** The same with the way to the supervisor before them. */
export function receptionistFunctions(tools: readonly Tool[], language: Language): readonly OpenAiFunction[] {
  const light = modelFunctions(tools, language);
  const known = asking.get(light) ?? [strictly(askSupervisorFunction(language)), ...light];
  asking.set(light, known);
  return known;
}
