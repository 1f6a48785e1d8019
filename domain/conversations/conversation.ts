import * as z from 'zod';
import { AppointmentId, ClinicId, ConversationId } from '../ids.ts';
import { KeptPart } from './retention/kept-parts.ts';

/** The vendor that carried the conversation. Not its channel. */
export const ConversationProvider = z.enum(['retell', 'twilio', 'internal']);
export type ConversationProvider = z.infer<typeof ConversationProvider>;

export const Channel = z.enum(['voice', 'web', 'sms', 'whatsapp']);
export type Channel = z.infer<typeof Channel>;

/** The life of a conversation. Its rank never decreases. */
export const statuses = ['registered', 'ongoing', 'ended', 'analyzed', 'closed'] as const;
export type ConversationStatus = (typeof statuses)[number];
export const statusRank = { registered: 0, ongoing: 1, ended: 3, analyzed: 4, closed: 5 } as const satisfies Record<
  ConversationStatus,
  number
>;

/** How it ended. When two events contradict each other the earlier word of this list stands. */
export const endKinds = ['ended', 'error', 'not_connected'] as const;
export type EndKind = (typeof endKinds)[number];

export const Analysis = z.object({
  summary: z.string().optional(),
  sentiment: z.enum(['negative', 'neutral', 'positive', 'unknown']).optional(),
  successful: z.boolean().optional(),
  inVoicemail: z.boolean().optional(),
  /** The vendor's own extractions, kept as they came. Never the truth about a booking. */
  custom: z.record(z.string(), z.unknown()).optional(),
});
export type Analysis = z.infer<typeof Analysis>;

/** What our own tools did in a conversation; bookings are known from here, never from a model's account. */
export const Act = z.enum([
  'emergency',
  'booked',
  'rescheduled',
  'cancelled',
  'confirmed',
  'transferred',
  'waitlisted',
]);
export type Act = z.infer<typeof Act>;

/** What came of a conversation, by priority. */
export const Outcome = z.enum([...Act.options, 'info', 'abandoned', 'unknown']);
export type Outcome = z.infer<typeof Outcome>;

/** What a call of ours met. */
export const Reached = z.enum(['answered', 'voicemail', 'no-answer', 'busy', 'failed']);
export type Reached = z.infer<typeof Reached>;

export const NotificationState = z.enum([
  'none',
  'waiting',
  'sending',
  'sent',
  'sent_degraded',
  'failed',
  'suppressed',
]);
export type NotificationState = z.infer<typeof NotificationState>;

/** Oddities worth a look; they never stop a merge. */
export const Anomaly = z.enum([
  'end-kind-contradicted',
  'from-number-changed',
  'to-number-changed',
  'agent-changed',
  'duration-in-seconds',
  'duration-impossible',
  'timestamp-in-seconds',
  'timestamp-impossible',
  'unknown-status',
]);
export type Anomaly = z.infer<typeof Anomaly>;

/** One interaction on one channel, as all its events together tell it. Times are epoch milliseconds. */
export const Conversation = z.object({
  clinicId: ClinicId,
  conversationId: ConversationId,
  provider: ConversationProvider,
  /** The vendor's own id: Retell's `call_id` or `chat_id`. */
  providerId: z.string(),
  /** Whether the vendor keeps it among its calls or its chats. */
  providerObject: z.enum(['call', 'chat']),
  channel: Channel,
  direction: z.enum(['inbound', 'outbound']).optional(),
  status: z.enum(statuses),
  endKind: z.enum(endKinds).optional(),
  fromNumber: z.string().optional(),
  toNumber: z.string().optional(),
  agentId: z.string().optional(),
  agentVersion: z.number().optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  /** As the vendor stated it; `durationMs` is what we make of it. */
  statedDurationMs: z.number().optional(),
  /** Absent while unknown or when what the vendor said is impossible. */
  durationMs: z.number().optional(),
  transcript: z.string().optional(),
  disconnectionReason: z.string().optional(),
  /** As the vendor heard it, in a call of ours. */
  answeredBy: z.enum(['human', 'machine']).optional(),
  /** Of a call of ours that is over. */
  reached: Reached.optional(),
  analysis: Analysis.optional(),
  recordingUrl: z.string().optional(),
  /** The caller objected to being recorded: nothing that was said after it is kept. */
  objectedToRecording: z.boolean().optional(),
  /** What of it is no longer kept. */
  forgotten: z.array(KeptPart).optional(),
  acts: z.array(Act),
  /** Appointments our own tools booked, moved or cancelled in it, in that order. */
  appointmentIds: z.array(AppointmentId).default([]),
  outcome: Outcome,
  anomalies: z.array(Anomaly),
  /** Vendor words for event types and states we do not know, kept as they came. */
  unknownValues: z.array(z.string()),
  notification: NotificationState,
  /** The e-mail was planned before the analysis came. Decided in the same write, so that a late analysis is never overlooked. */
  toldWithoutAnalysis: z.boolean(),
  /** The attempt to tell the clinic that is under way; names its workflow. */
  notificationAttempt: z.number(),
  /** Where the merge stands per field: the rank or stamp of the event each value came from. */
  ranks: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Of the post-call workflow that waits for the analysis. */
  taskToken: z.string().optional(),
  routedBy: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Raised by each write; a writer that read an older one must read again. */
  version: z.number(),
});
export type Conversation = z.infer<typeof Conversation>;
