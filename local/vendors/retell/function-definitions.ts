import { retellDefinition } from '#domain/conversations/tools/retell-definition.ts';
import { tools } from '#domain/conversations/tools/registry.ts';
import type { FunctionDefinition } from './call-function.ts';

/** The custom functions as an operator configures them at Retell: exactly what the product hands out for that. */
export const functionDefinitions = (apiUrl: string): FunctionDefinition[] =>
  tools.map((tool) => retellDefinition(tool, apiUrl));
