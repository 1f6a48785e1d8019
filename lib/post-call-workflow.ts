import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { type House, nameIn } from './house.ts';
import { Alarm, sumOf } from './parts/alarm.ts';
import { forUs } from './parts/rights.ts';
import type { TaskFunction } from './parts/task-function.ts';
import type { StageSettings } from './settings.ts';

/** The workflow's address, from its name alone: the functions that wake it are also steps of it. */
export function postCallArn(scope: Construct, settings: StageSettings): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: nameIn(settings, 'post-call'),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

type Step = TaskFunction<unknown>;

interface PostCallProps {
  house: House;
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

/** What the Lambda service itself answers when it is busy; the function has not run. */
const lambdaBusy = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/**
 * From the end of a call to its e-mail: wait for the analysis, ask the vendor when it does not come, send to each
 * recipient once, close. Every step may run twice. What fails in the end alarms, and the reconciler starts it again.
 */
export class PostCallWorkflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { house, ...steps }: PostCallProps) {
    super(scope, id);
    const { settings } = house;
    const name = nameIn(settings, 'post-call');
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: settings.logRetentionDays,
      encryptionKey: house.operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromChainable(this.#definition(settings, steps)),
      // The longest waits are the analysis and four times five minutes for a delivery in flight.
      timeout: Duration.hours(2),
      role: this.#role(Object.values(steps)),
      // Input and output stay out of the log: the execution itself keeps them, for 90 days and fewer eyes.
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    Validations.of(this.stateMachine).acknowledge({
      id: 'AwsSolutions-SF2',
      reason:
        'Each execution keeps the time of every step, and the log lines of all functions carry the conversation id.',
    });

    const period = Duration.minutes(5);
    new Alarm(this, 'Failed', {
      house,
      name: 'post-call-failed',
      impact: 'A clinic has not received the e-mail about a call.',
      metric: sumOf(
        'post-call executions that did not end well',
        [
          this.stateMachine.metricFailed({ period }),
          this.stateMachine.metricTimedOut({ period }),
          this.stateMachine.metricAborted({ period }),
        ],
        period,
      ),
    });
  }

  #definition(settings: StageSettings, steps: Omit<PostCallProps, 'house'>): sfn.IChainable {
    const planSummary = this.#task('PlanSummary', steps.planSummary, {
      payload: { ...call, template: sfn.JsonPath.stringAt('$.template') },
      resultPath: '$.plan',
    }).addRetry({ errors: ['States.ALL'], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 });

    const fetchCall = this.#task('FetchCall', steps.fetchCall, { payload: call, resultPath: '$.fetch' })
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

    const settle = this.#task('Settle', steps.settleSummary, { resultPath: '$.settled' })
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
    return awaitAnalysis;
  }

  /** One recipient. That one cannot be reached must not keep the e-mail from the others. */
  #send(step: Step): sfn.IChainable {
    const notSent = new sfn.Pass(this, 'RecipientNotReached', {
      parameters: { recipientId: sfn.JsonPath.stringAt('$.recipientId'), outcome: 'failed' },
    });
    return (
      this.#task('SendCallSummary', step, {})
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

  #task(
    id: string,
    step: Step,
    { payload, resultPath }: { payload?: Record<string, string>; resultPath?: string },
  ): LambdaInvoke {
    return new LambdaInvoke(this, id, {
      lambdaFunction: step.function,
      payloadResponseOnly: true,
      payload: payload && sfn.TaskInput.fromObject(payload),
      resultPath,
      retryOnServiceExceptions: false,
    });
  }

  #role(steps: Step[]): iam.IRole {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com').withConditions(forUs(this)),
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: steps.map((step) => step.function.functionArn),
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'logs:CreateLogDelivery',
          'logs:DeleteLogDelivery',
          'logs:DescribeLogGroups',
          'logs:DescribeResourcePolicies',
          'logs:GetLogDelivery',
          'logs:ListLogDeliveries',
          'logs:PutResourcePolicy',
          'logs:UpdateLogDelivery',
        ],
        resources: ['*'],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The actions that arrange log delivery for Step Functions know no resource; AWS documents them with “*”.',
    });
    // Written out above, so the steps add nothing: they would also allow every version of their functions.
    return role.withoutPolicyUpdates();
  }
}
