import type { Env as AnswerChatEnv } from '#lambdas/conversations/texting/answer-chat.lambda.ts';
import type { Env as ReceiveMessageEnv } from '#lambdas/conversations/texting/receive-message.lambda.ts';
import type { Env as HeedNoticeEnv } from '#lambdas/notifications/heed-notice.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowEmail, configurationSetName } from '../parts/email.ts';
import { QueueWorker } from '../parts/queue-worker.ts';
import {
  allowBooking,
  allowClinicSecrets,
  allowRecord,
  allowSecret,
  allowSend,
  allowTable,
  clinicSecrets,
} from '../parts/rights.ts';
import type { Vendors } from '../parts/vendors.ts';
import type { WorkQueue } from '../parts/work-queue.ts';
import { workflowArn } from '../parts/workflow.ts';

/** Of the requests the gateway lets through: a flood of messages leaves the rest to the telephone. */
const messageShare = 0.025;
/** The same for the chats on clinics' sites, which cost a model each. */
const chatShare = 0.05;

/** A model answers within twenty seconds at most, and what one person wrote in a row is answered in a row. */
export const heedingTimeout = Duration.minutes(3);

interface TextingProps {
  house: House;
  api: Api;
  vendors: Vendors;
  notices: WorkQueue;
  callEvents: IQueue;
}

/** What is written to clinics and patients: messages are taken in, answered by the dialogue of calls, and sent once. */
export class Texting extends Construct {
  readonly receiveMessage: ApiFunction<ReceiveMessageEnv>;
  readonly heedNotice: QueueWorker<HeedNoticeEnv>;
  readonly answerChat: ApiFunction<AnswerChatEnv>;

  constructor(scope: Construct, id: string, { house, api, vendors, notices, callEvents }: TextingProps) {
    super(scope, id);
    const { settings, data } = house;
    const { core, routing, inbox, audit, dataKey, retellApiKey, twilioSecret, openAiKey, clinicBindingKey } = data;
    const waitlist = workflowArn(this, settings, 'waitlist');
    const tables = {
      CORE_TABLE: core.tableName,
      ROUTING_TABLE: routing.tableName,
      INBOX_TABLE: inbox.tableName,
      AUDIT_TABLE: audit.tableName,
    };

    this.receiveMessage = new ApiFunction<ReceiveMessageEnv>(this, 'ReceiveMessage', {
      house,
      api,
      routes: ['POST /api/twilio/incoming-message', 'POST /api/twilio/message-status'],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * messageShare),
      entry: 'lambdas/conversations/texting/receive-message.lambda.ts',
      environment: {
        ...tables,
        NOTICES_QUEUE_URL: notices.queue.queueUrl,
        TWILIO_SECRET: twilioSecret.ref,
        API_URL: api.apiEndpoint,
      },
      impact: 'Messages to clinics are lost: Twilio does not send one again. Who writes STOP is not heard.',
      tellAfter: 1,
      timeout: Duration.seconds(10),
    });
    allowTable(this.receiveMessage, core, ['GetItem', 'PutItem']);
    allowRecord(this.receiveMessage, audit);
    allowTable(this.receiveMessage, routing, ['BatchGetItem']);
    allowTable(this.receiveMessage, inbox, ['PutItem']);
    allowSend(this.receiveMessage, notices.queue);
    allowSecret(this.receiveMessage, twilioSecret, dataKey);

    const heedNotice = (this.heedNotice = new QueueWorker<HeedNoticeEnv>(this, 'HeedNotice', {
      house,
      from: notices,
      entry: 'lambdas/notifications/heed-notice.lambda.ts',
      environment: {
        ...tables,
        CALL_EVENTS_QUEUE_URL: callEvents.queueUrl,
        NOTICES_QUEUE_URL: notices.queue.queueUrl,
        WAITLIST_STATE_MACHINE_ARN: waitlist,
        RETELL_KEY_SECRET: retellApiKey.ref,
        CLINIC_SECRETS: clinicSecrets(settings),
        RETELL_BASE_URL: vendors.retellBaseUrl,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        TWILIO_SECRET: twilioSecret.ref,
        TWILIO_BASE_URL: vendors.twilioBaseUrl,
        OPENAI_KEY_SECRET: openAiKey.ref,
        OPENAI_BASE_URL: vendors.openAiBaseUrl,
        TEXT_MODEL: settings.models.text,
        API_URL: api.apiEndpoint,
        SENDER_ADDRESS: settings.senderAddress,
        CONFIGURATION_SET: configurationSetName(settings),
      },
      impact:
        'Patients get no answer to what they write, no confirmation of what they booked; invitations are not sent.',
      timeout: heedingTimeout,
      memorySize: 1024,
    }));
    allowBooking(heedNotice, core, audit);
    allowTable(heedNotice, routing, ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem']);
    allowTable(heedNotice, inbox, ['GetItem', 'PutItem', 'UpdateItem']);
    allowSend(heedNotice, notices.queue);
    allowSend(heedNotice, callEvents);
    allowSecret(heedNotice, twilioSecret, dataKey);
    allowSecret(heedNotice, openAiKey, dataKey);
    allowSecret(heedNotice, retellApiKey, dataKey);
    // A clinic's own agent calls from the clinic's own account.
    allowClinicSecrets(heedNotice, house, 'read');
    allowSecret(heedNotice, clinicBindingKey, dataKey);
    heedNotice.allow(['states:StartExecution'], [waitlist]);
    allowEmail(heedNotice, settings);

    this.answerChat = new ApiFunction<AnswerChatEnv>(this, 'AnswerChat', {
      house,
      api,
      routes: [
        'GET /api/chat/widget.js',
        'GET /api/chat/{slug}',
        'GET /api/chat/{slug}/messages',
        'POST /api/chat/{slug}/messages',
        'OPTIONS /api/chat/{slug}/messages',
      ],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * chatShare),
      entry: 'lambdas/conversations/texting/answer-chat.lambda.ts',
      environment: {
        ...tables,
        CALL_EVENTS_QUEUE_URL: callEvents.queueUrl,
        NOTICES_QUEUE_URL: notices.queue.queueUrl,
        WAITLIST_STATE_MACHINE_ARN: waitlist,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        OPENAI_KEY_SECRET: openAiKey.ref,
        OPENAI_BASE_URL: vendors.openAiBaseUrl,
        TEXT_MODEL: settings.models.text,
        API_URL: api.apiEndpoint,
      },
      impact: 'Visitors of clinics’ sites get no answer in the chat; calls are not affected.',
      // A model's answer, and as much as the gateway waits.
      timeout: Duration.seconds(29),
      memorySize: 1024,
    });
    allowBooking(this.answerChat, core, audit);
    allowTable(this.answerChat, routing, ['GetItem', 'PutItem']);
    allowTable(this.answerChat, inbox, ['PutItem']);
    allowSend(this.answerChat, notices.queue);
    allowSend(this.answerChat, callEvents);
    allowSecret(this.answerChat, clinicBindingKey, dataKey);
    allowSecret(this.answerChat, openAiKey, dataKey);
    this.answerChat.allow(['states:StartExecution'], [waitlist]);

    new LogAlarm(this, 'TextsRefused', {
      house,
      name: 'texts-refused',
      impact: 'Patients do not get what is written to them: numbers, services or the account are not set up right.',
      code: 'text.refused',
      from: [heedNotice],
      within: Duration.hours(1),
      atLeast: 5,
    });
  }
}
