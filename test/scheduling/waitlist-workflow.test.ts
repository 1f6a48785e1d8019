import { ExecutionAlreadyExists, SFNClient, type StartExecutionCommand } from '@aws-sdk/client-sfn';
import { createWaitlistWorkflow, waitlistExecutionName } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { AppointmentTypeId, ProviderId } from '#domain/ids.ts';
import { TimeFreed } from '#domain/messages/time-freed.ts';
import { cotonou } from '../fakes/conversation.ts';

const freed = {
  clinicId: cotonou,
  freedId: '0f6c1a2b-3d4e-4f5a-8b6c-7d8e9f0a1b2c-2',
  typeId: AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23'),
  providerId: ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b'),
  startMs: Date.parse('2026-10-06T08:00:00.000Z'),
};

/** A client whose service answers as the test says, and the inputs it was sent. */
function client(answer: () => unknown) {
  const sent: StartExecutionCommand['input'][] = [];
  const sfn = new SFNClient({ region: 'eu-west-3', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  sfn.middlewareStack.add(
    () => async (args) => {
      sent.push(args.input as StartExecutionCommand['input']);
      return { output: answer() as never, response: {} };
    },
    { step: 'initialize' },
  );
  return { sfn, sent };
}
const arn = 'arn:aws:states:eu-west-3:000000000000:stateMachine:waitlist';

test('a freeing starts a workflow of its own name, which carries ids and no patient', async () => {
  const { sfn, sent } = client(() => ({}));
  expect(await createWaitlistWorkflow(arn, sfn).start(freed)).toBe('started');
  expect(sent).toEqual([
    { stateMachineArn: arn, name: `waitlist-${freed.freedId}`, input: JSON.stringify({ freed, passedOver: [] }) },
  ]);
  expect(TimeFreed.parse(JSON.parse(sent[0]?.input ?? ''))).toEqual({ freed, passedOver: [] });
});

test('told twice, it runs once', async () => {
  const { sfn } = client(() => {
    throw new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} });
  });
  expect(await createWaitlistWorkflow(arn, sfn).start(freed)).toBe('already-started');
});

test('any other fault is thrown', async () => {
  const { sfn } = client(() => {
    throw new Error('down');
  });
  await expect(createWaitlistWorkflow(arn, sfn).start(freed)).rejects.toThrow('down');
});

test('a long name is cut to one that stays its own', () => {
  const name = (freedId: string) => waitlistExecutionName({ ...freed, freedId });
  expect(name('a'.repeat(71))).toHaveLength(80);
  expect(name('a'.repeat(72))).toMatch(/^waitlist-[0-9a-f]{48}$/);
  expect(name('a'.repeat(72))).not.toBe(name('a'.repeat(73)));
});
