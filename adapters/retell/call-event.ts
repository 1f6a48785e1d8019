import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CallEvent, CallEventKind } from '#domain/conversations/call-event.ts';
import type { Analysis, Anomaly, Channel, ConversationStatus, EndKind } from '#domain/conversations/conversation.ts';
import { readTimestamp } from '#domain/conversations/timestamp.ts';
import { retellConversationId } from '#domain/ids.ts';

/** A field that may be missing, null or of a shape we do not know: then it says nothing. The raw event keeps it. */
const optional = <T extends z.ZodType>(type: T) => type.nullish().catch(undefined);

/** Short texts: numbers, ids, states. A longer one is not what it claims to be. */
const Word = z.string().max(200);

/** A number that a table can hold: beyond it JSON's numbers are not exact any more. */
const SafeNumber = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

/** Retell's ids are word characters; anything else is no id of theirs and must not reach a key. */
const VendorId = z.string().regex(/^[A-Za-z0-9_-]{1,110}$/, 'must be a Retell call or chat id');

const VendorAnalysis = z.looseObject({
  call_summary: optional(z.string()),
  chat_summary: optional(z.string()),
  user_sentiment: optional(z.string()),
  call_successful: optional(z.boolean()),
  chat_successful: optional(z.boolean()),
  in_voicemail: optional(z.boolean()),
  custom_analysis_data: optional(z.record(z.string(), z.unknown())),
});

const shared = {
  agent_id: optional(Word),
  metadata: optional(z.record(z.string(), z.unknown())),
  start_timestamp: optional(z.number()),
  end_timestamp: optional(z.number()),
  transcript: optional(z.string()),
};

const Call = z.looseObject({
  ...shared,
  call_id: VendorId,
  call_type: optional(Word),
  call_status: optional(Word),
  direction: optional(z.enum(['inbound', 'outbound'])),
  from_number: optional(Word),
  to_number: optional(Word),
  agent_version: optional(SafeNumber),
  duration_ms: optional(SafeNumber),
  disconnection_reason: optional(Word),
  recording_url: optional(z.string().max(2_000)),
  call_analysis: optional(VendorAnalysis),
});

const Chat = z.looseObject({
  ...shared,
  chat_id: VendorId,
  chat_type: optional(Word),
  chat_status: optional(Word),
  version: optional(SafeNumber),
  chat_analysis: optional(VendorAnalysis),
});

/** The envelope of Retell's agent webhook: `call` for voice, `chat` for chats. It has no event id of its own. */
export const RetellWebhook = z.union([
  z.looseObject({ event: z.string().min(1).max(60), event_timestamp: optional(z.number()), call: Call }),
  z.looseObject({ event: z.string().min(1).max(60), event_timestamp: optional(z.number()), chat: Chat }),
]);
export type RetellWebhook = z.infer<typeof RetellWebhook>;

/** What each event tells. An event that is not in this list is accepted, kept and not merged. */
const kinds: Record<string, CallEventKind> = {
  call_started: 'started',
  transcript_updated: 'progressed',
  transfer_started: 'progressed',
  transfer_bridged: 'progressed',
  transfer_cancelled: 'progressed',
  transfer_ended: 'progressed',
  call_ended: 'ended',
  call_analyzed: 'analyzed',
  chat_started: 'started',
  chat_ended: 'ended',
  chat_analyzed: 'analyzed',
};

const statusOfKind = {
  started: 'ongoing',
  progressed: 'ongoing',
  ended: 'ended',
  analyzed: 'analyzed',
} as const satisfies Record<CallEventKind, ConversationStatus>;

/** States Retell names; how a call ended is among them, the event's kind is not (its own samples disagree). */
const knownStates = new Set(['registered', 'ongoing', 'ended', 'not_connected', 'error']);

const sentiments: Record<string, NonNullable<Analysis['sentiment']>> = {
  Negative: 'negative',
  Neutral: 'neutral',
  Positive: 'positive',
};

/** Which of Retell's types of an event we merge. */
export const isMergedEventType = (eventType: string): boolean => Object.hasOwn(kinds, eventType);

/** Id of the call or chat an event is about. */
export const providerIdOf = (webhook: RetellWebhook): string =>
  isCall(webhook) ? webhook.call.call_id : (webhook as ChatWebhook).chat.chat_id;

type CallWebhook = Extract<RetellWebhook, { call: unknown }>;
type ChatWebhook = Extract<RetellWebhook, { chat: unknown }>;
export const isCall = (webhook: RetellWebhook): webhook is CallWebhook =>
  (webhook as { call?: { call_id?: unknown } | null }).call?.call_id !== undefined;

/** The event of a stored body; nothing when it is none, or of a type that is not merged. */
export function readWebhook(rawBody: Uint8Array): RetellWebhook | undefined {
  try {
    const webhook = RetellWebhook.parse(JSON.parse(Buffer.from(rawBody).toString('utf8')));
    return isMergedEventType(webhook.event) ? webhook : undefined;
  } catch {
    return undefined; // The bytes are kept; what is wrong with them is for a person to see there.
  }
}

/** What a conversation of Retell's shows of whose it is; only read from a body whose signature held. */
export interface RoutingHints {
  clinicNumber?: string;
  agentId?: string;
  metadata: Record<string, unknown>;
}

