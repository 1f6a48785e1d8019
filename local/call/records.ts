import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { isoInstant, systemClock } from '#domain/clock.ts';
import type { Act, NotificationState, Outcome, Reached } from '#domain/conversations/conversation.ts';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import { ClinicId, type ConversationId } from '#domain/ids.ts';
import type { AppointmentStatus } from '#domain/scheduling/calendar/appointment.ts';
import { allClinics, clinicsOn } from '#local/demo-clinics.ts';
import { type LocalClinic, localClinic } from '#local/local-json.ts';
import type { RunningSystem } from './running-system.ts';

export interface CallRecord {
  notification: NotificationState;
  outcome?: Outcome;
  /** What a call of ours met. */
  reached?: Reached;
  acts: Act[];
  /** What our tools made, moved or cancelled in it, as it stands now. */
  appointments: { patient: string; status: AppointmentStatus }[];
}

/** What the running system itself has written down. */
export interface Records {
  /** Every clinic as it is now, applied or disabled since the start or not. */
  clinics(): Promise<LocalClinic[]>;
  /** What the record of a call says; `notification` is `none` as long as there is no record. */
  ofCall(clinicId: string, conversationId: ConversationId): Promise<CallRecord>;
  /** What was said and done in a talk on the voice service, in order. */
  turns(clinicId: string, conversationId: ConversationId): Promise<Turn[]>;
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
  const core = openTable(client, dynamodb.tables.core);
  const conversations = createConversationStore(core);
  const appointments = createAppointmentStore(core);
  const patients = createPatientStore({ core, audit: openTable(client, dynamodb.tables.audit) });
  const talks = createTalkStore(core, systemClock);
  const inbox = openTable(client, dynamodb.tables.inbox);
  const registry = clinicsOn(client, dynamodb.tables);
  return {
    clinics: async () => (await allClinics(registry)).map(localClinic),
    async ofCall(id, conversationId) {
      const clinicId = ClinicId.parse(id);
      const call = await conversations.get(clinicId, conversationId);
      const made = await Promise.all(
        (call?.appointmentIds ?? []).map(async (appointmentId) => {
          const appointment = await appointments.get(clinicId, appointmentId);
          const patient = appointment && (await patients.get(clinicId, appointment.patientId));
          return appointment && patient
            ? [{ patient: `${patient.givenName} ${patient.familyName}`, status: appointment.status }]
            : [];
        }),
      );
      return {
        notification: call?.notification ?? 'none',
        outcome: call?.outcome,
        ...(call?.reached && { reached: call.reached }),
        acts: call?.acts ?? [],
        appointments: made.flat(),
      };
    },
    turns: (id, conversationId) => talks.turns(ClinicId.parse(id), conversationId),
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
