import * as z from 'zod';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createInvitationStore } from '#adapters/dynamodb/invitations.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createReminders } from '#adapters/dynamodb/reminders.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import {
  createIncomingTexts,
  createOfferedTimes,
  createRepliesAbroad,
  createSentTexts,
  createTextServices,
} from '#adapters/dynamodb/texts.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createTextModel } from '#adapters/openai/text-model.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createEmailSender } from '#adapters/ses/email-sender.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { createWaitlistWorkflow } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { createTwilioMessages } from '#adapters/twilio/messages.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { Notice } from '#domain/messages/notice.ts';
import { acceptOffer } from '#lambdas/conversations/texting/accept-offer.ts';
import { answerMessage } from '#lambdas/conversations/texting/answer-message.ts';
import { textTalks } from '#lambdas/conversations/texting/text-talks.ts';
import { outboundCalling } from '#lambdas/conversations/outbound/outbound-calling.ts';
import { queueHandler } from '#lambdas/queue.ts';
import { twilioPaths } from '#lambdas/twilio-urls.ts';
import { remindPatient } from './remind-patient.ts';
import { sendLink } from './send-link.ts';
import { tellPatient } from './tell-patient.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  INBOX_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  CALL_EVENTS_QUEUE_URL: z.string(),
  NOTICES_QUEUE_URL: z.string(),
  WAITLIST_STATE_MACHINE_ARN: z.string(),
  RETELL_KEY_SECRET: z.string(),
  CLINIC_SECRETS: z.string(),
  RETELL_BASE_URL: z.string(),
  BINDING_KEY_SECRET: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  OPENAI_KEY_SECRET: z.string(),
  OPENAI_BASE_URL: z.string(),
  TEXT_MODEL: z.string(),
  API_URL: z.string(),
  SENDER_ADDRESS: z.string(),
  CONFIGURATION_SET: z.string(),
});
export type Env = z.infer<typeof Env>;

const env = Env.parse(process.env);
const log = createJsonLog();
const dynamo = createDynamoDb();
const core = openTable(dynamo, env.CORE_TABLE);
const routing = openTable(dynamo, env.ROUTING_TABLE);
const audit = openTable(dynamo, env.AUDIT_TABLE);
const inbox = createEventInbox(openTable(dynamo, env.INBOX_TABLE), clock);
const openAiKey = createSecret(env.OPENAI_KEY_SECRET, clock);
const twilio = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock));

const talks = textTalks({
  core,
  audit,
  model: createTextModel({
    apiKey: async () => (await openAiKey.values())[0],
    baseUrl: env.OPENAI_BASE_URL,
    timeoutMs: 20_000,
  }),
  modelName: env.TEXT_MODEL,
  waitlistWorkflow: createWaitlistWorkflow(env.WAITLIST_STATE_MACHINE_ARN),
  events: createTalkEvents({
    inbox,
    queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL),
    clock,
    source: 'workflow',
  }),
  notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
  clock,
  log,
});
const shared = {
  ...talks,
  suppressions: createSuppressionList({ core, audit }, clock),
  sender: createTwilioMessages({
    baseUrl: env.TWILIO_BASE_URL,
    account: twilio.account,
    statusUrl: `${env.API_URL}${twilioPaths.messageStatus}`,
  }),
  sent: createSentTexts(core, clock),
  services: createTextServices(routing, clock),
  offered: createOfferedTimes(core, clock),
  clock,
  log,
};
const tell = tellPatient(shared);
const { place } = outboundCalling({
  tables: { core, routing, audit },
  retell: { key: createSecret(env.RETELL_KEY_SECRET, clock), baseUrl: env.RETELL_BASE_URL },
  clinicSecrets: env.CLINIC_SECRETS,
  twilio: { secret: twilio, baseUrl: env.TWILIO_BASE_URL },
  bindingKey: createSecret(env.BINDING_KEY_SECRET, clock),
  apiUrl: env.API_URL,
  clock,
  log,
});
const remind = remindPatient({ ...shared, reminders: createReminders({ core, audit }, clock), place });
const answer = answerMessage({
  ...shared,
  inbox,
  directory: createClinicDirectory(routing),
  incoming: createIncomingTexts(core, clock),
  repliesAbroad: createRepliesAbroad(core, clock),
  accept: acceptOffer(shared),
});

const send = sendLink({
  clinics: talks.clinics,
  invitations: createInvitationStore({ core, routing, audit }),
  links: createLinkStore(routing),
  email: createEmailSender({ senderAddress: env.SENDER_ADDRESS, configurationSet: env.CONFIGURATION_SET }),
  clock,
  log,
  apiUrl: env.API_URL,
});

export const handler = queueHandler(log, Notice, (notice) => {
  switch (notice.kind) {
    case 'message-received':
      return answer(notice);
    case 'reminder-due':
      return remind(notice);
    case 'link-due':
      return send(notice);
    default:
      return tell(notice);
  }
});
