import type { Env as PlanSummaryEnv } from '#lambdas/notifications/plan-summary.lambda.ts';
import type { Env as RecordEmailEventEnv } from '#lambdas/notifications/record-email-event.lambda.ts';
import type { Env as SendCallSummaryEnv } from '#lambdas/notifications/send-call-summary.lambda.ts';
import type { Env as SettleSummaryEnv } from '#lambdas/notifications/settle-summary.lambda.ts';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { Alarm, LogAlarm } from '../parts/alarm.ts';
import { configurationSetName } from '../parts/email.ts';
import { QueueWorker } from '../parts/queue-worker.ts';
import { allowBucket, allowTable } from '../parts/rights.ts';
import { TaskFunction } from '../parts/task-function.ts';
import { WorkQueue } from '../parts/work-queue.ts';

/** What we tell clinics: the e-mail after a call, and what became of it. */
export class Notifications extends Construct {
  readonly planSummary: TaskFunction<PlanSummaryEnv>;
  readonly sendCallSummary: TaskFunction<SendCallSummaryEnv>;
  readonly settleSummary: TaskFunction<SettleSummaryEnv>;
  readonly #house: House;

  constructor(scope: Construct, id: string, { house }: { house: House }) {
    super(scope, id);
    this.#house = house;
    const { settings } = house;
    const { core, payloads } = house.data;
    const configurationSet = this.#configurationSet();
    const identity = this.#identity(configurationSet);

    this.planSummary = new TaskFunction<PlanSummaryEnv>(this, 'PlanSummary', {
      house,
      entry: 'lambdas/notifications/plan-summary.lambda.ts',
      environment: { CORE_TABLE: core.tableName },
      impact: 'E-mails about calls are held up: nobody decides who gets them.',
    });
    allowTable(this.planSummary, core, ['GetItem', 'Query', 'UpdateItem']);

    this.sendCallSummary = new TaskFunction<SendCallSummaryEnv>(this, 'SendCallSummary', {
      house,
      entry: 'lambdas/notifications/send-call-summary.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        PAYLOADS_BUCKET: payloads.bucketName,
        SENDER_ADDRESS: settings.senderAddress,
        CONFIGURATION_SET: configurationSet.configurationSetName,
        CONSOLE_URL: settings.consoleUrl,
      },
      impact: 'Clinics do not receive the summary of a call.',
      // A delivery in flight is thrown too, so that the workflow waits for it; its door does not log it as a fault.
      faults: 'caught',
      timeout: Duration.minutes(1),
      memorySize: 1024,
    });
    allowTable(this.sendCallSummary, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowBucket(this.sendCallSummary, payloads, ['GetObject']);
    const configurationSetArn = Stack.of(this).formatArn({
      service: 'ses',
      resource: 'configuration-set',
      resourceName: configurationSet.configurationSetName,
    });
    this.sendCallSummary.allow(['ses:SendRawEmail'], [identity.emailIdentityArn, configurationSetArn], {
      StringEquals: { 'ses:FromAddress': settings.senderAddress },
    });

    this.settleSummary = new TaskFunction<SettleSummaryEnv>(this, 'SettleSummary', {
      house,
      entry: 'lambdas/notifications/settle-summary.lambda.ts',
      environment: { CORE_TABLE: core.tableName },
      impact: 'E-mails about calls go out, but the calls stay open.',
    });
    allowTable(this.settleSummary, core, ['GetItem', 'UpdateItem']);

    this.#recordEmailEvents(configurationSet);
    this.#watchReputation();
  }

