import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EventSource, startEventSources } from '#local/cloud/event-source.ts';
import { openQueues } from '#local/cloud/queues.ts';
import { eventually, openSmallCloud, type SmallCloud } from './small-cloud.ts';

/** Writes what it got, and fails what asks for it. */
const worker = `
  const { appendFileSync } = require('node:fs');
  exports.handler = async ({ Records }) => {
    const failed = [];
    for (const { messageId, body, attributes, eventSource } of Records) {
      const tries = Number(attributes.ApproximateReceiveCount);
      appendFileSync(process.env.FILE, body + ' ' + eventSource + ' ' + tries + '\\n');
      if (body.startsWith('poison') || (body.startsWith('flaky') && tries < 2)) failed.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures: failed };
  };`;

let small: SmallCloud;
let source: EventSource;
let sqs: SQSClient;
const file = join(process.env.TMPDIR ?? '/tmp', `event-source-${process.pid}.txt`);

beforeAll(async () => {
  const closing: (() => unknown)[] = [];
  small = await openSmallCloud(
    {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'events.fifo',
          FifoQueue: true,
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'events-dlq.fifo', FifoQueue: true } },
      Feed: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName: { Ref: 'worker' },
          BatchSize: 10,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      },
    },
    { worker: { code: worker, environment: { FILE: file } } },
    closing,
  );
  const queues = await openQueues(small.cloud, join(small.directory, 'objects'));
  closing.push(() => queues.stop());
  small.endpoint.serve('sqs', queues.handle);
  [source] = startEventSources(small.cloud, queues, small.functions) as [EventSource];
  closing.push(() => source.stop());
  source.redeliverAfterMs = 20;
  sqs = new SQSClient(small.client);
  closing.push(() => sqs.destroy());
});
afterAll(() => small.close());

test('messages of a group are worked on in order, failed ones again, and at last put aside', async () => {
  const QueueUrl = `${small.endpoint.url}/000000000000/events.fifo`;
  for (const [group, body] of [
    ['a', 'poison'],
    ['a', 'after the poison'],
    ['b', 'flaky'],
    ['b', 'after the flaky one'],
    ['c', 'plain'],
  ]) {
    await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId: group, MessageDeduplicationId: body }),
    );
  }
  const lines = await eventually(
    () => readFileSync(file, { encoding: 'utf8', flag: 'a+' }).trim().split('\n'),
    (got) => got.length >= 8 && got.some((line) => line.startsWith('after the poison')),
  );
  const of = (...bodies: string[]) => lines.filter((line) => bodies.some((body) => line.startsWith(body)));
  expect(of('poison', 'after the poison')).toEqual([
    'poison aws:sqs 1',
    'poison aws:sqs 2',
    'poison aws:sqs 3',
    'after the poison aws:sqs 1',
  ]);
  expect(of('flaky', 'after the flaky')).toEqual([
    'flaky aws:sqs 1',
    'flaky aws:sqs 2',
    'after the flaky one aws:sqs 1',
  ]);
  expect(of('plain')).toEqual(['plain aws:sqs 1']);

  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: `${small.endpoint.url}/000000000000/events-dlq.fifo` }),
  );
  expect(Messages).toEqual([expect.objectContaining({ Body: 'poison' })]);
  await eventually(
    () => source.queue.inflightMessages.size,
    (left) => left === 0,
  );
});
