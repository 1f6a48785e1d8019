import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Functions } from './functions.ts';
import type { LambdaPool } from './lambda-pool.ts';
import type { Queues, SqsQueue } from './queues.ts';
import { type Cloud, TemplateError } from './template.ts';

interface MappingProperties {
  BatchSize?: number;
  Enabled?: boolean;
  EventSourceArn: string;
  FunctionName: string;
  FunctionResponseTypes?: string[];
  MaximumBatchingWindowInSeconds?: number;
  ScalingConfig?: { MaximumConcurrency?: number };
}

/** What feeds a queue to its function until stopped. */
export interface EventSource {
  queue: SqsQueue;
  /**
   * How long a failed message stays hidden instead of the rest of its visibility timeout, so that a test need not wait
   * minutes for the dead-letter queue. `undefined` goes back to the queue's own.
   */
  redeliverAfterMs: number | undefined;
  stop(): Promise<void>;
}

/** A message hidden by somebody becomes visible again at most this late. */
const lookAgainMs = 250;

/** Starts every SQS event-source mapping of the templates. */
export function startEventSources(cloud: Cloud, queues: Queues, functions: Functions): EventSource[] {
  return cloud.ofType<MappingProperties>('AWS::Lambda::EventSourceMapping').flatMap(({ properties, where }) => {
    if (properties.Enabled === false) return [];
    const queue = queues.byArn(properties.EventSourceArn);
    if (!queue) throw new TemplateError(where, `${properties.EventSourceArn} is no queue of the templates`);
    if (properties.MaximumBatchingWindowInSeconds) {
      throw new TemplateError(where, 'a batching window is not reproduced on one machine');
    }
    const pool = functions.find(properties.FunctionName, where);
    return startEventSource(queue, (arn) => queues.byArn(arn), pool, {
      batchSize: properties.BatchSize ?? 10,
      partial: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
      concurrency: Math.min(pool.spec.maxConcurrency, properties.ScalingConfig?.MaximumConcurrency ?? Infinity),
      region: cloud.place.region,
    });
  });
}

interface MappingOptions {
  batchSize: number;
  partial: boolean;
  concurrency: number;
  region: string;
}

/**
 * Takes batches from the queue and hands them to the function, `concurrency` at a time. What the function finished is
 * deleted; what failed comes back after the visibility timeout and at last goes to the dead-letter queue. A group of a
 * FIFO queue has one message under way at a time, so its order holds.
 */
export function startEventSource(
  queue: SqsQueue,
  queueByArn: (arn: string) => SqsQueue | undefined,
  pool: LambdaPool,
  { batchSize, partial, concurrency, region }: MappingOptions,
): EventSource {
  let running = true;

  async function poll(): Promise<void> {
    while (running) {
      const batch = queue.dequeue(Math.min(batchSize, 10), undefined, queueByArn);
      if (batch.length === 0) {
        await arrival(queue);
        continue;
      }
      const Records = batch.map(({ ReceiptHandle }) => record(queue, ReceiptHandle, region));
      const outcome = await pool.invoke({ Records } satisfies SQSEvent);
      const failed = outcome.ok ? failures(outcome.payload, partial) : 'all';
      for (const { messageId, receiptHandle } of Records) {
        if (failed !== 'all' && !failed.has(messageId)) queue.deleteMessage(receiptHandle);
        else if (source.redeliverAfterMs !== undefined) {
          queue.changeVisibility(receiptHandle, source.redeliverAfterMs / 1000);
        }
      }
    }
  }

  const pollers = Array.from({ length: concurrency }, poll);
  const source: EventSource = {
    queue,
    redeliverAfterMs: undefined,
    async stop() {
      running = false;
      queue.cancelWaiters();
      await Promise.all(pollers);
    },
  };
  return source;
}

/** Waits until something may have arrived. The queue's own wait would look every 20 ms, for each queue, forever. */
function arrival(queue: SqsQueue): Promise<void> {
  return new Promise((resolve) => {
    const waiter = { resolve, timer: setTimeout(giveUp, lookAgainMs) };
    function giveUp() {
      const index = queue.pollWaiters.indexOf(waiter);
      if (index >= 0) queue.pollWaiters.splice(index, 1);
      resolve();
    }
    queue.pollWaiters.push(waiter);
  });
}

/** Ids of the messages that failed. As on AWS, an answer that names none cleanly means that the whole batch failed. */
function failures(payload: string, partial: boolean): Set<string> | 'all' {
  if (!partial) return new Set();
  const answer = JSON.parse(payload) as Partial<SQSBatchResponse> | null;
  const ids = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return ids.every((id) => typeof id === 'string' && id) ? new Set(ids) : 'all';
}

function record(queue: SqsQueue, receiptHandle: string, region: string): SQSRecord {
  const entry = queue.inflightMessages.get(receiptHandle);
  if (!entry) throw new Error(`a message of ${queue.name} vanished while it was received`);
  const { message } = entry;
  return {
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.approximateReceiveCount),
      SentTimestamp: String(message.sentTimestamp),
      SenderId: '000000000000',
      ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
      ...(message.messageGroupId && {
        MessageGroupId: message.messageGroupId,
        MessageDeduplicationId: message.messageDeduplicationId,
        SequenceNumber: message.sequenceNumber,
      }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.messageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        { dataType: DataType as 'String', stringValue: StringValue, binaryValue: BinaryValue },
      ]),
    ),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  };
}
