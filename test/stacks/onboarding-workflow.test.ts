import { StateMachine } from 'aws-local-stepfunctions';
import { createRequire } from 'node:module';
import { joiningSteps, leavingSteps } from '#domain/onboarding/onboarding.ts';
import { synthesize } from './synthesized.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];

const validate = createRequire(import.meta.url)('asl-validator') as (definition: Definition) => { isValid: boolean };

const app = await synthesize('prod');
const machine = app
  .resources('AWS::StepFunctions::StateMachine')
  .find(({ Properties }) => Properties.StateMachineName === 'frontdesk-prod-onboarding');
const address = 'arn:aws:lambda:eu-west-3:000000000000:function:$1';
const definition = JSON.parse(
  (app.resolve(machine?.Properties.DefinitionString) as string)
    .replaceAll('<Partition>', 'aws')
    .replace(/(\w+)Function[0-9A-F]{8}\.Arn/g, address),
) as Definition;
const tasks = Object.entries(definition.States).flatMap(([name, { Type }]) => (Type === 'Task' ? [name] : []));

class Refusal extends Error {
  override name = 'OnboardingRefused';
}

/** Runs it; a step answers what the test says, by default that it is done. Tells the steps in order. */
async function run(go: string, faults: Record<string, Error[]> = {}) {
  const seen: string[] = [];
  const undone: (string | undefined)[] = [];
  const work = async ({ step, failure }: { step: string; failure?: string }): Promise<never> => {
    seen.push(step);
    if (step === 'close-clinic') undone.push(failure);
    const fault = faults[step]?.shift();
    if (fault) throw fault;
    return { step } as never;
  };
  const execution = new StateMachine(definition, { validationOptions: { noValidate: true } }).run(
    { clinicId: 'a-clinic', go },
    {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(tasks.map((name) => [name, work as never])),
        retryIntervalOverrides: Object.fromEntries(tasks.map((name) => [name, 0])),
      },
    },
  );
  const ended = await execution.result.then(
    () => 'well',
    () => 'failed',
  );
  return { seen, undone, ended };
}

test('the definition is valid, and JSONPath throughout', () => {
  expect(validate(structuredClone(definition))).toMatchObject({ isValid: true });
  expect(JSON.stringify(definition)).not.toMatch(/QueryLanguage|JSONata|\{%/);
});

test('a clinic joins step by step, and leaves', async () => {
  expect(await run('join')).toMatchObject({ seen: [...joiningSteps], ended: 'well' });
  expect(await run('leave')).toMatchObject({ seen: [...leavingSteps], ended: 'well' });
  expect(await run('undo')).toMatchObject({ seen: [...leavingSteps], ended: 'well' });
});

test('a fault is tried again; a refusal is not, and undoes the rest', async () => {
  const flaky = await run('join', { 'get-numbers': [new Error('down'), new Error('down')] });
  expect(flaky.seen.filter((step) => step === 'get-numbers')).toHaveLength(3);
  expect(flaky.ended).toBe('well');
  const { seen, undone, ended } = await run('join', { 'get-numbers': [new Refusal('held')] });
  expect(seen).toEqual(['create-clinic', 'get-numbers', ...leavingSteps]);
  expect([undone, ended]).toEqual([['OnboardingRefused'], 'failed']);
});

test('whichever step fails for good, the clinic is closed and its number released; a welcome undoes nothing', async () => {
  for (const step of joiningSteps) {
    const { seen, ended } = await run('join', { [step]: Array.from({ length: 9 }, () => new Error('down')) });
    const isWelcome = step === 'send-welcome';
    expect([step, ended]).toEqual([step, isWelcome ? 'well' : 'failed']);
    expect(seen.slice(isWelcome ? -2 : -3)).toEqual(isWelcome ? ['send-welcome', 'test-ring'] : [...leavingSteps]);
  }
});
