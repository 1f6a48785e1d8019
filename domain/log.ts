import type { ClinicId, ConversationId } from './ids.ts';

/**
 * Everything that can be logged. Alarms count these codes, so a code is renamed together with its alarm in
 * `lib/` and its heading in `docs/runbook.md`.
 */
export type LogCode =
  | 'request.failed'
  | 'signature.refused'
  | 'body.too-large'
  | 'relay.refused'
  | 'event.received'
  | 'event.duplicate'
  | 'event.ignored'
  | 'event.poison'
  | 'event.quarantined'
  | 'event.merged'
  | 'event.requeued'
  | 'event.given-up'
  | 'event.anomaly'
  | 'ring.answered'
  | 'ring.unrouted'
  | 'ring.stale-profile'
  | 'ring.safe-answer'
  | 'vendor.blocked'
  | 'vendor.fetch-failed'
  | 'credential.refused'
  | 'workflow.started'
  | 'workflow.woken'
  | 'workflow.restart-failed'
  | 'reconcile.finished'
  | 'call.recovered'
  | 'analysis.missing'
  | 'summary.sent'
  | 'summary.suppressed'
  | 'summary.failed'
  | 'summary.given-up'
  | 'delivery.in-flight'
  | 'recipient.disabled'
  | 'link.sent'
  | 'link.used'
  | 'link.refused'
  | 'email-event.ignored'
  | 'tool.answered'
  | 'tool.replayed'
  | 'tool.failed'
  | 'tool.tenant-mismatch'
  | 'tool.unrouted'
  | 'emergency.detected'
  | 'booking.answered'
  | 'booking.unauthorized'
  | 'waitlist.started'
  | 'waitlist.start-failed'
  | 'waitlist.offered'
  | 'waitlist.matched'
  | 'waitlist.settled'
  | 'holds.released'
  | 'calendar.swept'
  | 'calendar.tended'
  | 'feed.served'
  | 'talk.opened'
  | 'talk.resumed'
  | 'talk.refused'
  | 'talk.superseded'
  | 'talk.ended'
  | 'talk.handed-over'
  | 'talk.save-failed'
  | 'voice.live'
  | 'voice.full'
  | 'voice.draining'
  | 'voice.unprotected'
  | 'voice.cold'
  | 'voice.frame-refused'
  | 'voice.first-audio'
  | 'voice.first-token'
  | 'voice.barge-in'
  | 'voice.fallback'
  | 'voice.overloaded'
  | 'model.reconnected'
  | 'model.failed'
  | 'model.misconfigured'
  | 'stream.broken'
  | 'stream.continued'
  | 'transfer.failed'
  | 'analysis.made'
  | 'analysis.failed'
  | 'notice.not-queued'
  | 'message.answered'
  | 'text.sent'
  | 'text.suppressed'
  | 'text.refused'
  | 'text.undelivered'
  | 'contact.refused'
  | 'contact.allowed'
  | 'chat.answered'
  | 'call.placed'
  | 'call.refused'
  | 'call.not-dialled'
  | 'call.unknown'
  | 'call.asked-no-more'
  | 'voicemail.answered'
  | 'reminder.settled'
  | 'reminders.swept'
  | 'agent.let-go'
  | 'onboarding.step'
  | 'onboarding.refused'
  | 'retention.applied'
  | 'retention.failed'
  | 'recording.kept'
  | 'recording.begun'
  | 'recording.not-begun'
  | 'recording.stopped'
  | 'recording.goes-on';

/**
 * What may stand beside a code. Bodies, names, numbers, addresses and transcripts have no field here, so a log of them
 * does not compile.
 */
export interface LogFields {
  clinicId?: ClinicId;
  conversationId?: ConversationId;
  /** Key of the stored raw event. */
  eventKey?: string;
  /** The vendor's word for the event, cut to a known list before it gets here. */
  eventType?: string;
  reason?: string;
  recipientId?: string;
  /** Name of a tool of ours or an action of the booking API, from their closed lists. */
  tool?: string;
  /** How it ended, from the closed list of codes. */
  outcome?: string;
  requestId?: string;
  route?: string;
  attempt?: number;
  count?: number;
  ageMs?: number;
  durationMs?: number;
  /** Class of an error; never its message, which may quote input. */
  errorName?: string;
  /** Class of what caused it. */
  causeName?: string;
  /** Where it was thrown: the frames of the stack, none of its message. */
  errorAt?: string;
}

export interface Log {
  info(code: LogCode, fields?: LogFields): void;
  warn(code: LogCode, fields?: LogFields): void;
  error(code: LogCode, fields?: LogFields): void;
}

/** The loggable part of an error: its class and place, not its message. */
export function errorFields(error: unknown): Pick<LogFields, 'errorName' | 'causeName' | 'errorAt'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    errorName: error.name,
    ...(error.cause instanceof Error && { causeName: error.cause.name }),
    errorAt: frames
      ?.slice(0, 3)
      .map((line) => line.trim())
      .join(' '),
  };
}
