import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Bundles } from './bundles.ts';
import { Clinics } from './capabilities/clinics.ts';
import { Conversations } from './capabilities/conversations.ts';
import { Notifications } from './capabilities/notifications.ts';
import { Onboarding } from './capabilities/onboarding.ts';
import { Outbound } from './capabilities/outbound.ts';
import { Routing } from './capabilities/routing.ts';
import { Scheduling } from './capabilities/scheduling.ts';
import { heedingTimeout, Texting } from './capabilities/texting.ts';
import type { DataStack } from './data-stack.ts';
import type { House } from './house.ts';
import { nameIn } from './name-in.ts';
import { LogAlarm } from './parts/alarm.ts';
import { Api } from './parts/api.ts';
import { vendorsOf } from './parts/vendors.ts';
import { WorkQueue } from './parts/work-queue.ts';
import { PostCallWorkflow } from './post-call-workflow.ts';
import type { StageSettings } from './settings.ts';

interface BackendProps extends StackProps {
  settings: StageSettings;
  data: DataStack;
  bundles: Bundles;
}

/** API, queues, functions and the workflow, in the order a call meets them. */
export class BackendStack extends Stack {
  readonly house: House;
  readonly apiUrl: string;
  readonly callEvents: IQueue;
  readonly notices: IQueue;

  constructor(scope: Construct, id: string, { settings, data, bundles, ...props }: BackendProps) {
    super(scope, id, props);
    // Imported, so that no construct here writes into its policy: see DataStack.
    const operationsKey = Key.fromKeyArn(this, 'OperationsKey', data.operationsKey.keyArn);
    const alarms = this.#alarms(settings, operationsKey);
    const house = (this.house = { settings, data, operationsKey, alarms, bundles });
    const vendors = vendorsOf(this, settings);

    const api = new Api(this, 'Api', house);
    const { answerInboundCall, answerTwilioCall, continueTwilioCall } = new Routing(this, 'Routing', {
      house,
      api,
      vendors,
    });
    this.apiUrl = api.apiEndpoint;
    const notices = new WorkQueue(this, 'Notices', {
      house,
      name: 'notices',
      fifo: true,
      workerTimeout: heedingTimeout,
      impactWhenGivenUp:
        'Somebody who wrote to a clinic has no answer, a patient no word of an appointment, or an invited person no link.',
      impactWhenLate: 'Patients are answered and told of their appointments late.',
    });
    this.notices = notices.queue;
    const conversations = new Conversations(this, 'Conversations', { house, api, vendors, notices: notices.queue });
    const { answerBookingRequest } = new Scheduling(this, 'Scheduling', { house, api, notices: notices.queue });
    this.callEvents = conversations.callEvents.queue;
    const { receiveMessage, answerChat, heedNotice } = new Texting(this, 'Texting', {
      house,
      api,
      vendors,
      notices,
      callEvents: this.callEvents,
    });
    new Outbound(this, 'Outbound', { house, api, vendors, notices: notices.queue, heedNotice });
    const notifications = new Notifications(this, 'Notifications', { house });
    new Clinics(this, 'Clinics', { house, api, notices: notices.queue, vendors });
    new Onboarding(this, 'Onboarding', { house, api, vendors, notices: notices.queue });
    const { stateMachine } = new PostCallWorkflow(this, 'PostCall', {
      house,
      analyzeCall: conversations.analyzeCall,
      awaitAnalysis: conversations.awaitAnalysis,
      fetchCall: conversations.fetchCall,
      planSummary: notifications.planSummary,
      sendCallSummary: notifications.sendCallSummary,
      settleSummary: notifications.settleSummary,
    });
    new LogAlarm(this, 'Poison', {
      house,
      name: 'event-poison',
      impact: 'A vendor sent something we cannot read: a call may lack its clinic, its summary or its e-mail.',
      code: 'event.poison',
      from: [
        answerInboundCall,
        answerTwilioCall,
        conversations.receiveCallEvent,
        conversations.receiveTwilioEvent,
        conversations.recordCallEvent,
        receiveMessage,
      ],
      within: Duration.minutes(5),
    });
    new LogAlarm(this, 'WaitlistNotStarted', {
      house,
      name: 'waitlist-not-started',
      impact: 'A time came free and nobody on the waitlist hears of it.',
      code: 'waitlist.start-failed',
      from: [conversations.runTool, answerBookingRequest, answerChat, heedNotice],
      within: Duration.minutes(15),
    });
    new LogAlarm(this, 'SignaturesRefused', {
      house,
      name: 'signatures-refused',
      impact: 'Calls ring without their clinic and are not recorded if our key is wrong; else someone forges events.',
      code: 'signature.refused',
      from: [
        answerInboundCall,
        answerTwilioCall,
        continueTwilioCall,
        conversations.receiveCallEvent,
        conversations.receiveRelayedEvent,
        conversations.receiveTwilioEvent,
        conversations.runTool,
        receiveMessage,
      ],
      within: Duration.minutes(5),
      atLeast: 10,
    });

    new LogAlarm(this, 'NoticesNotQueued', {
      house,
      name: 'notices-not-queued',
      impact: 'Patients do not get the confirmation of an appointment that was made, moved or cancelled.',
      code: 'notice.not-queued',
      from: [conversations.runTool, conversations.recordCallEvent, answerChat, heedNotice],
      within: Duration.minutes(15),
    });

    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'PostCallStateMachineArn', { value: stateMachine.stateMachineArn });
  }

  /** Where alarms go. */
  #alarms(settings: StageSettings, masterKey: IKey): Topic {
    const topic = new Topic(this, 'Alarms', { topicName: nameIn(settings, 'alarms'), masterKey, enforceSSL: true });
    // A topic with a policy of its own must name CloudWatch in it.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    topic.addSubscription(new EmailSubscription(settings.operatorEmail));
    return topic;
  }
}