  #configurationSet(): ses.ConfigurationSet {
    return new ses.ConfigurationSet(this, 'ConfigurationSet', {
      configurationSetName: configurationSetName(this.#house.settings),
      tlsPolicy: ses.ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
  }

  /** The domain we write from. DNS outside this app proves that it is ours: the outputs are its records. */
  #identity(configurationSet: ses.ConfigurationSet): ses.EmailIdentity {
    const { mailDomain } = this.#house.settings;
    const identity = new ses.EmailIdentity(this, 'Identity', {
      identity: ses.Identity.domain(mailDomain),
      dkimIdentity: ses.DkimIdentity.easyDkim(ses.EasyDkimSigningKeyLength.RSA_2048_BIT),
      mailFromDomain: `bounce.${mailDomain}`,
      // Better a message without SPF alignment than none: DKIM alone satisfies DMARC.
      mailFromBehaviorOnMxFailure: ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
      configurationSet,
    });
    // A new identity would have new DKIM names and could not send until DNS followed.
    identity.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    identity.dkimRecords.forEach(({ name, value }, index) => {
      new CfnOutput(this, `DkimRecord${index + 1}`, { value: `${name} CNAME ${value}` });
    });
    const { region } = Stack.of(this);
    new CfnOutput(this, 'MailFromRecords', {
      value: `bounce.${mailDomain} MX 10 feedback-smtp.${region}.amazonses.com; bounce.${mailDomain} TXT "v=spf1 include:amazonses.com ~all"`,
    });
    return identity;
  }

  /** Accepted, delivered, bounced, complained of: SES tells a topic, the topic a queue, the queue a worker. */
  #recordEmailEvents(configurationSet: ses.ConfigurationSet): void {
    const house = this.#house;
    const timeout = Duration.seconds(30);
    const events = new WorkQueue(this, 'EmailEvents', {
      house,
      name: 'email-events',
      workerTimeout: timeout,
      impactWhenGivenUp: 'We may go on writing to an address that bounces, and its clinic misses every e-mail.',
      impactWhenLate: 'Bounces are noticed late: we go on writing to addresses that do not work.',
    });
    const topic = new Topic(this, 'EmailEventsTopic', {
      topicName: nameIn(house.settings, 'email-events'),
      masterKey: house.operationsKey,
      enforceSSL: true,
    });
    topic.addSubscription(new SqsSubscription(events.queue, { rawMessageDelivery: true }));
    configurationSet.addEventDestination('Events', {
      destination: ses.EventDestination.snsTopic(topic),
      events: [
        ses.EmailSendingEvent.SEND,
        ses.EmailSendingEvent.DELIVERY,
        ses.EmailSendingEvent.BOUNCE,
        ses.EmailSendingEvent.COMPLAINT,
        ses.EmailSendingEvent.DELIVERY_DELAY,
        ses.EmailSendingEvent.REJECT,
        ses.EmailSendingEvent.RENDERING_FAILURE,
      ],
    });

    const recordEmailEvent = new QueueWorker<RecordEmailEventEnv>(this, 'RecordEmailEvent', {
      house,
      from: events,
      entry: 'lambdas/notifications/record-email-event.lambda.ts',
      environment: { CORE_TABLE: house.data.core.tableName, ROUTING_TABLE: house.data.routing.tableName },
      impact: 'Bounces are not noticed: we go on writing to addresses that do not work.',
      timeout,
    });
    allowTable(recordEmailEvent, house.data.core, ['GetItem', 'PutItem', 'UpdateItem']);
    allowTable(recordEmailEvent, house.data.routing, ['UpdateItem']);
    new LogAlarm(this, 'RecipientDisabled', {
      house,
      name: 'recipient-disabled',
      impact: 'An address of a clinic bounced or complained, so that person gets no more e-mails about calls.',
      code: 'recipient.disabled',
      from: [recordEmailEvent],
      within: Duration.minutes(5),
    });
  }

  /** Rates of the whole account, at which SES begins a review; at twice that it stops all sending. */
  #watchReputation(): void {
    const rate = (metricName: string) =>
      new Metric({ namespace: 'AWS/SES', metricName, period: Duration.hours(1), statistic: 'Average' });
    const house = this.#house;
    new Alarm(this, 'BounceRate', {
      house,
      name: 'email-bounce-rate',
      impact: 'SES is about to stop the e-mails of every clinic: too many addresses do not exist.',
      metric: rate('Reputation.BounceRate'),
      atLeast: 0.05,
    });
    new Alarm(this, 'ComplaintRate', {
      house,
      name: 'email-complaint-rate',
      impact: 'SES is about to stop the e-mails of every clinic: too many readers call them spam.',
      metric: rate('Reputation.ComplaintRate'),
      atLeast: 0.001,
    });
  }
}
