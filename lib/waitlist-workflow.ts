import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { House } from './house.ts';
import { type Step, task, Workflow } from './parts/workflow.ts';

interface WaitlistProps {
  house: House;
  offerFreedTime: Step;
  settleOffer: Step;
}

/**
 * From a time that came free to whoever waits for it: offered to the oldest who matches, not at night, kept for a quarter
 * of an hour, then passed on. Nobody is booked by it: accepting is an act of the patient or of the clinic.
 */
export class WaitlistWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { house, offerFreedTime, settleOffer }: WaitlistProps) {
    super(scope, id);
    this.stateMachine = new Workflow(this, 'Workflow', {
      house,
      name: 'waitlist',
      definition: this.#definition(offerFreedTime, settleOffer),
      steps: [offerFreedTime, settleOffer],
      // A quarter of an hour of a day for each who waits, until the time is taken or past.
      timeout: Duration.days(7),
      impact: 'Patients on a waitlist do not hear of a time that came free.',
    }).stateMachine;
  }

  #definition(offerFreedTime: Step, settleOffer: Step): sfn.IChainable {
    const again = { errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxAttempts: 5 };
    const freed = sfn.JsonPath.objectAt('$.freed') as unknown as string;
    const passedOver = sfn.JsonPath.listAt('$.passedOver') as unknown as string;

    const offer = task(this, 'OfferFreedTime', offerFreedTime, {
      payload: { freed, passedOver },
      resultPath: '$.offer',
    }).addRetry(again);
    const settle = task(this, 'SettleOffer', settleOffer, {
      payload: { freed, passedOver, entryId: sfn.JsonPath.stringAt('$.offer.entryId') },
      resultPath: '$.settled',
    }).addRetry(again);
    const passOn = new sfn.Pass(this, 'PassOn', { inputPath: '$.settled.passedOver', resultPath: '$.passedOver' });
    const done = new sfn.Succeed(this, 'Done');

    offer.next(
      new sfn.Choice(this, 'WasOffered')
        .when(
          sfn.Condition.stringEquals('$.offer.outcome', 'later'),
          new sfn.Wait(this, 'AwaitMorning', { time: sfn.WaitTime.timestampPath('$.offer.at') }).next(offer),
        )
        .when(
          sfn.Condition.stringEquals('$.offer.outcome', 'offered'),
          new sfn.Wait(this, 'AwaitAnswer', { time: sfn.WaitTime.timestampPath('$.offer.expiresAt') }).next(settle),
        )
        .otherwise(done),
    );
    settle.next(
      new sfn.Choice(this, 'WasAccepted')
        .when(sfn.Condition.stringEquals('$.settled.outcome', 'pass-on'), passOn)
        .otherwise(done),
    );
    passOn.next(offer);
    return offer;
  }
}
