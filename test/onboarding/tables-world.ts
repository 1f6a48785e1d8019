import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createCredentialStore } from '#adapters/dynamodb/credentials.ts';
import { createDeliveries } from '#adapters/dynamodb/deliveries.ts';
import { createInstructionStore } from '#adapters/dynamodb/instructions.ts';
import { createInvitationStore } from '#adapters/dynamodb/invitations.ts';
import { createLinkStore } from '#adapters/dynamodb/links.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { createOnboardingStore } from '#adapters/dynamodb/onboardings.ts';
import { createRelaySecretStore } from '#adapters/dynamodb/relay-secrets.ts';
import { createSocketKeyStore } from '#adapters/dynamodb/socket-keys.ts';
import { createRetellNumbers } from '#adapters/retell/numbers.ts';
import type { Clock } from '#domain/clock.ts';
import { E164 } from '#domain/e164.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { inMemorySecretValues } from '#test/fakes/credentials.ts';
import type { TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { inMemoryCarrier } from '#test/fakes/numbers.ts';
import { type JoiningWorld, joiningWorld } from './joining-world.ts';

interface Given extends Pick<JoiningWorld, 'leaseMs' | 'mayDie'> {
  tables: TestDynamoDb['tables'];
  retell: { baseUrl: string; apiKey: string };
  clock: Clock;
}

/** Clinics join over the real tables and the Retell stand-in. */
export function tablesWorld({ tables, retell, clock, leaseMs, mayDie }: Given) {
  const directory = createClinicDirectory(tables.routing);
  return joiningWorld({
    onboardings: createOnboardingStore(tables, clock),
    clinics: createClinicRegistry(tables),
    clinicOn: async (number) => (await directory.find({ number: E164.parse(number) })).number?.clinicId,
    numbers: createRetellNumbers(retell.baseUrl, () => Promise.resolve(retell.apiKey)),
    trunks: { of: async () => undefined },
    // Whoever buys or brings its number to Retell asks nothing of it.
    carrier: inMemoryCarrier(),
    instructions: createInstructionStore(tables, clock),
    deliveries: createDeliveries(tables.core, clock),
    access: {
      apiKeys: createApiKeyStore(tables),
      socketKeys: createSocketKeyStore(tables),
      relaySecrets: createRelaySecretStore(tables),
      credentials: createCredentialVault({
        store: createCredentialStore(tables),
        secrets: inMemorySecretValues(),
        clock,
      }),
      feeds: createCalendarFeedStore(tables),
      members: createMemberStore(tables),
      invitations: createInvitationStore(tables),
    },
    links: createLinkStore(tables.routing),
    // Their agent is a shared one: there is nothing to take back.
    takeWebhookBack: async () => 'not-ours',
    clock,
    leaseMs,
    mayDie,
  });
}
