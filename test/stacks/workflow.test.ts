import { type ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import { createRequire } from 'node:module';
import { synthesize } from './synthesized.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];
type State = Record<string, never> & { Type: string; TimeoutSeconds?: number; Retry?: unknown[] };

const validate = createRequire(import.meta.url)('asl-validator') as (definition: Definition) => {
  isValid: boolean;
  errors: unknown[];
};

const app = await synthesize('prod');

function readDefinition(): Definition {
  const machine = app
    .resources('AWS::StepFunctions::StateMachine')
    .find(({ Properties }) => Properties.StateMachineName === 'frontdesk-prod-post-call');
  const text: string = app.resolve(machine?.Properties.DefinitionString);
  // References are names by now; the validator wants addresses.
  const address = 'arn:aws:lambda:eu-west-3:000000000000:function:$1';
  return JSON.parse(text.replaceAll('<Partition>', 'aws').replace(/(\w+)Function[0-9A-F]{8}\.Arn/g, address));
}

const definition = readDefinition();
const call = { clinicId: 'a-clinic', conversationId: 'retell_call_1', template: 'call-summary' };
const twilioCall = { ...call, conversationId: 'twilio_CA0123456789abcdef0123456789abcdef' };
const recipients = ['reception', 'owner'].map((recipientId) => ({ ...call, recipientId, degraded: false }));

interface World {
  analyze?: () => unknown;
  await?: () => unknown;
  fetch?: () => unknown;
  awaitFetched?: () => unknown;
  plan?: () => unknown;
  send?: (item: { recipientId: string }) => unknown;
  settle?: (state: unknown) => unknown;
}

const fault = (name: string) => () => {
  throw Object.assign(new Error(name), { name });
};

/** Nobody wakes the workflow. */
const silence = () => new Promise(() => {});

/** The definition with waits so short that a test can sit them out. */
const hurried = JSON.parse(JSON.stringify(definition), (key, value) => (key === 'TimeoutSeconds' ? 0.05 : value));
hurried.TimeoutSeconds = definition.TimeoutSeconds;

/** Runs the definition with these steps; answers how it ended and which steps ran. */
async function run(world: World, input: Record<string, string> = call) {
  const steps: string[] = [];
  const step =
    (name: string, work: ((input: never) => unknown) | undefined, otherwise: unknown) =>
    async (input: unknown): Promise<never> => {
      steps.push(name);
      return (work ? work(input as never) : otherwise) as never;
    };
  const execution = new StateMachine(hurried, { validationOptions: { noValidate: true } }).run(input, {
    context: { Task: { Token: 'a-token' } },
    overrides: {
      taskResourceLocalHandlers: {
        AnalyzeCall: step('analyze', world.analyze, { analyzed: true }),
        AwaitAnalysis: step('await', world.await, {}),
        FetchCall: step('fetch', world.fetch, { fetched: true }),
        AwaitFetchedAnalysis: step('await fetched', world.awaitFetched, {}),
        PlanSummary: step('plan', world.plan, { action: 'send', degraded: false, recipients }),
        SendCallSummary: step('send', world.send, { recipientId: 'reception', outcome: 'sent' }),
        Settle: step('settle', world.settle, { state: 'sent' }),
      },
      retryIntervalOverrides: {
        AnalyzeCall: 0,
        AwaitAnalysis: 0,
        AwaitFetchedAnalysis: 0,
        FetchCall: 0,
        PlanSummary: 0,
        SendCallSummary: 0,
        Settle: 0,
      },
    },
  });
  const ended = await execution.result.then(
    () => 'succeeded',
    (error: ExecutionError) => (error.cause as Error).name,
  );
  return { ended, steps };
}

test('the definition is valid, and JSONPath throughout', () => {
  expect(validate(structuredClone(definition))).toMatchObject({ isValid: true });
  expect(JSON.stringify(definition)).not.toMatch(/QueryLanguage|JSONata|\{%/);
});

test('the e-mail waits ten minutes for the analysis, and one more after we fetched the call ourselves', () => {
  const states = definition.States as unknown as Record<string, State>;
  expect(states.AwaitAnalysis?.TimeoutSeconds).toBe(600);
  expect(states.AwaitFetchedAnalysis?.TimeoutSeconds).toBe(60);
});

test('every step is tried again before it is given up', () => {
  const tasks = Object.entries(definition.States as unknown as Record<string, State>).filter(
    ([, state]) => state.Type === 'Task',
  );
  expect(tasks.map(([name]) => name).toSorted()).toEqual([
    'AnalyzeCall',
    'AwaitAnalysis',
    'AwaitFetchedAnalysis',
    'FetchCall',
    'PlanSummary',
    'Settle',
  ]);
  for (const [, state] of tasks) expect(state.Retry?.length).toBeGreaterThan(0);
});

test('a call with its analysis is told to each recipient and closed', async () => {
  const seen: unknown[] = [];
  const { ended, steps } = await run({ settle: (state) => (seen.push(state), { state: 'sent' }) });
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['await', 'plan', 'send', 'send', 'settle']);
  expect(seen).toMatchObject([{ ...call, plan: { recipients }, results: [{ outcome: 'sent' }, { outcome: 'sent' }] }]);
});

test('when the analysis does not come the call is fetched, and its analysis awaited once more', async () => {
  const { ended, steps } = await run({ await: silence });
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['await', 'fetch', 'await fetched', 'plan', 'send', 'send', 'settle']);
});

