import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { limits } from '#adapters/aws/limits.ts';
import type { Onboarding } from '#domain/onboarding/onboarding.ts';

/** One walk through the steps. */
export type OnboardingRun = Pick<Onboarding, 'clinicId' | 'go' | 'run'>;

/** The Standard state machine `onboarding`. Each run is started once, however often it is asked for. */
export function createOnboardingWorkflow(stateMachineArn: string, client = new SFNClient(limits(3_000, 4))) {
  const nameOf = ({ clinicId, go, run }: OnboardingRun) => `${go}-${clinicId}-${run}`;
  const arnOf = (one: OnboardingRun) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${nameOf(one)}`;

  return {
    async isUnderWay(one: OnboardingRun): Promise<boolean> {
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(one) }));
      return status === 'RUNNING' || status === 'PENDING_REDRIVE';
    },

    /** `over`: this run was started before and has ended, well or not. One that goes on is not started again. */
    async start(one: OnboardingRun): Promise<'under-way' | 'over'> {
      const { clinicId, go } = one;
      const input = JSON.stringify({ clinicId, go });
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name: nameOf(one), input }));
        return 'under-way';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'over';
        throw error;
      }
    },
  };
}
export type OnboardingWorkflow = ReturnType<typeof createOnboardingWorkflow>;
