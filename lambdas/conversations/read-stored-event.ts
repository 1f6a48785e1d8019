import {
  providerIdOf,
  readWebhook,
  type RetellWebhook,
  routingHints,
  toCallEvent as fromRetell,
} from '#adapters/retell/call-event.ts';
import { clinicNumberOf, readStoredTwilioEvent, toCallEvent as fromTwilio } from '#adapters/twilio/call-event.ts';
import type { CallEvent } from '#domain/conversations/call-event.ts';
import type { StoredEvent } from '#domain/conversations/event-inbox.ts';
import { readTalkEvent, toCallEvent as fromTalk } from '#domain/conversations/talk/talk-event.ts';
import {
  type ClinicId,
  type ConversationId,
  OutboundCallId,
  retellConversationId,
  twilioConversationId,
} from '#domain/ids.ts';

/** What an authentic event shows of whose it is. */
export interface RoutingHints {
  /** Our side's number. */
  clinicNumber?: string;
  agent?: { provider: 'retell'; id: string };
  /** Our own signed binding, as the vendor echoed it. */
  binding?: unknown;
  /** Whose talk it was, as our own writer knows it: only true of the session's clinic. */
  ownClinicId?: ClinicId;
  /** The call of ours that the vendor was asked for. */
  outboundCallId?: OutboundCallId;
  /** Whether such a call is known by a number at all, rather than by its agent. */
  hasNumber: boolean;
}

/** An event of a call, whichever vendor sent it, as far as its clinic must be found. */
export interface StoredCall {
  conversationId: ConversationId;
  providerId: string;
  hints: RoutingHints;
  toCallEvent(): CallEvent;
}

/**
 * Reads a stored event by who put it there, never by what its body claims to be: what we tell of our own talks is only
 * believed from our own writers. Nothing when it cannot be read or is of a kind that is not merged.
 */
export function readStoredEvent(
  { provider, source, outboundCallId }: Pick<StoredEvent, 'provider' | 'source' | 'outboundCallId'>,
  rawBody: Uint8Array,
): StoredCall | undefined {
  switch (provider) {
    case 'retell': {
      const webhook = readWebhook(rawBody);
      return webhook && retellCall(webhook, rawBody);
    }
    case 'twilio':
      return twilioCall(rawBody, outboundCallId);
    case 'internal':
      return source === 'voice' || source === 'workflow' ? ownTalk(rawBody) : undefined;
  }
}

/** The call of a Retell event or function call. */
export function retellCall(webhook: RetellWebhook, rawBody: Uint8Array): StoredCall {
  const { clinicNumber, agentId, metadata } = routingHints(webhook);
  const providerId = providerIdOf(webhook);
  const outboundCallId = OutboundCallId.safeParse(metadata.outbound_call_id);
  return {
    conversationId: retellConversationId(providerId),
    providerId,
    hints: {
      clinicNumber,
      ...(agentId && { agent: { provider: 'retell', id: agentId } }),
      binding: metadata.clinic_binding,
      ...(outboundCallId.success && { outboundCallId: outboundCallId.data }),
      hasNumber: clinicNumber !== undefined,
    },
    toCallEvent: () => fromRetell(webhook, rawBody),
  };
}

function twilioCall(rawBody: Uint8Array, outboundCallId: OutboundCallId | undefined): StoredCall | undefined {
  const event = readStoredTwilioEvent(rawBody);
  return (
    event && {
      conversationId: twilioConversationId(event.callSid),
      providerId: event.callSid,
      hints: { clinicNumber: clinicNumberOf(event), ...(outboundCallId && { outboundCallId }), hasNumber: true },
      toCallEvent: () => fromTwilio(event, rawBody),
    }
  );
}

function ownTalk(rawBody: Uint8Array): StoredCall | undefined {
  const event = readTalkEvent(rawBody);
  return (
    event && {
      conversationId: event.conversationId,
      providerId: event.providerId,
      hints: { ownClinicId: event.clinicId, hasNumber: true },
      toCallEvent: () => fromTalk(event, rawBody),
    }
  );
}
