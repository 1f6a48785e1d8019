import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { isoInstant } from '#domain/clock.ts';
import type { NotificationState } from '#domain/conversations/conversation.ts';
import { ClinicId, type ConversationId } from '#domain/ids.ts';
import { allClinics, clinicsOn } from '#local/demo-clinics.ts';
import { type LocalClinic, localClinic } from '#local/local-json.ts';
import type { RunningSystem } from './running-system.ts';

/** What the running system itself has written down. */
export interface Records {
  /** Every clinic as it is now, applied or disabled since the start or not. */
  clinics(): Promise<LocalClinic[]>;
  /** How far the clinic was told; `none` as long as there is no record of the call. */
  notification(clinicId: string, conversationId: ConversationId): Promise<NotificationState>;
  /** The types of the call's events that lie in quarantine. @param sinceMs when the call began, epoch ms */
  quarantined(conversationId: ConversationId, sinceMs: number): Promise<string[]>;
}

export function openRecords({ aws, dynamodb }: RunningSystem): Records {
  // The AWS clients find the local cloud by their environment, like everything else that talks to it.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const client = createDynamoDb();
  const conversations = createConversationStore(openTable(client, dynamodb.tables.core));
  const inbox = openTable(client, dynamodb.tables.inbox);
  const registry = clinicsOn(client, dynamodb.tables);
  return {
    clinics: async () => (await allClinics(registry)).map(localClinic),
    async notification(clinicId, conversationId) {
      return (await conversations.get(ClinicId.parse(clinicId), conversationId))?.notification ?? 'none';
    },
    async quarantined(conversationId, sinceMs) {
      const items = await inbox.query({
        index: 'GSI1',
        pk: keys.quarantinedEvents,
        sk: 'GSI1SK >= :since',
        values: { ':since': isoInstant(sinceMs) },
      });
      return items.filter((item) => item.conversationId === conversationId).map((item) => String(item.eventType));
    },
  };
}
