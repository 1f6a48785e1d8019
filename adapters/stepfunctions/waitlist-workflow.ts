import { createHash } from 'node:crypto';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { limits } from '#adapters/aws/limits.ts';
import type { TimeFreed } from '#domain/messages/time-freed.ts';
import type { FreedTime, WaitlistWorkflow } from '#domain/scheduling/waitlist/waitlist.ts';

/** Step Functions refuses longer names. */
const longestName = 80;

/** `waitlist-{freedId}`; long ids are hashed. */
export function waitlistExecutionName({ freedId }: FreedTime): string {
  const name = `waitlist-${freedId}`;
  if (name.length <= longestName) return name;
  return `waitlist-${createHash('sha256').update(freedId).digest('hex').slice(0, 48)}`;
}

/** The Standard state machine `waitlist`. */
export function createWaitlistWorkflow(
  stateMachineArn: string,
  client = new SFNClient(limits(3_000, 4)),
): WaitlistWorkflow {
  return {
    async start(freed) {
      try {
        const message: TimeFreed = { freed, passedOver: [] };
        const input = JSON.stringify(message);
        await client.send(new StartExecutionCommand({ stateMachineArn, name: waitlistExecutionName(freed), input }));
        return 'started';
      } catch (error) {
        // The name stays taken for 90 days after it closed: this freeing was told already.
        if (error instanceof ExecutionAlreadyExists) return 'already-started';
        throw error;
      }
    },
  };
}
