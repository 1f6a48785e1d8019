import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { Alarm } from './alarm.ts';

interface WorkQueueProps {
  house: House;
  /** Without the stage and without `.fifo`. */
  name: string;
  fifo?: boolean;
  /** The longest a worker may hold a batch. */
  workerTimeout: Duration;
  /** What people miss when messages were given up. */
  impactWhenGivenUp: string;
  /** What people notice when messages wait. */
  impactWhenLate: string;
}

/** After so many failed deliveries a message is put aside: enough for a deploy or a throttled table to pass. */
const tries = 5;

/** A queue whose messages are never lost silently: what fails is put aside, kept two weeks, and told. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { house, name } = props;
    const ending = props.fifo ? '.fifo' : '';
    const shared = {
      fifo: props.fifo,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: house.operationsKey,
      // Sends beyond one data key in five minutes cost a call to KMS each.
      dataKeyReuse: Duration.minutes(5),
      enforceSSL: true,
    };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...shared,
      queueName: nameIn(house.settings, `${name}-dlq${ending}`),
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      queueName: nameIn(house.settings, `${name}${ending}`),
      retentionPeriod: Duration.days(4),
      // Six times the worker's timeout, as AWS advises for batches.
      visibilityTimeout: Duration.seconds(props.workerTimeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: tries },
    });
    new Alarm(this, 'GivenUp', {
      house,
      name: `${name}-dlq`,
      impact: props.impactWhenGivenUp,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
    });
    new Alarm(this, 'Late', {
      house,
      name: `${name}-late`,
      impact: props.impactWhenLate,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
      atLeast: Duration.minutes(10).toSeconds(),
      periods: 3,
    });
  }
}
