import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { House } from './house.ts';
import { type Step, task, Workflow } from './parts/workflow.ts';

interface OnboardingProps {
  house: House;
  runOnboardingStep: Step;
}

/**
 * A clinic joins step by step, or leaves. A step that fails for good undoes all there is; each may run twice, so that an
 * execution that broke off is simply started again.
 */
export class OnboardingWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { house, runOnboardingStep }: OnboardingProps) {
    super(scope, id);
    this.stateMachine = new Workflow(this, 'Workflow', {
      house,
      name: 'onboarding',
      definition: this.#definition(runOnboardingStep),
      steps: [runOnboardingStep],
      // Every step at its slowest, with all its tries, and the same again to undo it.
      timeout: Duration.hours(6),
      impact: 'A clinic that was to join has not, or one that left still has its number.',
    }).stateMachine;
  }

  #definition(function_: Step): sfn.IChainable {
    const closeAfterFailure = this.#step('CloseAfterFailure', function_, 'close-clinic', {
      failure: sfn.JsonPath.stringAt('$.failure.Error'),
    });
    closeAfterFailure
      .next(this.#step('ReleaseAfterFailure', function_, 'release-numbers'))
      .next(this.#step('RevokeAfterFailure', function_, 'revoke-access'))
      .next(
        new sfn.Fail(this, 'Undone', {
          error: 'ClinicNotOnboarded',
          cause: 'A step failed for good; the clinic is closed and its numbers given back. The record says why.',
        }),
      );
    const undoable = (id: string, word: string) =>
      this.#step(id, function_, word).addCatch(closeAfterFailure, { errors: ['States.ALL'], resultPath: '$.failure' });

    const testRing = undoable('TestRing', 'test-ring');
    // A clinic that is answered and was not written to has joined all the same.
    const sendWelcome = this.#step('SendWelcome', function_, 'send-welcome').addCatch(testRing, {
      errors: ['States.ALL'],
      resultPath: sfn.JsonPath.DISCARD,
    });
    const join = undoable('CreateClinic', 'create-clinic');
    join
      .next(undoable('GetNumbers', 'get-numbers'))
      .next(undoable('BindNumbers', 'bind-numbers'))
      .next(undoable('PublishInstructions', 'publish-instructions'))
      .next(undoable('InviteMembers', 'invite-members'))
      .next(undoable('OpenClinic', 'open-clinic'))
      .next(sendWelcome)
      .next(testRing)
      .next(new sfn.Succeed(this, 'Joined'));

    const leave = this.#step('CloseClinic', function_, 'close-clinic');
    leave
      .next(this.#step('ReleaseNumbers', function_, 'release-numbers'))
      .next(this.#step('RevokeAccess', function_, 'revoke-access'))
      .next(new sfn.Succeed(this, 'Left'));
    return (
      new sfn.Choice(this, 'JoinOrLeave')
        .when(sfn.Condition.stringEquals('$.go', 'join'), join)
        // An undoing that broke off goes the same way as a clinic that leaves.
        .otherwise(leave)
    );
  }

  #step(id: string, step: Step, word: string, more: Record<string, string> = {}): LambdaInvoke {
    const state = task(this, id, step, {
      payload: { clinicId: sfn.JsonPath.stringAt('$.clinicId'), step: word, ...more },
      resultPath: sfn.JsonPath.DISCARD,
    });
    // Nothing mends a refusal: it goes on to the undoing at once.
    state.addRetry({ errors: ['OnboardingRefused'], maxAttempts: 0 });
    // Their leases of minutes run out within these tries.
    state.addRetry({
      errors: ['PurchaseInFlight'],
      interval: Duration.seconds(30),
      backoffRate: 1,
      maxAttempts: 8,
    });
    state.addRetry({
      errors: ['DeliveryInFlight'],
      interval: Duration.minutes(5),
      backoffRate: 1,
      maxAttempts: 4,
    });
    state.addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 6 });
    return state;
  }
}
