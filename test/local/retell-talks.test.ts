import { safeVariables } from '#domain/routing/ring-variables.ts';
import { scenarios } from '#local/scenarios/scenarios.ts';
import { wrongNumber } from '#local/scenarios/wrong-number.ts';
import { functionDefinitions } from '#local/vendors/retell/function-definitions.ts';
import { fill } from '#local/vendors/retell/placeholders.ts';
import { performTalk, type Stage } from '#local/vendors/retell/perform-talk.ts';
import { speak } from '#local/vendors/retell/speech.ts';
import { variables } from './retell-world.ts';

const now = Date.parse('2026-11-21T10:00:00Z');
/** Functions that answer with what the scenario hopes for, filling every variable their definition names. */
const benin = { language: 'fr', zone: 'Africa/Porto-Novo' };

const stage: Stage = {
  async callFunction(node, { toolCallId, extracted }) {
    const definition = functionDefinitions('http://api.example').find(({ name }) => name === node.call);
    if (!definition) throw new Error(`there is no function ${node.call}`);
    const variables = Object.keys(definition.response_variables ?? {}).map((name) => [name, `(${name})`]);
    return { toolCallId, args: { ...extracted }, result: '{}', variables: Object.fromEntries(variables), tookMs: 10 };
  },
  // What a caller knows of an earlier call is what its functions stored.
  anotherCall: async ({ another }) => (await performTalk(another, benin, variables, now, stage)).known,
};

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s says nothing in braces, whether the clinic is known or not',
  async (_, scenario) => {
    for (const given of [variables, { ...variables, language: 'en' }, safeVariables('+12025550199', now)]) {
      const { spokenInBraces, speech, collected, analysis } = await performTalk(scenario, benin, given, now, stage);
      if (!scenario.connects) continue;
      expect(spokenInBraces).toEqual([]);
      expect(JSON.stringify({ speech, collected, analysis })).not.toMatch(/\{\{|undefined/);
    }
  },
);

test('a talk is in the language of the call where the scenario has it', async () => {
  for (const [language, words] of [
    ['fr', 'tromper de numéro'],
    ['en-GB', 'wrong number'],
  ] as const) {
    const { speech } = await performTalk(wrongNumber, benin, { ...variables, language }, now, stage);
    expect(speech.transcript).toContain(words);
  }
});

test('blanks in the braces do not matter, an empty text is a value, an unset name keeps its braces', () => {
  const spoken = new Set<string>();
  expect(fill('{{ name }}|{{empty}}|{{nobody}}', { name: 'Awa', empty: '' }, spoken)).toBe('Awa||{{nobody}}');
  expect([...spoken]).toEqual(['nobody']);
});

test('whoever hangs up is not quoted with what was not said', () => {
  const script = [{ role: 'agent', text: 'Bonjour, vous êtes bien à la clinique du bord du lac.' }] as const;
  const whole = speak(script);
  const cut = speak(script, 1.5);
  expect(whole.transcript).toBe('Agent: Bonjour, vous êtes bien à la clinique du bord du lac.');
  expect(whole.transcript.startsWith(cut.transcript)).toBe(true);
  expect(cut.transcript.length).toBeLessThan(whole.transcript.length);
  expect(cut.durationMs).toBe(1_500);
});

test('French punctuation is no word of its own', () => {
  const { utterances } = speak([{ role: 'agent', text: 'Comment puis-je vous aider ?' }]);
  expect(utterances[0]?.words.map(({ word }) => word)).toEqual(['Comment', 'puis-je', 'vous', 'aider ?']);
});
