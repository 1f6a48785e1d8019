import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { errorFields, type Log } from '#domain/log.ts';

/**
 * The door of a queue: each message parsed and worked on; one that throws is delivered again and at last goes to the
 * dead-letter queue, the others of its batch are done. In a FIFO queue what follows a failed message of the same group
 * fails with it, so that order within a group holds.
 */
export function queueHandler<T>(log: Log, schema: z.ZodType<T>, work: (message: T) => Promise<void>) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
    const failed = new Set<string>();
    const inOrder = async (records: SQSRecord[]) => {
      for (const [index, record] of records.entries()) {
        try {
          await work(schema.parse(JSON.parse(record.body)));
        } catch (error) {
          log.error('request.failed', { route: 'queue', requestId: record.messageId, ...errorFields(error) });
          for (const { messageId } of isFifo(record) ? records.slice(index) : [record]) failed.add(messageId);
          if (isFifo(record)) return;
        }
      }
    };
    await Promise.all([...groups(Records).values()].map(inOrder));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  });
}

const isFifo = (record: SQSRecord): boolean => record.attributes?.MessageGroupId !== undefined;

/** Records by message group; those of a queue without groups stand alone. */
function groups(records: SQSRecord[]): Map<string, SQSRecord[]> {
  const byGroup = new Map<string, SQSRecord[]>();
  for (const record of records) {
    const group = record.attributes?.MessageGroupId ?? record.messageId;
    byGroup.set(group, [...(byGroup.get(group) ?? []), record]);
  }
  return byGroup;
}
