import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { errorFields, type Log } from '#domain/log.ts';
import { idsOf } from './ids-of.ts';

/**
 * The door of a queue: each message parsed and worked on; one that throws is delivered again and at last goes to the
 * dead-letter queue, the others of its batch are done. In a FIFO queue what follows a failed message of the same group
 * fails with it, so that order within a group holds.
 *
 * @param isNoMessage tells what else a service may put into the queue; it is passed over
 */
export function queueHandler<T>(
  log: Log,
  schema: z.ZodType<T>,
  work: (message: T) => Promise<void>,
  { isNoMessage = () => false }: { isNoMessage?: (body: string) => boolean } = {},
) {
  return middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
    const failed = new Set<string>();
    const inOrder = async (records: SQSRecord[]) => {
      for (const [index, record] of records.entries()) {
        if (isNoMessage(record.body)) continue;
        try {
          await work(schema.parse(JSON.parse(record.body)));
        } catch (error) {
          const ids = idsOf(asJson(record.body));
          log.error('request.failed', { route: 'queue', requestId: record.messageId, ...ids, ...errorFields(error) });
          for (const { messageId } of isFifo(record) ? records.slice(index) : [record]) failed.add(messageId);
          if (isFifo(record)) return;
        }
      }
    };
    await Promise.all([...groups(Records).values()].map(inOrder));
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The failure itself is logged where it happened.
  }
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
