import { createHash } from 'node:crypto';
import {
  ExecutionAlreadyExists,
  InvalidToken,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { limits } from '#adapters/aws/limits.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import type { CallCompleted } from '#domain/messages/call-completed.ts';

/** Step Functions refuses longer names. */
const longestName = 80;

/** `postcall-{conversationId}`; updates and later attempts are told apart behind it. Long ids are hashed. */
export function executionName({ conversationId, template }: CallCompleted, attempt: number): string {
  const suffix = `${template === 'call-summary-update' ? '-update' : ''}${attempt > 1 ? `-${attempt}` : ''}`;
  const name = `postcall-${conversationId}${suffix}`;
  if (name.length <= longestName) return name;
  return `postcall-${createHash('sha256').update(conversationId).digest('hex').slice(0, 48)}${suffix}`;
}

/** The Standard state machine `post-call`. */
export function createPostCallWorkflow(
  stateMachineArn: string,
  client = new SFNClient(limits(3_000, 4)),
): PostCallWorkflow {
  return {
    async start(call, attempt) {
      try {
        const input = JSON.stringify(call);
        await client.send(new StartExecutionCommand({ stateMachineArn, name: executionName(call, attempt), input }));
        return 'started';
      } catch (error) {
        // The name stays taken for 90 days after it closed: the call was told already.
        if (error instanceof ExecutionAlreadyExists) return 'already-started';
        throw error;
      }
    },

    wake: createWaker(client).wake,
  };
}

/** Only the waking, for a step that knows no state machine. */
export function createWaker(client = new SFNClient(limits(3_000, 4))): Pick<PostCallWorkflow, 'wake'> {
  return {
    async wake(taskToken) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
        return 'woken';
      } catch (error) {
        if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken) {
          return 'gone';
        }
        throw error;
      }
    },
  };
}
