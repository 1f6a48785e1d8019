import {
  blocksAllClinics,
  isMergedEventType,
  providerIdOf,
  RetellWebhook,
  routingHints,
  toCallEvent,
} from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { advanceCall, hasEnded } from '#domain/conversations/advance-call.ts';
import type { CallEvent } from '#domain/conversations/call-event.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { retellConversationId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory, Session } from '#domain/routing/clinic-directory.ts';
import { findClinic, type Routing, settleConflict, type Testimony } from '#domain/routing/find-clinic.ts';

interface Deps {
  inbox: EventInbox;
  directory: ClinicDirectory;
  clinics: ClinicStore;
  conversations: ConversationStore;
  workflow: PostCallWorkflow;
  bindingKey: Secret;
  clock: Clock;
  log: Log;
}

/**
 * Merges a stored event into its conversation and, when the call is over, sees to it that its clinic is told. Each step
 * may be done again without effect, so a message may come twice and the process may die anywhere.
 */
export function recordCallEvent(deps: Deps) {
  const { inbox, clinics, conversations, workflow, clock, log } = deps;

  return async ({ eventKey, conversationId }: CallEventReceived): Promise<void> => {
    const stored = await inbox.load(eventKey);
    if (!stored) throw new Error('the event of this message is not in the inbox');
    const { event: record, rawBody } = stored;
    if (record.state !== 'received') return;
    const webhook = RetellWebhook.safeParse(JSON.parse(Buffer.from(rawBody).toString('utf8')));
    if (!webhook.success || !isMergedEventType(webhook.data.event)) {
      // Only a released poison event gets here: what could not be read then can still not be read.
      await inbox.settle(record, 'poison', { reason: 'unreadable' });
      return;
    }

    const hints = routingHints(webhook.data);
    const routing = await route(record, webhook.data, hints);
    const clinic = routing.outcome === 'found' ? await clinics.profile(routing.clinicId) : undefined;
    const verdict: Routing =
      routing.outcome === 'found' && clinic?.status !== 'active'
        ? { outcome: 'unrouted', reason: 'clinic_suspended' }
        : routing;
    if (verdict.outcome === 'unrouted') {
      await inbox.settle(record, 'quarantined', { reason: verdict.reason });
      log.error('event.quarantined', { conversationId, eventKey, reason: verdict.reason });
      return;
    }

    const session = await deps.directory.claimSession(verdict.clinicId, conversationId, verdict.routedBy, clock.now());
    if (session.clinicId !== verdict.clinicId) {
      await inbox.settle(record, 'quarantined', { reason: 'conflict' });
      log.error('event.quarantined', { conversationId, eventKey, reason: 'conflict' });
      return;
    }

    const event = toCallEvent(webhook.data, rawBody);
    const call = await merge(event, session);
    if (call.anomalies.length) {
      log.warn('event.anomaly', { clinicId: call.clinicId, conversationId, reason: call.anomalies.join(' ') });
    }
    await tell(call, clinic as ClinicProfile);
    await inbox.settle(record, 'merged', { clinicId: verdict.clinicId });
    log.info('event.merged', { clinicId: verdict.clinicId, conversationId, eventKey, eventType: record.eventType });
    if (blocksAllClinics(event.disconnectionReason)) {
      log.error('vendor.blocked', { clinicId: verdict.clinicId, conversationId, reason: event.disconnectionReason });
    }
  };

  async function route(record: StoredEvent, webhook: RetellWebhook, hints: ReturnType<typeof routingHints>) {
    const { clinicNumber, agentId, metadata } = hints;
    const providerId = providerIdOf(webhook);
    const conversationId = retellConversationId(providerId);
    const agent = agentId ? ({ provider: 'retell', id: agentId } as const) : undefined;
    const [answer, keys] = await Promise.all([
      deps.directory.find({ number: clinicNumber, agent, conversationId }),
      deps.bindingKey.values(),
    ]);
    const testimony: Testimony = {
      binding: readBinding(keys, metadata.clinic_binding, { clinicNumber: clinicNumber ?? '', providerId }),
      session: answer.session?.clinicId,
      number: answer.number?.clinicId,
      agent: answer.agent?.clinicId,
      numberReleased: answer.number?.released,
      hasNumber: clinicNumber !== undefined,
    };
    const chosen = record.replay?.clinicId;
    const routing = chosen ? settleConflict(testimony, chosen) : findClinic(testimony);
    return routing.outcome === 'found' && record.replay ? { ...routing, routedBy: 'replay' as const } : routing;
  }

  async function merge(event: CallEvent, { clinicId, routedBy }: Session) {
    const call = await conversations.change(clinicId, event.conversationId, (current) =>
      advanceCall(current, event, { clinicId, routedBy, now: clock.now() }),
    );
    return call as Conversation;
  }

  /** Starts what tells the clinic, wakes it when the analysis is there, and starts the update the clinic asked for. */
  async function tell(call: Conversation, clinic: ClinicProfile): Promise<void> {
    if (!hasEnded(call)) return;
    const { clinicId, conversationId } = call;
    if (call.notification === 'waiting') {
      // Under the same name as before, should it be running already: then this changes nothing.
      const outcome = await workflow.start(
        { clinicId, conversationId, template: 'call-summary' },
        call.notificationAttempt,
      );
      if (outcome === 'started') log.info('workflow.started', { clinicId, conversationId });
    }
    if (!call.analysis) return;
    if (call.taskToken && (await workflow.wake(call.taskToken)) === 'woken') {
      log.info('workflow.woken', { clinicId, conversationId });
    }
    if (call.notification === 'sent_degraded' && clinic.email.sendUpdate) {
      await workflow.start({ clinicId, conversationId, template: 'call-summary-update' }, 1);
    }
  }
}
