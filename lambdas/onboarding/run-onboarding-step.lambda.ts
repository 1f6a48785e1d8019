import * as z from 'zod';
import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createCredentialStore } from '#adapters/dynamodb/credentials.ts';
import { createDeliveries } from '#adapters/dynamodb/deliveries.ts';
import { createFormerWebhooks } from '#adapters/dynamodb/former-webhooks.ts';
import { createInstructionStore } from '#adapters/dynamodb/instructions.ts';
import { createInvitationStore } from '#adapters/dynamodb/invitations.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { createOnboardingStore } from '#adapters/dynamodb/onboardings.ts';
import { createRelaySecretStore } from '#adapters/dynamodb/relay-secrets.ts';
import { createSocketKeyStore } from '#adapters/dynamodb/socket-keys.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createRetellAccounts } from '#adapters/retell/clinic-agents.ts';
import { createRetellNumbers } from '#adapters/retell/numbers.ts';
import { createTestRing } from '#adapters/retell/test-ring.ts';
import { createClinicSecrets } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createTrunkLogins } from '#adapters/secrets/trunk-logins.ts';
import { createEmailSender } from '#adapters/ses/email-sender.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTwilioNumbers } from '#adapters/twilio/numbers.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { createInvitations } from '#domain/clinics/members/invitation.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { takeWebhookBack } from '#lambdas/clinics/agents/take-webhook-back.ts';
import { taskHandler } from '#lambdas/task.ts';
import { twilioPaths } from '#lambdas/twilio-urls.ts';
import { inviteMembers } from './invite-members.ts';
import { revokeAccess } from './revoke-access.ts';
import { OnboardingTask, runOnboardingStep } from './run-onboarding-step.ts';
import { welcomeClinic } from './welcome-clinic.ts';

const Env = z.object({
  CORE_TABLE: z.string(),
  ROUTING_TABLE: z.string(),
  AUDIT_TABLE: z.string(),
  RETELL_KEY_SECRET: z.string(),
  RETELL_BASE_URL: z.string(),
  CLINIC_SECRETS: z.string(),
  TRUNK_SECRETS: z.string(),
  DATA_KEY_ARN: z.string(),
  TWILIO_SECRET: z.string(),
  TWILIO_BASE_URL: z.string(),
  API_URL: z.string(),
  SENDER_ADDRESS: z.email(),
  CONFIGURATION_SET: z.string(),
  CONSOLE_URL: z.url(),
  NOTICES_QUEUE_URL: z.string(),
});
export type Env = z.infer<typeof Env>;

/** The function itself ends after a minute and a half, and with it whatever it was asking for. */
const leaseMs = 100_000;

const env = Env.parse(process.env);
const client = createDynamoDb();
const tables = {
  core: openTable(client, env.CORE_TABLE),
  routing: openTable(client, env.ROUTING_TABLE),
  audit: openTable(client, env.AUDIT_TABLE),
};
const members = createMemberStore(tables);
const store = createInvitationStore(tables);
const links = createLinkStore(tables.routing);
const notices = createNoticeQueue(env.NOTICES_QUEUE_URL);
const directory = createClinicDirectory(tables.routing);
const secret = createSecret(env.RETELL_KEY_SECRET, clock);
const key = async () => (await secret.values())[0];
const credentials = createCredentialVault({
  store: createCredentialStore(tables),
  secrets: createClinicSecrets({ prefix: env.CLINIC_SECRETS, keyArn: env.DATA_KEY_ARN }),
  clock,
});
const inboundUrl = `${env.API_URL}/api/retell/inbound`;
const log = createJsonLog();

export const handler = taskHandler(
  log,
  OnboardingTask,
  runOnboardingStep({
    onboardings: createOnboardingStore(tables, clock),
    clinics: createClinicRegistry(tables),
    clinicOn: async (number) => (await directory.find({ number })).number?.clinicId,
    numbers: createRetellNumbers(env.RETELL_BASE_URL, key),
    trunks: createTrunkLogins(env.TRUNK_SECRETS),
    carrier: createTwilioNumbers({
      baseUrl: env.TWILIO_BASE_URL,
      account: createTwilioSecret(createSecret(env.TWILIO_SECRET, clock)).account,
      ours: {
        voiceUrl: `${env.API_URL}${twilioPaths.incomingCall}`,
        statusUrl: `${env.API_URL}${twilioPaths.callStatus}`,
        smsUrl: `${env.API_URL}${twilioPaths.incomingMessage}`,
      },
    }),
    instructions: createInstructionStore(tables, clock),
    inviteMembers: inviteMembers({
      invitations: createInvitations({ invitations: store, members, links, notices, clock }),
      store,
      members,
    }),
    welcome: welcomeClinic({
      deliveries: createDeliveries(tables.core, clock),
      email: createEmailSender({ senderAddress: env.SENDER_ADDRESS, configurationSet: env.CONFIGURATION_SET }),
      consoleUrl: env.CONSOLE_URL,
    }),
    revokeAccess: revokeAccess({
      apiKeys: createApiKeyStore(tables),
      socketKeys: createSocketKeyStore(tables),
      relaySecrets: createRelaySecretStore(tables),
      credentials,
      feeds: createCalendarFeedStore(tables),
      members,
      invitations: store,
      clock,
    }),
    takeWebhookBack: takeWebhookBack({
      credentials,
      accounts: createRetellAccounts(env.RETELL_BASE_URL),
      formerWebhooks: createFormerWebhooks(tables.routing),
      webhookUrl: `${env.API_URL}/api/retell/webhook`,
      clock,
    }),
    ring: createTestRing(inboundUrl, key, clock.now),
    inboundUrl,
    leaseMs,
    clock,
    log,
  }),
);
