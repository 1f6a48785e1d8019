import { randomBytes } from 'node:crypto';
import type Retell from 'retell-sdk';
import type { CallObject } from './call-object.ts';
import { deliver, type DeliveryHabits } from './delivery.ts';
import { fill } from './placeholders.ts';

/** A custom function as it is configured at Retell. */
export type FunctionDefinition = Retell.ConversationFlowCreateParams.CustomTool;

export interface FunctionAnswer {
  toolCallId: string;
  args: Record<string, unknown>;
  /** What the model gets; absent when every attempt failed. */
  result?: string;
  /** What the flow stores; nothing after a failure, so that variables keep their former values. */
  variables: Record<string, string>;
  code?: string;
  say?: string;
  error?: string;
  tookMs: number;
}

/** Retell cuts what a model gets of an answer here. */
const longestResult = 15_000;
/** Where the definition names no other. */
const usualTimeoutMs = 120_000;

export const newToolCallId = (): string => `tool_call_${randomBytes(6).toString('hex')}`;

/**
 * Calls one of our functions as a function node does: constants filled in from the variables of the call, the whole call
 * object beside the arguments, signed at each attempt, as many attempts as the definition says.
 */
export async function callFunction(
  definition: FunctionDefinition,
  { toolCallId, extracted, variables }: { toolCallId: string; extracted: object; variables: Record<string, string> },
  call: CallObject,
  { apiKey, habits }: { apiKey: string; habits: DeliveryHabits },
): Promise<FunctionAnswer> {
  const args = { ...extracted, ...constants(definition, variables) };
  const errors: string[] = [];
  const delivered = await deliver(
    {
      url: fill(definition.url, variables, new Set()),
      body: JSON.stringify(definition.args_at_root ? args : { name: definition.name, call, args }),
      apiKey,
    },
    {
      ...habits,
      attemptTimeoutMs: definition.timeout_ms ?? usualTimeoutMs,
      retryDelaysMs: Array.from({ length: definition.max_retry ?? 0 }, (_, attempt) => 500 * 2 ** attempt),
    },
    ({ status, error }) => errors.push(error ?? String(status)),
  );
  if (!delivered) return { toolCallId, args, variables: {}, error: errors.at(-1), tookMs: 0 };
  const result = delivered.text.slice(0, longestResult);
  const body = asObject(result);
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    toolCallId,
    args,
    result,
    variables: stored(definition, body),
    code: text(body?.code),
    say: text(body?.say),
    ...(!body && { error: 'the answer is not a JSON object' }),
    tookMs: delivered.attempt.tookMs,
  };
}

/** Properties the model never fills: `const` with the variables of the call. One that is not set stays in its braces. */
function constants(definition: FunctionDefinition, variables: Record<string, string>): Record<string, unknown> {
  const properties = Object.entries(definition.parameters?.properties ?? {}) as [string, { const?: unknown }][];
  return Object.fromEntries(
    properties
      .filter(([, property]) => property.const !== undefined)
      .map(([name, property]) => [
        name,
        typeof property.const === 'string' ? fill(property.const, variables, new Set()) : property.const,
      ]),
  );
}

/** Variables from the answer by dotted path, as text. A path that is not there leaves its variable as it was. */
function stored({ response_variables: paths = {} }: FunctionDefinition, body: Record<string, unknown> | undefined) {
  const variables: Record<string, string> = {};
  for (const [name, path] of Object.entries(paths)) {
    const value = path.split('.').reduce<unknown>((inner, key) => asRecord(inner)?.[key], body);
    if (value !== undefined && value !== null)
      variables[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return variables;
}

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return undefined; // Told as an error of the answer.
  }
}
