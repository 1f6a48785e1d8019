import type { Language } from '../../language.ts';
import { type ArgumentSchema, inputSchema } from './input-schema.ts';
import type { Tool } from './tool.ts';

/** In strict mode every argument is given, and one that there is no value for is null. */
export interface StrictArgument extends Omit<ArgumentSchema, 'type' | 'enum'> {
  type: ArgumentSchema['type'] | [ArgumentSchema['type'], 'null'];
  enum?: (string | null)[];
}

/** A function as OpenAI's Responses API takes it. Realtime sessions know no `strict` and take the rest. */
export interface OpenAiFunction {
  type: 'function';
  name: string;
  description: string;
  strict: true;
  parameters: {
    type: 'object';
    properties: Record<string, StrictArgument>;
    required: string[];
    additionalProperties: false;
  };
}

/** A tool as a function of an OpenAI model, described in the language its instructions are in. */
export function openAiFunction(tool: Tool, language: Language): OpenAiFunction {
  const { properties, required } = inputSchema(tool);
  const strict = Object.entries(properties).map(([name, argument]): [string, StrictArgument] => [
    name,
    required.includes(name) ? argument : orNull(argument),
  ]);
  return {
    type: 'function',
    name: tool.name,
    description: tool.description[language],
    strict: true,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(strict),
      required: Object.keys(properties),
      additionalProperties: false,
    },
  };
}

const orNull = ({ type, enum: words, ...rest }: ArgumentSchema): StrictArgument => ({
  ...rest,
  type: [type, 'null'],
  ...(words && { enum: [...words, null] }),
});
