import { blocksAllClinics } from '#adapters/retell/call-event.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { SuppressionList } from '#domain/clinics/suppression-list.ts';
import type { ConversationActs } from '#domain/conversations/acts.ts';
import { advanceCall, contradicts, hasEnded } from '#domain/conversations/advance-call.ts';
import { callerNumberOf } from '#domain/conversations/caller-number.ts';
import type { CallEvent } from '#domain/conversations/call-event.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import { showsObjection } from '#domain/conversations/heed-objection.ts';
import type { EventInbox } from '#domain/conversations/event-inbox.ts';
import { anythingKeptSince } from '#domain/conversations/retention/kept-parts.ts';
import { transcriptAsksNoMoreCalls } from '#domain/conversations/outbound/asks-no-more-calls.ts';
import type { OutboundCalls } from '#domain/conversations/outbound/outbound-call.ts';
import type { PostCallWorkflow } from '#domain/conversations/post-call-workflow.ts';
import { judgeEndedCall } from '#domain/conversations/judge-emergency.ts';
import { finishCall } from '#domain/conversations/talk/end/finish-call.ts';
import type { TalkStore } from '#domain/conversations/talk/talk.ts';
import { storedTurns } from '#domain/conversations/talk/turns/stored-turns.ts';
import { transcriptOf, utterancesOf } from '#domain/conversations/talk/turns/turn.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import type { Notices } from '#domain/messages/notice.ts';
import type { ClinicDirectory, Session } from '#domain/routing/clinic-directory.ts';
import type { UnroutedReason } from '#domain/routing/find-clinic.ts';
import type { AppointmentStore, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { noticeOfConversation } from '#domain/scheduling/acts/changed-notice.ts';
import { bindConversation } from './bind-conversation.ts';
import { readStoredEvent } from './read-stored-event.ts';

interface Deps {
  inbox: EventInbox;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  conversations: ConversationStore;
  dialogues: DialogueStore;
  acts: Pick<ConversationActs, 'record' | 'messages'>;
  talks: Pick<TalkStore, 'get' | 'change' | 'turns' | 'emptyTurns'>;
  calendar: Pick<Calendar, 'release'>;
  outboundCalls: Pick<OutboundCalls, 'settle'>;
  suppressions: Pick<SuppressionList, 'refuse'>;
  appointments: Pick<AppointmentStore, 'get'>;
  notices: Notices;
  workflow: PostCallWorkflow;
  bindingKey: Secret;
  clock: Clock;
  log: Log;
}

/**
 * Merges a stored event into its conversation and, when the call is over, sees to it that its clinic and the patients of
 * its appointments are told and that the times it held are free again. Each step may be done again without effect, so a message may come twice and the
 * process may die anywhere.
 */
export function recordCallEvent(deps: Deps) {
  const { inbox, conversations, dialogues, talks, acts, calendar, appointments, notices } = deps;
  const { outboundCalls, suppressions, workflow, clock, log } = deps;
  const bind = bindConversation(deps);
  const finish = finishCall(deps);

  return async ({ eventKey }: CallEventReceived): Promise<void> => {
    const stored = await inbox.load(eventKey);
    if (!stored) throw new Error('the event of this message is not in the inbox');
    const { event: record, rawBody } = stored;
    if (record.state !== 'received') return;
    const told = readStoredEvent(record, rawBody);
    if (!told) {
      // A replayed poison event: what could not be read then can still not be read.
      await inbox.settle(record, 'poison', { reason: 'unreadable' });
      log.error('event.poison', { eventKey });
      return;
    }
    const { conversationId } = told;

    const quarantine = async (reason: UnroutedReason) => {
      await inbox.settle(record, 'quarantined', { reason });
      log.error('event.quarantined', { conversationId, eventKey, reason });
    };

    const bound = await bind(told, record);
    if (bound.outcome === 'unrouted') return quarantine(bound.reason);

    const { session, clinic } = bound;
    const { clinicId } = session;
    const event = await heard(told.toCallEvent(), clinic);
    const merged = await merge(event, session, clinic, event.endedAt ?? event.startedAt ?? record.receivedAt);
    if (merged.outcome === 'contradicted') return quarantine('conflict');
    if (merged.outcome === 'not-kept') {
      await inbox.settle(record, 'dismissed', { clinicId, reason: 'not-kept' });
      log.info('event.ignored', { clinicId, conversationId, eventKey, reason: 'not-kept' });
      return;
    }
    const { call } = merged;
    if (call.anomalies.length) {
      log.warn('event.anomaly', { clinicId, conversationId, reason: call.anomalies.join(' ') });
    }
    const { outboundCallId } = told.hints;
    // Should the answer to our order have been lost, this is the first word of what became of it.
    if (outboundCallId && call.direction === 'outbound') {
      await outboundCalls.settle(clinicId, outboundCallId, { state: 'placed', conversationId });
    }
    const said = await wholeTranscript(call, event);
    await settleEmergency(call, said);
    await heedNoMoreCalls(call, said, clinic);
    // What we tell ourselves comes from whoever held the talk.
    if (record.provider === 'twilio' && event.kind === 'ended') await finish(clinic, conversationId);
    await forgetSaid(call, clinic);
    await tellPatients(call, clinic);
    await tell(call, clinic);
    await releaseHolds(call, clinic);
    await inbox.settle(record, 'merged', { clinicId, forgets: call.objectedToRecording });
    log.info('event.merged', { clinicId, conversationId, eventKey, eventType: record.eventType });
    if (blocksAllClinics(event.disconnectionReason)) {
      log.error('vendor.blocked', { clinicId, conversationId, reason: event.disconnectionReason });
    }
  };

  /**
   * With whether its caller objected to being recorded, as its transcript shows or as whoever talked with them knows.
   * Without the sound of whoever was asked and did not agree: Retell was told not to keep it.
   */
  async function heard(event: CallEvent, { id, voice }: ClinicProfile): Promise<CallEvent> {
    if (event.providerObject !== 'call') return event;
    const isShown = showsObjection(event.transcript ?? '', voice);
    const isOver = event.kind === 'ended' || event.kind === 'analyzed';
    const talk = isOver ? await talks.get(id, event.conversationId) : undefined;
    if (isShown || talk?.objectedAtMs !== undefined) return { ...event, objectedToRecording: true };
    const isUnagreed = event.provider === 'retell' && voice.recording === 'explicit' && talk && !talk.agreedAtMs;
    return isUnagreed ? { ...event, recordingUrl: undefined } : event;
  }

  /** What retention has deleted is not made anew by an event that comes again; neither is what it would delete at once. */
  async function merge(
    event: CallEvent,
    { clinicId, routedBy }: Session,
    { voice, retention }: ClinicProfile,
    overAt: number,
  ): Promise<{ outcome: 'merged'; call: Conversation } | { outcome: 'contradicted' } | { outcome: 'not-kept' }> {
    const now = clock.now();
    const isPast = overAt < anythingKeptSince(retention, now);
    let contradicted = false;
    const call = await conversations.change(clinicId, event.conversationId, (current) => {
      contradicted = current !== undefined && contradicts(current, event);
      if (contradicted || (!current && isPast)) return current;
      return advanceCall(current, event, { clinicId, routedBy, now, voice });
    });
    if (contradicted) return { outcome: 'contradicted' };
    return call ? { outcome: 'merged', call } : { outcome: 'not-kept' };
  }

  /** All that was said, also what is not kept of it: an emergency counts, and the wish for no more calls. */
  async function wholeTranscript({ clinicId, conversationId, ...call }: Conversation, event: CallEvent) {
    if (!call.objectedToRecording || !hasEnded(call)) return call.transcript ?? '';
    if (event.provider === 'retell' && event.transcript) return event.transcript;
    return transcriptOf(await talks.turns(clinicId, conversationId));
  }

  /** Nobody goes on with the talk any more, so that what was said after the objection has no use. */
  async function forgetSaid(call: Conversation, { voice }: ClinicProfile): Promise<void> {
    if (!hasEnded(call) || !call.objectedToRecording) return;
    const { clinicId, conversationId } = call;
    const turns = await talks.turns(clinicId, conversationId);
    const after = turns.slice(storedTurns(turns, true, voice).length).filter(({ text, tool }) => text !== '' || tool);
    await talks.emptyTurns(
      clinicId,
      conversationId,
      after.map(({ seq }) => seq),
    );
  }

  /**
   * An emergency the caller spoke of and did not take back counts, whether they were asked and gone before anybody heard
   * a no, no tool heard the words, or its record failed during the call: the clinic is told so first of all.
   */
  async function settleEmergency(call: Conversation, said: string): Promise<void> {
    if (!hasEnded(call)) return;
    const { clinicId, conversationId } = call;
    const known = await dialogues.get(clinicId, conversationId);
    const counted = known.judgedUtterances > 0 ? await talks.turns(clinicId, conversationId) : [];
    const reason = judgeEndedCall(known, said, utterancesOf(counted));
    if (!reason) return;
    if (!call.acts.includes('emergency')) {
      log.warn('emergency.detected', { clinicId, conversationId });
      await acts.record(clinicId, conversationId, {
        act: 'emergency',
        audit: [
          {
            v: 1,
            clinicId,
            occurredAt: isoInstant(clock.now()),
            actorType: 'system',
            actorId: 'record-call-event',
            act: 'emergency.detected',
            outcome: 'success',
            resourceType: 'conversation',
            resourceId: conversationId,
            conversationId,
            reason,
            requestId: conversationId,
          },
        ],
      });
    }
    // Last, and only for what was asked: the verdict must stay the same should the process die in between.
    if (known.emergency !== 'asked') return;
    await dialogues.change(clinicId, conversationId, (current) =>
      current.emergency === 'asked' ? { ...current, emergency: 'active' } : current,
    );
  }

  /** Whoever said that they want no more calls gets none by a machine, from this clinic. */
  async function heedNoMoreCalls(call: Conversation, said: string, clinic: ClinicProfile): Promise<void> {
    if (call.channel !== 'voice' || !hasEnded(call) || !transcriptAsksNoMoreCalls(said)) return;
    const number = callerNumberOf(call, clinic.country);
    if (!number) return;
    const { clinicId, conversationId } = call;
    await suppressions.refuse(clinicId, number, ['calls'], {
      actorType: 'system',
      actorId: 'record-call-event',
      requestId: conversationId,
    });
    log.info('call.asked-no-more', { clinicId, conversationId });
  }

  /**
   * Whoever changed an appointment may have died before its patient was told. What they heard they are not told twice. That
   * telling fails keeps neither the clinic from hearing of the call nor its times from being free again.
   */
  async function tellPatients(call: Conversation, { texting }: ClinicProfile): Promise<void> {
    if (!hasEnded(call) || call.notification !== 'waiting' || !texting.sms || !texting.confirmations) return;
    const { clinicId, conversationId, appointmentIds } = call;
    for (const appointmentId of new Set(appointmentIds)) {
      const appointment = await appointments.get(clinicId, appointmentId);
      const notice = appointment && noticeOfConversation(appointment, conversationId);
      if (!notice) continue;
      try {
        await notices.tell(notice);
      } catch (error) {
        log.error('notice.not-queued', { clinicId, conversationId, ...errorFields(error) });
        return; // The next would wait as long again.
      }
    }
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
    if (call.toldWithoutAnalysis && clinic.email.sendUpdate) {
      await workflow.start({ clinicId, conversationId, template: 'call-summary-update' }, 1);
    }
  }

  /** Nobody is on the line any more to take them. What a late tool may hold after this runs out by itself. */
  async function releaseHolds(call: Conversation, clinic: ClinicProfile): Promise<void> {
    if (!hasEnded(call)) return;
    const { clinicId, conversationId } = call;
    const { held } = await dialogues.get(clinicId, conversationId);
    if (!held.length) return;
    const { gridMinutes } = clinic.scheduling;
    await calendar.release(clinicId, held, gridMinutes, callerNumberOf(call, clinic.country));
    const released = new Set(held.map(({ holdId }) => holdId));
    await dialogues.change(clinicId, conversationId, (current) => {
      const left = current.held.filter(({ holdId }) => !released.has(holdId));
      return left.length === current.held.length ? current : { ...current, held: left };
    });
    log.info('holds.released', { clinicId, conversationId, count: held.length });
  }
}
