import { readFileSync } from 'node:fs';
import { flowPage } from '../../bin/flow-page/render-flow-page.ts';
import { flowFaults, flowWays } from '#adapters/retell/master-flow/flow-ways.ts';
import { masterFlow } from '#adapters/retell/master-flow/master-flow.ts';
import { safeVariables } from '#domain/routing/ring-variables.ts';
import { tools } from '#domain/conversations/tools/registry.ts';
import { languages } from '#domain/language.ts';

const flow = masterFlow('https://api.example.test');
const node = (id: string) => flow.nodes.find((one) => one.id === id);

test('no caller is stranded: every way leads somewhere, every node is reached, every variable has a default', () => {
  expect(flowFaults(flow)).toEqual([]);
});

test('the check sees a way to nowhere, a node nobody reaches, a function and a variable that are not there', () => {
  const faults = flowFaults({
    start_node_id: 'a',
    tools: [],
    default_dynamic_variables: {},
    nodes: [
      {
        id: 'a',
        type: 'conversation',
        instruction: { type: 'static_text', text: '{{nobody}}' },
        skip_response_edge: {
          id: 'e',
          destination_node_id: 'nowhere',
          transition_condition: { type: 'prompt', prompt: 'Skip response' },
        },
      },
      { id: 'b', type: 'function', tool_id: 'tool_gone', tool_type: 'local', wait_for_result: true },
    ],
  });
  expect(faults).toEqual([
    'a leads to nowhere (Skip response)',
    'b is never reached',
    'b calls a function that is not there',
    'b leads nowhere',
    '{{nobody}} has no default',
  ]);
});

test('each tool is called in each language, and a failure of each leads on', () => {
  for (const language of languages) {
    for (const { name } of tools) {
      const called = flow.nodes.filter(
        (one) => one.id.startsWith(`${language}_`) && one.type === 'function' && one.tool_id === `tool_${name}`,
      );
      expect([name, called.length]).toEqual([name, Math.max(1, called.length)]);
      for (const one of called) expect('else_edge' in one && one.else_edge?.destination_node_id).toBeTruthy();
    }
  }
});

test('the codes the flow waits for are codes its tools answer', () => {
  const codesOf = new Map(tools.map((tool) => [tool.name, tool]));
  const everyTool = new Set(['EMERGENCY_ACTIVE', 'EMERGENCY_TO_CONFIRM', 'RETRY_LATER']);
  for (const { when } of flowWays(flow)) {
    const [, name, code] = /^\{\{([a-z_]+)_code\}\} == ([A-Z_]+)$/.exec(when) ?? [];
    if (!name || !code || everyTool.has(code)) continue;
    expect([name, codesOf.get(name)?.codes.includes(code as never)]).toEqual([name, true]);
  }
});

test('both languages are the same talk', () => {
  const half = (language: string) =>
    flow.nodes.filter(({ id }) => id.startsWith(`${language}_`)).map(({ id, type }) => [id.slice(3), type]);
  expect(half('fr')).toEqual(half('en'));
  expect(half('fr').length).toBeGreaterThan(40);
});

test('an emergency is heard from anywhere, and what was said of it cannot be cut off', () => {
  for (const language of languages) {
    expect(node(`${language}_emergency_tool`)).toHaveProperty('global_node_setting.condition');
    expect(node(`${language}_emergency_said`)).toMatchObject({ interruption_sensitivity: 0 });
  }
});

test('every variable of a ring has a default, and the defaults name no clinic', () => {
  const defaults = flow.default_dynamic_variables ?? {};
  for (const name of Object.keys(safeVariables('+12025550142', 0))) expect(defaults).toHaveProperty(name);
  expect(defaults.clinic_id).toBe('');
});

test('the picture in the docs is the flow', () => {
  expect(readFileSync(new URL('../../docs/master-agent.md', import.meta.url), 'utf8')).toBe(flowPage());
});