/** The clinic's side of the call, the agent and our own metadata. */
export function routingHints(webhook: RetellWebhook): RoutingHints {
  if (!isCall(webhook)) return { agentId: webhook.chat.agent_id ?? undefined, metadata: webhook.chat.metadata ?? {} };
  const { direction, from_number, to_number, agent_id, metadata } = webhook.call;
  const clinicNumber = direction === 'outbound' ? from_number : to_number;
  return { clinicNumber: clinicNumber ?? undefined, agentId: agent_id ?? undefined, metadata: metadata ?? {} };
}

/**
 * Turns a Retell event into ours. Unknown states and impossible times are kept or marked, never an error.
 *
 * @throws Error for an event type we do not merge; ask `isMergedEventType` first.
 */
export function toCallEvent(webhook: RetellWebhook, rawBody: Uint8Array): CallEvent {
  const kind = kinds[webhook.event];
  if (!kind) throw new Error('this event type is not merged');
  const body = isCall(webhook) ? webhook.call : webhook.chat;
  const times = { start: readTimestamp(body.start_timestamp), end: readTimestamp(body.end_timestamp) };
  const anomalies: Anomaly[] = [];
  if (times.start.impossible || times.end.impossible) anomalies.push('timestamp-impossible');
  if (times.start.unitCorrected || times.end.unitCorrected) anomalies.push('timestamp-in-seconds');
  const over = kind === 'ended' || kind === 'analyzed';
  const state = isCall(webhook) ? webhook.call.call_status : webhook.chat.chat_status;
  if (state && !knownStates.has(state)) anomalies.push('unknown-status');

  return {
    kind,
    conversationId: retellConversationId(providerIdOf(webhook)),
    provider: 'retell',
    providerId: providerIdOf(webhook),
    providerObject: isCall(webhook) ? 'call' : 'chat',
    status: statusOfKind[kind],
    endKind: over ? endKindOf(state, isCall(webhook) ? webhook.call.disconnection_reason : undefined) : undefined,
    agentId: body.agent_id ?? undefined,
    startedAt: times.start.epochMs,
    endedAt: times.end.epochMs,
    transcript: body.transcript ?? undefined,
    anomalies,
    unknownValues: state && !knownStates.has(state) ? [`status:${state.slice(0, 60)}`] : [],
    occurredAt: readTimestamp(webhook.event_timestamp).epochMs ?? 0,
    bodyHash: createHash('sha256').update(rawBody).digest('hex'),
    ...(isCall(webhook) ? callFields(webhook.call, over) : chatFields(webhook.chat)),
    // Only the event that announces it: an analysis elsewhere is of a run that is not finished.
    analysis: kind === 'analyzed' ? analysisOf(webhook) : undefined,
  };
}

function callFields(call: z.infer<typeof Call>, over: boolean) {
  const channels: Record<string, Channel> = { web_call: 'web', phone_call: 'voice' };
  const channel = channels[call.call_type ?? ''];
  return {
    channel,
    direction: call.direction ?? undefined,
    fromNumber: call.from_number ?? undefined,
    toNumber: call.to_number ?? undefined,
    agentVersion: call.agent_version ?? undefined,
    statedDurationMs: call.duration_ms ?? undefined,
    // Before the end Retell's reason is that of a part of the call, such as a transfer.
    disconnectionReason: over ? (call.disconnection_reason ?? undefined) : undefined,
    recordingUrl: call.recording_url ?? undefined,
  };
}

function chatFields(chat: z.infer<typeof Chat>) {
  const channel: Channel = chat.chat_type === 'sms_chat' ? 'sms' : 'web';
  return {
    channel,
    agentVersion: chat.version ?? undefined,
  };
}

/** A model's summary is a paragraph; what is longer stays whole in the raw event. */
const longestSummary = 20_000;
const largestCustomBytes = 20_000;

/** The vendor's extractions as a table can hold them: inexact numbers as text, and nothing that would burst the item. */
function keepable(custom: Record<string, unknown> | null | undefined): Analysis['custom'] {
  if (!custom) return undefined;
  const text = JSON.stringify(custom, (_, value: unknown) =>
    typeof value === 'number' && !SafeNumber.safeParse(value).success ? String(value) : value,
  );
  return text.length <= largestCustomBytes ? (JSON.parse(text) as Record<string, unknown>) : undefined;
}

function analysisOf(webhook: RetellWebhook): Analysis {
  const analysis = (isCall(webhook) ? webhook.call.call_analysis : webhook.chat.chat_analysis) ?? {};
  return {
    summary: (analysis.call_summary ?? analysis.chat_summary)?.slice(0, longestSummary),
    sentiment: analysis.user_sentiment ? (sentiments[analysis.user_sentiment] ?? 'unknown') : undefined,
    successful: analysis.call_successful ?? analysis.chat_successful ?? undefined,
    inVoicemail: analysis.in_voicemail ?? undefined,
    custom: keepable(analysis.custom_analysis_data),
  };
}

/** Reasons that speak of a call that never connected; the rest of the list grows and is only kept. */
const neverConnected =
  /^(dial_|user_declined$|invalid_destination$|marked_as_spam$|telephony_provider_|sip_routing_error$)/;

function endKindOf(state: string | null | undefined, reason: string | null | undefined): EndKind {
  if (state === 'ended' || state === 'not_connected' || state === 'error') return state;
  if (reason && neverConnected.test(reason)) return 'not_connected';
  if (reason?.startsWith('error_')) return 'error';
  return 'ended';
}

/** Reasons that stop every clinic of the account at once, so that operators hear of the first one. */
export const blocksAllClinics = (disconnectionReason: string | undefined): boolean =>
  disconnectionReason === 'no_valid_payment' || disconnectionReason === 'concurrency_limit_reached';
