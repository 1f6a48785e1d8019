import type { CallEvent } from '#domain/conversations/call-event.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { ClinicId, retellConversationId } from '#domain/ids.ts';

export const cotonou = ClinicId.parse('3f1c2b8e-5a77-4d8e-9b1a-6c0d2e4f8a11');
export const elsewhere = ClinicId.parse('9d4e7c12-0b36-4f5a-8e21-7b9a1c3d5e77');
export const aCallId = 'call_7b3d9e1f2a4c6085b9d7e3f1a2c';
export const aConversationId = retellConversationId(aCallId);

/** An event of one call, changed where a test says so. */
export function callEvent(changes: Partial<CallEvent> = {}): CallEvent {
  return {
    kind: 'ended',
    conversationId: aConversationId,
    provider: 'retell',
    providerId: aCallId,
    providerObject: 'call',
    channel: 'voice',
    status: 'ended',
    anomalies: [],
    unknownValues: [],
    occurredAt: 0,
    bodyHash: 'a'.repeat(64),
    ...changes,
  };
}

/** A conversation that ended and was analysed, changed where a test says so. */
export function conversation(changes: Partial<Conversation> = {}): Conversation {
  const startedAt = Date.parse('2026-10-05T12:30:00.000Z');
  return {
    clinicId: cotonou,
    conversationId: aConversationId,
    provider: 'retell',
    providerId: aCallId,
    providerObject: 'call',
    channel: 'voice',
    direction: 'inbound',
    status: 'analyzed',
    endKind: 'ended',
    fromNumber: '+12025550117',
    toNumber: '+12025550142',
    startedAt,
    endedAt: startedAt + 300_000,
    durationMs: 300_000,
    transcript: 'Agent: Bonjour.\nUser: Bonjour, je voudrais un rendez-vous.\n',
    analysis: { summary: 'Une personne a demandé un rendez-vous.', successful: true },
    acts: [],
    appointmentIds: [],
    outcome: 'info',
    anomalies: [],
    unknownValues: [],
    notification: 'waiting',
    toldWithoutAnalysis: false,
    notificationAttempt: 1,
    ranks: {},
    routedBy: 'number',
    createdAt: startedAt,
    updatedAt: startedAt,
    version: 0,
    ...changes,
  };
}