test('a call that cannot be fetched is told all the same', async () => {
  const { ended, steps } = await run({ await: silence, fetch: fault('Error') });
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['await', 'fetch', 'fetch', 'fetch', 'fetch', 'plan', 'send', 'send', 'settle']);
});

test('a call the vendor knows no more about is told without waiting again', async () => {
  const { steps } = await run({ await: silence, fetch: () => ({ fetched: false }) });
  expect(steps).toEqual(['await', 'fetch', 'plan', 'send', 'send', 'settle']);
});

test('an analysis that never comes, though fetched, does not keep the e-mail back', async () => {
  const { ended, steps } = await run({ await: silence, awaitFetched: silence });
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['await', 'fetch', 'await fetched', 'plan', 'send', 'send', 'settle']);
});

test('a call nobody wants to hear of is closed without an e-mail', async () => {
  const { ended, steps } = await run({ plan: () => ({ action: 'suppress', degraded: false, recipients: [] }) });
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['await', 'plan', 'settle']);
});

test('one recipient who cannot be reached does not keep the e-mail from the other, and the failure is known', async () => {
  const seen: { results?: unknown[] }[] = [];
  const { ended } = await run({
    send: ({ recipientId }) => (recipientId === 'owner' ? fault('Rejected')() : { recipientId, outcome: 'sent' }),
    settle: (state) => (seen.push(state as object), { state: 'failed' }),
  });
  expect(seen[0]?.results).toEqual([
    { recipientId: 'reception', outcome: 'sent' },
    { recipientId: 'owner', outcome: 'failed' },
  ]);
  expect(ended).toBe('SummaryNotDelivered');
});

test('while another attempt holds the claim we wait for its lease to end, longer than a quarter of an hour', () => {
  const sendEach = (
    definition.States as unknown as Record<string, { ItemProcessor: { States: Record<string, State> } }>
  ).SendEach;
  expect(sendEach?.ItemProcessor.States.SendCallSummary?.Retry?.[0]).toEqual({
    ErrorEquals: ['DeliveryInFlight'],
    IntervalSeconds: 300,
    MaxAttempts: 4,
    BackoffRate: 1,
  });
});

test('a plan that cannot be made fails the execution, so that a person hears of it', async () => {
  const { ended } = await run({ plan: fault('TableThrottled') });
  expect(ended).toBe('TableThrottled');
});

test('a talk of ours is read first, its analysis waited for, and nobody else is asked', async () => {
  const { ended, steps } = await run({}, twilioCall);
  expect(ended).toBe('succeeded');
  expect(steps).toEqual(['analyze', 'await fetched', 'plan', 'send', 'send', 'settle']);
});

test('while the last words of a talk are being saved its reading is tried again for a minute, without growing pauses', async () => {
  const states = definition.States as unknown as Record<string, State>;
  expect(states.AnalyzeCall?.Retry?.[0]).toEqual({
    ErrorEquals: ['TalkNotFinished'],
    IntervalSeconds: 5,
    MaxAttempts: 14,
    BackoffRate: 1,
  });
  let asked = 0;
  const { steps } = await run({ analyze: () => (++asked < 4 ? fault('TalkNotFinished')() : {}) }, twilioCall);
  expect(steps.filter((name) => name === 'analyze')).toHaveLength(4);
  expect(steps.slice(4)).toEqual(['await fetched', 'plan', 'send', 'send', 'settle']);
});

test('a talk that no model could read is told all the same', async () => {
  const { ended, steps } = await run({ analyze: fault('ModelFault'), awaitFetched: silence }, twilioCall);
  expect(ended).toBe('succeeded');
  expect(steps.filter((name) => name === 'analyze')).toHaveLength(4);
  expect(steps.slice(4)).toEqual(['await fetched', 'plan', 'send', 'send', 'settle']);
});
