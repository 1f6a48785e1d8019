import * as z from 'zod';
import { ClinicId, ConversationId, OutboundCallId } from '../ids.ts';

/**
 * `received`: stored, to be merged. `merged`: done. `ignored`: authentic, of a type we do not merge. `quarantined`:
 * authentic, its clinic unknown or in dispute. `poison`: authentic, unreadable. `dismissed`: looked at, nothing to do.
 */
export const EventState = z.enum(['received', 'merged', 'ignored', 'quarantined', 'poison', 'dismissed']);
export type EventState = z.infer<typeof EventState>;

/** A vendor's event as it came, kept for 30 days. */
export const StoredEvent = z.object({
  eventKey: z.string(),
  /** `internal`: what we ourselves tell of a talk. */
  provider: z.enum(['retell', 'twilio', 'internal']),
  eventType: z.string(),
  /** Absent where the event is of no conversation: a ring that was not routed, a body that cannot be read. */
  conversationId: ConversationId.optional(),
  state: EventState,
  reason: z.string().optional(),
  /** The number the clinic answers on, its middle masked, so that a list of events shows no whole number. */
  maskedNumber: z.string().optional(),
  receivedAt: z.number(),
  /** `webhook`, or how else it came to us. Only `voice` and `workflow` are writers of our own. */
  source: z.enum(['webhook', 'relay', 'reconciler', 'workflow', 'voice']),
  /** Set by a replay: routed by today's mapping, and in a conflict to the clinic the operator chose. */
  replay: z.object({ clinicId: ClinicId.optional() }).optional(),
  /** Whose it is, once that is settled; before, the only clinic it may be of, where its signature leaves no other. */
  clinicId: ClinicId.optional(),
  /** The call of ours it tells of, where the address it was sent to says so: Twilio's own words do not. */
  outboundCallId: OutboundCallId.optional(),
  /** How often the reconciler has queued it again. */
  requeues: z.number().optional(),
});
export type StoredEvent = z.infer<typeof StoredEvent>;

/** Raw vendor events, each stored once. The store for what happened before we know whose it is. */
export interface EventInbox {
  /** Keeps an event unless its key is there already; then answers the state of the one that is. */
  store(
    event: StoredEvent,
    rawBody: Uint8Array,
  ): Promise<{ outcome: 'stored' } | { outcome: 'duplicate'; state: EventState }>;
  /** The event with its exact bytes. */
  load(eventKey: string): Promise<{ event: StoredEvent; rawBody: Uint8Array } | undefined>;
  /** With `forgets` its body is empty from then on: that it came is kept, and nothing of what it told. */
  settle(
    event: Pick<StoredEvent, 'eventKey' | 'receivedAt'>,
    state: EventState,
    details?: { reason?: string; clinicId?: ClinicId; forgets?: boolean },
  ): Promise<void>;
  /** Puts a quarantined or poison event back to `received`. Answers false when it is in neither state. */
  release(eventKey: string, replay: NonNullable<StoredEvent['replay']>): Promise<boolean>;
  countRequeue(event: Pick<StoredEvent, 'eventKey' | 'requeues'>): Promise<void>;
  /** Oldest first, at most `limit`. */
  list(
    state: 'received' | 'quarantined' | 'poison',
    options: { before?: number; limit: number },
  ): Promise<StoredEvent[]>;
}
