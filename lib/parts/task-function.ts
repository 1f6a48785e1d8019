import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { basename } from 'node:path';
import type { Entry } from '../bundle.ts';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { nodeVersion } from '../settings.ts';
import { Alarm, countCode, sumOf } from './alarm.ts';
import type { Holder } from './rights.ts';

/** A variable for each the function parses: a choice keeps its words, anything else travels as text. */
export type EnvironmentOf<Env> = { [Name in keyof Env]: Env[Name] extends string ? Env[Name] : string };

export interface TaskFunctionProps<Env> {
  house: House;
  entry: Entry;
  environment: EnvironmentOf<Env>;
  /** What people notice while the function keeps failing. */
  impact: string;
  /** Failures within a quarter of an hour that are told; below it, retries mend them unseen. */
  tellAfter?: number;
  /**
   * Where a fault shows, so that each counts once. `thrown`: the door logs it and throws it on, and Lambda counts what is
   * thrown. `caught`: the log alone, where throwing may also mean “wait”. `either`: the door catches it and logs it, and
   * Lambda counts what no door catches: a time limit, a failed start.
   */
  faults?: 'thrown' | 'caught' | 'either';
  timeout?: Duration;
  memorySize?: number;
  reservedConcurrentExecutions?: number;
}

/**
 * One Lambda function with our defaults: its own role that may write its own log and nothing else, an encrypted log
 * that is kept, and an alarm. `Env` is the function's own type, so a forgotten variable stops the build.
 */
export class TaskFunction<Env> extends Construct implements Holder {
  readonly name: string;
  readonly function: lambda.Function;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TaskFunctionProps<Env>) {
    super(scope, id);
    const { house, entry, environment, impact, faults = 'thrown' } = props;
    this.name = basename(entry, '.lambda.ts');

    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/frontdesk/${house.settings.stage}/${this.name}`,
      retention: house.settings.logRetentionDays,
      encryptionKey: house.operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    this.function = new lambda.Function(this, 'Function', {
      functionName: nameIn(house.settings, this.name),
      description: `When it fails: ${impact}`,
      code: house.bundles(entry),
      handler: 'index.handler',
      runtime: new lambda.Runtime(`nodejs${nodeVersion}.x`, lambda.RuntimeFamily.NODEJS),
      architecture: lambda.Architecture.ARM_64,
      role,
      environment: environment as Record<string, string>,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memorySize ?? 512,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      logGroup: this.logGroup,
    });
    const within = Duration.minutes(15);
    new Alarm(this, 'Failing', {
      house,
      name: `${this.name}-failing`,
      impact,
      metric: sumOf(
        'failures',
        [
          ...(faults === 'thrown'
            ? []
            : [countCode(this, 'Failed', { house, code: 'request.failed', by: this, within })]),
          ...(faults === 'caught' ? [] : [this.function.metricErrors({ period: within })]),
        ],
        within,
      ),
      atLeast: props.tellAfter ?? 3,
    });

    Validations.of(this.function).acknowledge(
      {
        id: 'HIPAA.Security-LambdaInsideVPC',
        reason:
          'It talks to AWS over TLS with its role and to Retell over the internet; a VPC would add a NAT, not a wall.',
      },
      {
        id: 'HIPAA.Security-LambdaDLQ',
        reason:
          'It is called by a queue with a dead-letter queue, by the workflow, or by a caller who waits for the answer.',
      },
      {
        id: 'HIPAA.Security-LambdaConcurrency',
        reason: 'Workers are capped at their queue, requests at the gateway; reserving here would take from the ring.',
      },
    );
  }

  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string | string[]>>): void {
    this.function.addToRolePolicy(new PolicyStatement({ actions, resources, conditions }));
  }
}
