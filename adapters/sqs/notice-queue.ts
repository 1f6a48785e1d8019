import { createHash, randomUUID } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { limits } from '#adapters/aws/limits.ts';
import { type Notice, type Notices, recipientOf } from '#domain/messages/notice.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The queue `notices.fifo`: one group per recipient. */
export function createNoticeQueue(
  queueUrl: string,
  client = new SQSClient(limits(3_000, 4)),
): Notices & {
  /** Once more, though it was told of before. */
  tellAgain(notice: Notice): Promise<void>;
} {
  async function publish(notice: Notice, name: string): Promise<void> {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(notice),
        MessageGroupId: hash(recipientOf(notice)),
        MessageDeduplicationId: name,
      }),
    );
  }
  return {
    tell: (notice) => publish(notice, hash(JSON.stringify(notice))),
    tellAgain: (notice) => publish(notice, randomUUID()),
  };
}
