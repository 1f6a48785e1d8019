import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionAlreadyExists,
  InvalidToken,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStateDatabase } from '#local/cloud/state-database.ts';
import { openStepFunctions, type StepFunctions } from '#local/cloud/step-functions.ts';
import { eventually, openSmallCloud, type SmallCloud } from './small-cloud.ts';

const arn = (name: string) => `arn:aws:lambda:eu-west-3:000000000000:function:${name}`;

const definition = {
  StartAt: 'Wait',
  States: {
    Wait: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: arn('keep'), Payload: { 'name.$': '$.name', 'token.$': '$$.Task.Token' } },
      TimeoutSeconds: 3,
      ResultPath: null,
      Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.problem', Next: 'Plan' }],
      Next: 'Plan',
    },
    Plan: { Type: 'Task', Resource: arn('plan'), ResultPath: '$.plan', Next: 'Each' },
    Each: {
      Type: 'Map',
      ItemsPath: '$.plan',
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: 'Send',
        States: {
          Send: {
            Type: 'Task',
            Resource: arn('send'),
            Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }],
            Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'NotSent' }],
            End: true,
          },
          NotSent: { Type: 'Pass', Parameters: { 'outcome.$': '$.error.Error' }, End: true },
        },
      },
      ResultPath: '$.results',
      Next: 'How',
    },
    How: {
      Type: 'Choice',
      Choices: [{ Variable: '$.results[0].outcome', StringEquals: 'sent', Next: 'Done' }],
      Default: 'Failed',
    },
    Failed: { Type: 'Fail', Error: 'NotDelivered', Cause: 'a person must look' },
    Done: { Type: 'Succeed' },
  },
};

let small: SmallCloud;
let steps: StepFunctions;
let sfn: SFNClient;
const closing: (() => unknown)[] = [];
const stateMachineArn = 'arn:aws:states:eu-west-3:000000000000:stateMachine:flow';

function open(): void {
  const database = openStateDatabase(join(small.directory, 'state.sqlite'));
  steps = openStepFunctions(small.cloud, small.functions, database);
  closing.push(() => {
    steps.stop();
    database.close();
  });
  small.endpoint.serve('states', steps.handle);
}

beforeAll(async () => {
  small = await openSmallCloud(
    {
      Flow: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { StateMachineName: 'flow', DefinitionString: JSON.stringify(definition) },
      },
    },
    {
      keep: {
        code: `exports.handler = async ({ name, token }) =>
          require('node:fs').writeFileSync(__dirname + '/' + name, token);`,
      },
      plan: {
        code: `exports.handler = async ({ name }) => (name === 'refused' ? ['full'] : ['busy', 'full']).map((to) => ({ to }));`,
      },
      send: {
        code: `const { existsSync, writeFileSync } = require('node:fs');
          exports.handler = async ({ to }) => {
            const tried = existsSync(__dirname + '/tried');
            if (to === 'busy') writeFileSync(__dirname + '/tried', '');
            if (to === 'busy' && !tried) throw Object.assign(new Error('later'), { name: 'Busy' });
            if (to === 'full') throw Object.assign(new Error('no'), { name: 'MailboxFull' });
            return { outcome: 'sent' };
          };`,
      },
    },
    closing,
  );
  open();
  sfn = new SFNClient(small.client);
  closing.push(() => sfn.destroy());
});
afterAll(() => small.close());

const start = (name: string, input: object = { name }) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
const describeExecution = (name: string) =>
  sfn.send(
    new DescribeExecutionCommand({ executionArn: `arn:aws:states:eu-west-3:000000000000:execution:flow:${name}` }),
  );
const ended = (name: string): Promise<DescribeExecutionCommandOutput> =>
  eventually(
    () => describeExecution(name),
    ({ status }) => status !== 'RUNNING',
  );

async function tokenOf(name: string): Promise<string> {
  const file = join(small.directory, 'keep', name);
  await eventually(
    () => existsSync(file) && readFileSync(file, 'utf8'),
    (token) => Boolean(token),
  );
  return readFileSync(file, 'utf8');
}

test('a step waits for its token; each recipient is tried and caught by itself', async () => {
  await start('woken');
  const taskToken = await tokenOf('woken');
  await sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  const execution = await ended('woken');
  expect(execution).toMatchObject({ status: 'SUCCEEDED', stopDate: expect.any(Date) });
  expect(JSON.parse(execution.output ?? '')).toEqual({
    name: 'woken',
    plan: [{ to: 'busy' }, { to: 'full' }],
    results: [{ outcome: 'sent' }, { outcome: 'MailboxFull' }],
  });
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))).rejects.toThrow(TaskTimedOut);
});

test('a token nobody sends back times out, and the execution goes on where that is caught', async () => {
  await start('forgotten');
  const taskToken = await tokenOf('forgotten');
  const { output } = await ended('forgotten');
  expect(JSON.parse(output ?? '')).toMatchObject({ problem: { Error: 'States.Timeout' } });
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }))).rejects.toThrow(TaskTimedOut);
});

test('a token we never issued is told from one that came too late', async () => {
  const invented = new SendTaskSuccessCommand({ taskToken: 'bm90aGluZw.c2lnbmVk', output: '{}' });
  await expect(sfn.send(invented)).rejects.toThrow(InvalidToken);
});

test('an uncaught failure and a Fail state end an execution with their names', async () => {
  await start('given-up');
  const taskToken = await tokenOf('given-up');
  await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'Refused', cause: 'why' }));
  expect(await ended('given-up')).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'why' });

  await start('refused');
  await sfn.send(new SendTaskSuccessCommand({ taskToken: await tokenOf('refused'), output: '{}' }));
  expect(await ended('refused')).toMatchObject({
    status: 'FAILED',
    error: 'NotDelivered',
    cause: 'a person must look',
  });
});

test('a name starts once: again the same while it runs, refused with other input or when it is over', async () => {
  const first = await start('twice');
  expect((await start('twice')).startDate).toEqual(first.startDate);
  await expect(start('twice', { name: 'other' })).rejects.toThrow(ExecutionAlreadyExists);
  await sfn.send(new SendTaskSuccessCommand({ taskToken: await tokenOf('twice'), output: '{}' }));
  await ended('twice');
  await expect(start('twice')).rejects.toThrow(ExecutionAlreadyExists);
});

test('an execution that was open at the stop starts again from its input; a closed one does not', async () => {
  await start('restarted');
  const before = await tokenOf('restarted');
  steps.stop();
  open();
  expect(steps.resume()).toBe(1);
  const after = await eventually(
    () => tokenOf('restarted'),
    (token) => token !== before,
  );
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken: before, output: '{}' }))).rejects.toThrow(TaskTimedOut);
  await sfn.send(new SendTaskSuccessCommand({ taskToken: after, output: '{}' }));
  expect(await ended('restarted')).toMatchObject({ status: 'SUCCEEDED' });
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
  expect(executions).toEqual([]);
});
