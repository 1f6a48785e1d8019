import type { LogCode } from '#domain/log.ts';
import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { nameIn } from '../name-in.ts';
import { Alarm, LogAlarm } from './alarm.ts';
import { forUs } from './rights.ts';
import { TaskFunction, type TaskFunctionProps } from './task-function.ts';

interface ScheduledFunctionProps<Env> extends Omit<
  TaskFunctionProps<Env>,
  'faults' | 'tellAfter' | 'reservedConcurrentExecutions'
> {
  every: Duration;
  /** The log code of a run that came to its end. */
  finishes: LogCode;
  /** What people notice when no run comes to its end any more. */
  impactWhenMissing: string;
}

/** A function that runs by the clock, one run at a time. A run that fails is not repeated: the next one is near. */
export class ScheduledFunction<Env> extends TaskFunction<Env> {
  constructor(
    scope: Construct,
    id: string,
    { every, finishes, impactWhenMissing, ...props }: ScheduledFunctionProps<Env>,
  ) {
    // A run goes on after a fault that it can catch. At the first fault it is told, so one that counts twice changes nothing.
    super(scope, id, { ...props, faults: 'either', tellAfter: 1, reservedConcurrentExecutions: 1 });
    const { house } = props;
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: every });

    const deadLetters = new Queue(this, 'DeadLetters', {
      queueName: nameIn(house.settings, `${this.name}-dlq`),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: house.operationsKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue itself, of a schedule instead of a queue.',
    });
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com').withConditions(forUs(this)),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [house.operationsKey.keyArn],
      }),
    );
    new Schedule(this, 'Schedule', {
      scheduleName: nameIn(house.settings, this.name),
      description: props.impact,
      schedule: ScheduleExpression.rate(every),
      target: new LambdaInvoke(this.function, {
        // Its rights are the statements above; left to itself the target would also invoke every version.
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: deadLetters,
        retryAttempts: 2,
        maxEventAge: every,
      }),
    });

    new Alarm(this, 'NotStarted', {
      house,
      name: `${this.name}-dlq`,
      impact: props.impact,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
    });
    new LogAlarm(this, 'Missing', {
      house,
      name: `${this.name}-missing`,
      impact: impactWhenMissing,
      code: finishes,
      from: [this],
      within: every,
      lessThan: 1,
      periods: 3,
    });
  }
}
