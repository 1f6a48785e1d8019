import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createSocketKeyStore } from '#adapters/dynamodb/socket-keys.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { isoInstant, systemClock } from '#domain/clock.ts';
import { mintApiKey } from '#domain/clinics/keys/api-key.ts';
import type { Slug } from '#domain/clinics/slug.ts';
import type { ClinicId } from '#domain/ids.ts';
import { issueSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import type { TableNames } from './local-json.ts';

const label = 'this machine';

/**
 * A key for the booking API of a clinic, new at each start: of those before only hashes are kept, so none of them can be
 * told again. They end with the new one.
 */
export async function issueDemoKey(client: DynamoDBClient, tables: TableNames, clinicId: ClinicId): Promise<string> {
  const store = createApiKeyStore({
    routing: openTable(client, tables.routing),
    audit: openTable(client, tables.audit),
  });
  const former = (await store.ofClinic(clinicId)).filter((key) => key.label === label).map(({ keyId }) => keyId);
  const { text, keyId, secretHash } = mintApiKey();
  const nowMs = systemClock.now();
  await store.add(
    { keyId, clinicId, secretHash, label, createdAtMs: nowMs },
    // More than a transaction takes have not been made in one hour.
    { keyIds: former.slice(-90), expiresAtMs: nowMs },
    {
      v: 1,
      clinicId,
      occurredAt: isoInstant(nowMs),
      actorType: 'system',
      actorId: 'npm-start',
      act: 'credential.rotate',
      outcome: 'success',
      resourceType: 'api-key',
      resourceId: keyId,
      requestId: `start-${randomUUID()}`,
    },
  );
  return text;
}

/** An address for the LLM socket of a clinic, new at each start, as for those of the booking API. */
export async function issueDemoSocket(
  client: DynamoDBClient,
  tables: TableNames,
  clinic: { id: ClinicId; slug: Slug },
): Promise<string> {
  const keys = createSocketKeyStore({
    routing: openTable(client, tables.routing),
    audit: openTable(client, tables.audit),
  });
  const issued = await issueSocketKey({ keys, clock: systemClock })(clinic);
  if (issued.outcome !== 'issued') throw new Error(`${clinic.slug} has too many socket keys`);
  return issued.path;
}
