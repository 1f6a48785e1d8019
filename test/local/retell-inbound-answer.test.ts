import { readFileSync } from 'node:fs';
import { readInboundAnswer } from '#local/vendors/retell/inbound-answer.ts';

const sample = (name: string) => readFileSync(`test/fixtures/retell/inbound-call_inbound-${name}.json`, 'utf8');
const answer = (fields: object, beside: object = {}) =>
  readInboundAnswer(JSON.stringify({ ...beside, call_inbound: fields }));

test('the documented answers are understood', () => {
  expect(readInboundAnswer(sample('response'))).toMatchObject({
    kind: 'accepted',
    overrideAgentId: 'agent_5f0c2d7e9b1a4c63d8e2f70a11',
    overrideAgentVersion: 3,
    variables: { clinic_name: 'Clinique Bénin' },
    metadata: { clinic_id: 'cln_benin_01' },
    agentOverride: { agent: { language: 'fr-FR' } },
    warnings: [],
  });
  expect(readInboundAnswer(sample('response-passthrough'))).toEqual({ kind: 'accepted', warnings: [] });
  expect(readInboundAnswer(sample('response-reject'))).toEqual({ kind: 'rejected' });
});

test('only the literal true rejects', () => {
  expect(answer({ reject: true, override_agent_id: 'agent_a' })).toEqual({ kind: 'rejected' });
  for (const reject of ['true', 1, {}, null]) {
    expect(answer({ reject })).toMatchObject({
      kind: 'accepted',
      warnings: ['reject is not the literal true and rejects nothing'],
    });
  }
  expect(answer({ reject: false })).toMatchObject({ kind: 'accepted', warnings: [] });
});

test.each([
  [{ dynamic_variables: { doctors: 3, name: 'x', open: true } }, 'dynamic variables that are not text: doctors, open'],
  [{ dynamic_variables: { name: null } }, 'dynamic variables that are not text: name'],
  [{ dynamic_variables: ['x'] }, 'dynamic_variables is not an object'],
  [{ metadata: 'clinic', reject: true }, 'metadata is not an object'],
])('%j voids the whole answer', (fields, problem) => {
  expect(answer(fields)).toEqual({ kind: 'unusable', problem });
});

test.each([['not json'], ['[]'], ['{"call_inbound":"x"}'], ['']])('%s is no answer at all', (text) => {
  expect(readInboundAnswer(text)).toMatchObject({ kind: 'unusable' });
});

test('what Retell passes over in silence is called out', () => {
  expect(answer({}, { agent_id: 'agent_a', retell_llm_dynamic_variables: {} })).toMatchObject({
    variables: undefined,
    warnings: [
      'agent_id stands beside call_inbound, where nothing reads it',
      'retell_llm_dynamic_variables stands beside call_inbound, where nothing reads it',
    ],
  });
  expect(answer({ override_agent_id: 7, dynamic_variables: { current_time_Africa: 'x' } })).toMatchObject({
    overrideAgentId: undefined,
    warnings: [
      "the variable current_time_Africa is one of Retell's own",
      'override_agent_id is of the wrong type and is ignored',
    ],
  });
});
