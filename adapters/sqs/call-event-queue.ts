import { createHash, randomUUID } from 'node:crypto';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { limits } from '#adapters/aws/limits.ts';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';

/** The queue `call-events.fifo`: one group per conversation. */
export function createCallEventQueue(queueUrl: string, client = new SQSClient(limits(3_000, 4))): CallEventQueue {
  return {
    async publish(message, { again = false } = {}) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(message),
          MessageGroupId: message.conversationId,
          MessageDeduplicationId: again ? randomUUID() : createHash('sha256').update(message.eventKey).digest('hex'),
        }),
      );
    },
  };
}
