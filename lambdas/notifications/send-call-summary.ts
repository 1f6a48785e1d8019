import { type ClinicStore, isWrittenTo } from '#domain/clinics/clinic-store.ts';
import type { ConversationActs } from '#domain/conversations/acts.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import { outcomeOf } from '#domain/conversations/outcome.ts';
import type { PatientId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import { type CallSummary, callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import { type Deliveries, DeliveryInFlight } from '#domain/notifications/deliveries.ts';
import type { EmailSender } from '#domain/notifications/email-sender.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar/calendar.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import type { PlannedSummary } from './plan-summary.ts';

interface Deps {
  clinics: ClinicStore;
  conversations: ConversationStore;
  appointments: Pick<AppointmentStore, 'get'>;
  patients: Pick<PatientStore, 'get'>;
  acts: Pick<ConversationActs, 'messages'>;
  dialogues: Pick<DialogueStore, 'get'>;
  deliveries: Deliveries;
  email: EmailSender;
  log: Log;
  consoleUrl: string;
}

type OwnRecords = Pick<CallSummary, 'appointments' | 'messages' | 'identified'>;
/** What is not to be told is not read either. */
const nothing: OwnRecords = { appointments: [], messages: [], identified: [] };

export interface SentSummary {
  recipientId: string;
  outcome: 'sent' | 'already-sent';
}

/**
 * Writes to one recipient about one call, at most once. An address taken off the clinic's list, or disabled, since the
 * plan was made counts as done: there is nobody to write to.
 *
 * @throws DeliveryInFlight when another attempt must be waited for; the workflow then waits longer.
 */
export function sendCallSummary(deps: Deps) {
  const { clinics, conversations, appointments, patients, acts, dialogues, deliveries, email, log, consoleUrl } = deps;

  /** What our own records tell of a conversation besides its item. */
  async function recordsOf({ clinicId, conversationId, appointmentIds }: Conversation): Promise<OwnRecords> {
    const [messages, dialogue, found] = await Promise.all([
      acts.messages(clinicId, conversationId),
      dialogues.get(clinicId, conversationId),
      Promise.all([...new Set(appointmentIds)].map((appointmentId) => appointments.get(clinicId, appointmentId))),
    ]);
    const known = found.filter((appointment) => appointment !== undefined);
    const proved = dialogue.patients.filter(({ as }) => as === 'patient').map(({ patientId }) => patientId);
    const wanted = new Set<PatientId>([...known.map(({ patientId }) => patientId), ...proved]);
    const people = new Map(
      await Promise.all([...wanted].map(async (id) => [id, await patients.get(clinicId, id)] as const)),
    );
    return {
      appointments: known.map((appointment) => ({ appointment, patient: people.get(appointment.patientId) })),
      messages,
      // A record that a caller told proves that they called before, not who they are.
      identified: [...new Set(proved)].flatMap((id) => people.get(id) ?? []).filter(({ provisional }) => !provisional),
    };
  }

  return async (planned: PlannedSummary): Promise<SentSummary> => {
    const { clinicId, conversationId, template, recipientId, degraded } = planned;
    const [clinic, call] = await Promise.all([clinics.profile(clinicId), conversations.get(clinicId, conversationId)]);
    if (!clinic || !call) throw new Error('an e-mail is due for a clinic or conversation that does not exist');
    const recipient = clinic.recipients.find((one) => one.recipientId === recipientId);
    if (!recipient || !isWrittenTo(recipient)) return { recipientId, outcome: 'already-sent' };

    const delivery = { clinicId, conversationId, template, recipientId };
    // A tool may have ended after the last event was merged.
    const conversation = { ...call, outcome: outcomeOf(call) };
    const records = clinic.email.content === 'link_only' ? nothing : await recordsOf(conversation);
    const summary: CallSummary = { clinic, recipient, conversation, ...records, template, degraded, consoleUrl };
    const document = callSummaryEmail(summary);
    const { replyTo } = clinic.email;
    try {
      const outcome = await deliveries.once(delivery, (attempt) =>
        email.send({ ...delivery, attempt, to: recipient.address, replyTo, document }),
      );
      return { recipientId, outcome };
    } catch (error) {
      if (error instanceof DeliveryInFlight) log.warn('delivery.in-flight', { clinicId, conversationId, recipientId });
      throw error;
    }
  };
}
