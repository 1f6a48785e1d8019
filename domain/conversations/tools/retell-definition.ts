import type { Language } from '../../language.ts';
import { inputSchema } from './input-schema.ts';
import type { Tool } from './tool.ts';

/** A custom function as Retell stores it with an agent or a conversation flow. */
export interface RetellFunction {
  type: 'custom';
  name: string;
  /** Function nodes of a flow refer to it. */
  tool_id: string;
  description: string;
  url: string;
  method: 'POST';
  args_at_root: false;
  parameter_type: 'json';
  parameters: {
    type: 'object';
    properties: Record<string, { type: string; description: string; enum?: string[]; const?: string }>;
    required: string[];
  };
  timeout_ms: number;
  max_retry: 0 | 1;
  speak_during_execution: boolean;
  speak_after_execution: boolean;
  response_variables: Record<string, string>;
}

/** We answer within two seconds; the rest is for the way there and back and a cold start. */
const timeoutMs = 5_000;

/**
 * A tool as a custom function of Retell. Its constant names the clinic the call rang at: filled in by Retell, never by
 * the model, and no more than a hint, for the clinic is that of the signed call. Only what writes nothing is tried
 * again. Each field of the answer becomes a variable: `book_appointment_code`, `book_appointment_say`, …
 *
 * @param apiUrl where the API answers, such as `https://api.example`
 */
export function retellDefinition(tool: Tool, apiUrl: string, language: Language = 'fr'): RetellFunction {
  const { properties, required } = inputSchema(tool);
  const answered = ['code', 'say', ...Object.keys(tool.answers)];
  return {
    type: 'custom',
    name: tool.name,
    tool_id: `tool_${tool.name}`,
    description: tool.description[language],
    url: `${apiUrl.replace(/\/+$/, '')}/api/functions/${tool.name}`,
    method: 'POST',
    // Without the call around them arguments belong to nobody.
    args_at_root: false,
    parameter_type: 'json',
    parameters: {
      type: 'object',
      properties: {
        clinic_id: { type: 'string', description: 'The clinic that was called.', const: '{{clinic_id}}' },
        ...properties,
      },
      required: ['clinic_id', ...required],
    },
    timeout_ms: timeoutMs,
    max_retry: tool.effect === 'read' ? 1 : 0,
    speak_during_execution: false,
    speak_after_execution: true,
    response_variables: Object.fromEntries(answered.map((field) => [`${tool.name}_${field}`, field])),
  };
}
