import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type Retell from 'retell-sdk';
import * as z from 'zod';
import { inputSchema } from '#domain/conversations/tools/input-schema.ts';
import { openAiFunction } from '#domain/conversations/tools/openai-schema.ts';
import { readArguments } from '#domain/conversations/tools/read-arguments.ts';
import { toolNamed, tools } from '#domain/conversations/tools/registry.ts';
import { retellDefinition } from '#domain/conversations/tools/retell-definition.ts';
import { languages } from '#domain/language.ts';

const apiUrl = 'https://api.example';

test('there are sixteen tools, each once', () => {
  expect(tools.map(({ name }) => name)).toEqual([
    'get_clinic_info',
    'list_providers',
    'list_appointment_types',
    'find_available_times',
    'hold_time',
    'book_appointment',
    'find_my_appointments',
    'reschedule_appointment',
    'cancel_appointment',
    'confirm_appointment',
    'verify_patient',
    'take_message',
    'join_waitlist',
    'report_emergency',
    'transfer_to_human',
    'end_call',
  ]);
  expect(toolNamed('book_appointment')?.effect).toBe('write');
  expect(toolNamed('drop_tables')).toBeUndefined();
});

describe.each(tools.map((tool) => [tool.name, tool] as const))('%s', (_, tool) => {
  test('is described in both languages, within what a model is given', () => {
    for (const language of languages) {
      expect(tool.description[language].length).toBeGreaterThan(30);
      expect(tool.description[language].length).toBeLessThanOrEqual(1_024);
    }
    expect(tool.budgetMs).toBeLessThanOrEqual(500);
    expect(tool.codes).toContain('OK');
  });

  test('takes no id, and describes what it takes', () => {
    const { properties, required } = inputSchema(tool);
    expect(required.every((name) => name in properties)).toBe(true);
    for (const [name, { description }] of Object.entries(properties)) {
      expect(name).not.toMatch(/(^|_)id$/);
      expect(description).toMatch(/\.$/);
      expect(description.length).toBeLessThan(160);
    }
  });

  test('is a strict function of OpenAI: all arguments required, what may be missing is null', () => {
    const { parameters, ...fn } = openAiFunction(tool, 'en');
    expect(fn).toEqual({ type: 'function', name: tool.name, description: tool.description.en, strict: true });
    const { type, properties, required, additionalProperties } = parameters;
    expect({ type, additionalProperties }).toEqual({ type: 'object', additionalProperties: false });
    expect([...required].sort()).toEqual(Object.keys(properties).sort());
    for (const property of Object.values(properties)) {
      expect(Object.keys(property).every((key) => ['type', 'description', 'enum'].includes(key))).toBe(true);
      if (property.enum && Array.isArray(property.type)) expect(property.enum).toContain(null);
    }
    // A model in strict mode passes null for everything it has no value for.
    const needed = inputSchema(tool).required;
    const nothing = Object.fromEntries(required.filter((name) => !needed.includes(name)).map((name) => [name, null]));
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile({
      ...parameters,
      required: Object.keys(nothing),
    });
    expect(validate(nothing)).toBe(true);
    const read = readArguments(tool, nothing);
    expect(read).toEqual(
      needed.length ? { outcome: 'missing', argument: expect.any(String) } : { outcome: 'read', args: {} },
    );
  });

  test('is a custom function of Retell, as its SDK types it', () => {
    const definition: Retell.ConversationFlowCreateParams.CustomTool = retellDefinition(tool, `${apiUrl}/`, 'fr');
    expect(definition).toMatchObject({
      type: 'custom',
      name: tool.name,
      tool_id: `tool_${tool.name}`,
      description: tool.description.fr,
      url: `https://api.example/api/functions/${tool.name}`,
      method: 'POST',
      args_at_root: false,
      max_retry: tool.effect === 'read' ? 1 : 0,
      response_variables: { [`${tool.name}_code`]: 'code', [`${tool.name}_say`]: 'say' },
    });
    expect(definition.name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(definition.timeout_ms).toBeGreaterThanOrEqual(2_000);
    const Parameters = z.object({
      type: z.literal('object'),
      properties: z.looseObject({
        clinic_id: z.object({ type: z.literal('string'), const: z.literal('{{clinic_id}}'), description: z.string() }),
      }),
      required: z.array(z.string()),
    });
    const { properties, required } = Parameters.parse(definition.parameters);
    expect(required.every((name) => name in properties)).toBe(true);
    expect(() => new Ajv2020({ strict: true }).compile(definition.parameters as object)).not.toThrow();
    for (const [variable, path] of Object.entries(definition.response_variables ?? {})) {
      expect(variable).toBe(`${tool.name}_${path}`);
      expect(['code', 'say', ...Object.keys(tool.answers)]).toContain(path);
    }
  });

  test('names no field like the code or the sentence, which stand beside them', () => {
    expect(Object.keys(tool.answers)).not.toEqual(expect.arrayContaining(['code']));
    expect(Object.keys(tool.answers)).not.toEqual(expect.arrayContaining(['say']));
  });
});

test('an agent stores as custom functions what the conversation flow takes as tools', () => {
  const flowTools: Retell.ConversationFlowCreateParams['tools'] = tools.map((tool) => retellDefinition(tool, apiUrl));
  expect(flowTools).toHaveLength(16);
});

test('the definition of booking, to the letter', () => {
  const { parameters } = retellDefinition(toolNamed('book_appointment')!, apiUrl);
  expect(parameters.required).toEqual(['clinic_id', 'patient_name']);
  expect(parameters.properties.existing_appointment).toEqual({
    type: 'string',
    description: 'Only after CHANGE_TO_CONFIRM, with the caller’s answer: move the earlier booking, or keep both.',
    enum: ['replace', 'keep_both'],
  });
  expect(parameters.properties.date).toEqual({ type: 'string', description: 'Day wanted, written YYYY-MM-DD.' });
});

test('the page of the tools is current: npm run docs:tools', async () => {
  const { toolsPage } = await import('../../../bin/tools-page/render-tools-page.ts');
  expect(readFileSync(new URL('../../../docs/tools.md', import.meta.url), 'utf8')).toBe(toolsPage());
});
