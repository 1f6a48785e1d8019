import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { House } from './house.ts';
import { lambdaBusy, type Step, task, Workflow } from './parts/workflow.ts';
import type { StageSettings } from './settings.ts';

interface PostCallProps {
  house: House;
  analyzeCall: Step;
  awaitAnalysis: Step;
  fetchCall: Step;
  planSummary: Step;
  sendCallSummary: Step;
  settleSummary: Step;
}

/** The call, as every step is told of it. */
const call = {
  clinicId: sfn.JsonPath.stringAt('$.clinicId'),
  conversationId: sfn.JsonPath.stringAt('$.conversationId'),
};

/** Conversations no vendor analyses, by the beginning of their ids. */
const oursToAnalyse = ['twilio', 'sms', 'whatsapp', 'web'];

/**
 * From the end of a call to its e-mail: make the analysis of a talk of ours, or wait for the vendor's and ask for it when
 * it does not come; send to each recipient once, close. Every step may run twice. What fails in the end alarms, and the reconciler starts it again.
 */
export class PostCallWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { house, ...steps }: PostCallProps) {
    super(scope, id);
    this.stateMachine = new Workflow(this, 'Workflow', {
      house,
      name: 'post-call',
      definition: this.#definition(house.settings, steps),
      steps: Object.values(steps),
      // The longest waits are the analysis and four times five minutes for a delivery in flight.
      timeout: Duration.hours(2),
      impact: 'A clinic has not received the e-mail about a call.',
    }).stateMachine;
  }

  #definition(settings: StageSettings, steps: Omit<PostCallProps, 'house'>): sfn.IChainable {
    const planSummary = task(this, 'PlanSummary', steps.planSummary, {
      payload: { ...call, template: sfn.JsonPath.stringAt('$.template') },
      resultPath: '$.plan',
    }).addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 });

    const fetchCall = task(this, 'FetchCall', steps.fetchCall, { payload: call, resultPath: '$.fetch' })
      .addRetry({ errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxAttempts: 3 })
      .addCatch(planSummary, { errors: ['States.ALL'], resultPath: sfn.JsonPath.DISCARD });

    const awaitAnalysis = this.#await('AwaitAnalysis', steps.awaitAnalysis, settings.analysisTimeoutSeconds);
    awaitAnalysis.addCatch(fetchCall, { errors: ['States.Timeout'], resultPath: sfn.JsonPath.DISCARD });
    const awaitFetched = this.#await(
      'AwaitFetchedAnalysis',
      steps.awaitAnalysis,
      settings.fetchedAnalysisTimeoutSeconds,
    );
    awaitFetched.addCatch(planSummary, { errors: ['States.Timeout'], resultPath: sfn.JsonPath.DISCARD });

    fetchCall.next(
      new sfn.Choice(this, 'WasFetched')
        .when(sfn.Condition.booleanEquals('$.fetch.fetched', true), awaitFetched)
        .otherwise(planSummary),
    );
    awaitFetched.next(planSummary);
    awaitAnalysis.next(planSummary);

    // A call that could not be analysed is told all the same. What was told but not merged yet is waited for.
    const analyzeCall = task(this, 'AnalyzeCall', steps.analyzeCall, {
      payload: call,
      resultPath: sfn.JsonPath.DISCARD,
    })
      // The last words of a talk are saved within seconds, or its task is gone; the step itself waits for a minute at most.
      .addRetry({ errors: ['TalkNotFinished'], interval: Duration.seconds(5), backoffRate: 1, maxAttempts: 14 })
      .addRetry({ errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxAttempts: 3 })
      .addCatch(awaitFetched, { errors: ['States.ALL'], resultPath: sfn.JsonPath.DISCARD });
    analyzeCall.next(awaitFetched);

    const settle = task(this, 'Settle', steps.settleSummary, { resultPath: '$.settled' })
      .addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 })
      .next(
        new sfn.Choice(this, 'HowDidItEnd')
          .when(
            sfn.Condition.stringEquals('$.settled.state', 'failed'),
            new sfn.Fail(this, 'NotDelivered', {
              error: 'SummaryNotDelivered',
              cause: 'At least one recipient could not be sent the e-mail about this call.',
            }),
          )
          .otherwise(new sfn.Succeed(this, 'Done')),
      );
    const sendEach = new sfn.Map(this, 'SendEach', {
      itemsPath: '$.plan.recipients',
      maxConcurrency: 2,
      resultPath: '$.results',
    });
    sendEach.itemProcessor(this.#send(steps.sendCallSummary));
    planSummary.next(
      new sfn.Choice(this, 'IsThereAnEmail')
        .when(sfn.Condition.stringEquals('$.plan.action', 'suppress'), settle)
        .when(sfn.Condition.stringEquals('$.plan.action', 'send'), sendEach.next(settle)),
    );
    return new sfn.Choice(this, 'WhoAnalyses')
      .when(
        sfn.Condition.or(
          ...oursToAnalyse.map((prefix) => sfn.Condition.stringMatches('$.conversationId', `${prefix}_*`)),
        ),
        analyzeCall,
      )
      .otherwise(awaitAnalysis);
  }

  /** One recipient. That one cannot be reached must not keep the e-mail from the others. */
  #send(step: Step): sfn.IChainable {
    const notSent = new sfn.Pass(this, 'RecipientNotReached', {
      parameters: { recipientId: sfn.JsonPath.stringAt('$.recipientId'), outcome: 'failed' },
    });
    return (
      task(this, 'SendCallSummary', step, {})
        // Another attempt holds the claim: its lease of a quarter of an hour runs out within these tries.
        .addRetry({ errors: ['DeliveryInFlight'], interval: Duration.minutes(5), backoffRate: 1, maxAttempts: 4 })
        .addRetry({ errors: ['States.ALL'], interval: Duration.seconds(5), backoffRate: 2, maxAttempts: 5 })
        .addCatch(notSent, { errors: ['States.ALL'], resultPath: sfn.JsonPath.DISCARD })
    );
  }

  /** Leaves a token with the conversation and sleeps until the merge of the analysis wakes it. */
  #await(id: string, step: Step, seconds: number): LambdaInvoke {
    const task = new LambdaInvoke(this, id, {
      lambdaFunction: step.function,
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      payload: sfn.TaskInput.fromObject({ ...call, taskToken: sfn.JsonPath.taskToken }),
      taskTimeout: sfn.Timeout.duration(Duration.seconds(seconds)),
      resultPath: sfn.JsonPath.DISCARD,
      retryOnServiceExceptions: false,
    });
    task.addRetry({ errors: lambdaBusy, interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 6 });
    // A throttled table passes; the time limit is not among these errors.
    task.addRetry({ errors: ['States.TaskFailed'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 3 });
    return task;
  }
}
