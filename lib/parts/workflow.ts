import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import type { StageSettings } from '../settings.ts';
import { Alarm, sumOf } from './alarm.ts';
import { forUs } from './rights.ts';
import type { TaskFunction } from './task-function.ts';

export type Step = TaskFunction<unknown>;

/** A workflow's address, from its name alone: the functions that start it may also be steps of it. */
export function workflowArn(scope: Construct, settings: StageSettings, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: nameIn(settings, name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** What the Lambda service itself answers when it is busy; the function has not run. */
export const lambdaBusy = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/** A state that calls a function and takes its answer as it is. It has no retries yet. */
export function task(
  scope: Construct,
  id: string,
  step: Step,
  { payload, resultPath }: { payload?: Record<string, string>; resultPath?: string },
): LambdaInvoke {
  return new LambdaInvoke(scope, id, {
    lambdaFunction: step.function,
    payloadResponseOnly: true,
    payload: payload && sfn.TaskInput.fromObject(payload),
    resultPath,
    retryOnServiceExceptions: false,
  });
}

interface WorkflowProps {
  house: House;
  name: string;
  definition: sfn.IChainable;
  /** Every function it calls. */
  steps: Step[];
  timeout: Duration;
  /** What people notice when an execution fails. */
  impact: string;
}

/** A standard workflow with our defaults: it may call its functions and nothing else, and tells when it fails. */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { house, name, definition, steps, timeout, impact }: WorkflowProps) {
    super(scope, id);
    const { settings } = house;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${nameIn(settings, name)}`,
      retention: settings.logRetentionDays,
      encryptionKey: house.operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: nameIn(settings, name),
      stateMachineType: sfn.StateMachineType.STANDARD,
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      timeout,
      role: this.#role(steps),
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
      name: `${name}-failed`,
      impact,
      metric: sumOf(
        `${name} executions that did not end well`,
        [
          this.stateMachine.metricFailed({ period }),
          this.stateMachine.metricTimedOut({ period }),
          this.stateMachine.metricAborted({ period }),
        ],
        period,
      ),
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
