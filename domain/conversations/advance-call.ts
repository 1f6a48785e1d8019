import type { ClinicId } from '../ids.ts';
import { eventRank, type CallEvent } from './call-event.ts';
import { type Anomaly, type Conversation, endKinds, statuses, statusRank } from './conversation.ts';
import { untilObjection } from './heed-objection.ts';
import { outcomeOf } from './outcome.ts';
import { reachedOf } from './reached.ts';
import type { RecordingSetting } from './recording-objection.ts';
import { withoutForgotten } from './retention/held-parts.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Where the event was routed and when it is merged. */
export interface Routed {
  clinicId: ClinicId;
  routedBy: string;
  now: number;
  /** Of the clinic, by which is known to what a caller objects. */
  voice?: RecordingSetting;
}

/** Fields that the event of the higher rank decides; of the same rank, the longer, then the greater text. */
const rankedFields = ['transcript', 'disconnectionReason', 'recordingUrl'] as const;

/** Fields of which the first value seen stays, and what it means when another one comes. */
const settledFields = [
  ['fromNumber', 'from-number-changed'],
  ['toNumber', 'to-number-changed'],
  ['agentId', 'agent-changed'],
  ['agentVersion', undefined],
  ['direction', undefined],
  ['channel', undefined],
] as const;

/**
 * Merges one vendor event into what is known of its conversation. Merging only adds knowledge: events may come in any
 * order, late or twice, and always end in the same conversation. Answers `current` itself when the event adds nothing.
 * Of a call whose caller objected to being recorded it also takes away, in whatever order that becomes known.
 */
export function advanceCall(current: Conversation | undefined, told: CallEvent, routed: Routed): Conversation {
  const hasObjected = current?.objectedToRecording === true || told.objectedToRecording === true;
  const event = hasObjected ? untilObjection(told, routed.voice) : told;
  const before = hasObjected && current ? forgetSaid(current, routed.voice) : (current ?? firstSight(event, routed));
  const anomalies = new Set<Anomaly>([...before.anomalies, ...event.anomalies]);
  const next: Conversation = { ...before, ranks: { ...before.ranks } };
  if (hasObjected) next.objectedToRecording = true;

  if (statusRank[event.status] > statusRank[before.status]) next.status = event.status;
  if (event.endKind) {
    if (before.endKind && before.endKind !== event.endKind) anomalies.add('end-kind-contradicted');
    next.endKind = endKinds.find((kind) => kind === before.endKind || kind === event.endKind);
  }
  for (const [field, anomaly] of settledFields) settle(next, event, field, anomaly, anomalies);
  next.startedAt = extreme(Math.min, before.startedAt, event.startedAt);
  next.endedAt = extreme(Math.max, before.endedAt, event.endedAt);

  const rank = eventRank[event.kind];
  for (const field of rankedFields) {
    if (outweighs(before[field], before.ranks[field], event[field], rank)) {
      next[field] = event[field];
      next.ranks[field] = rank;
    }
  }
  if (event.statedDurationMs !== undefined && durationOutweighs(before, event.statedDurationMs, rank)) {
    next.statedDurationMs = event.statedDurationMs;
    next.ranks.statedDurationMs = rank;
  }
  if (event.analysis && newerAnalysis(before, event)) {
    next.analysis = event.analysis;
    next.ranks.analysis = analysisStamp(event);
  }

  Object.assign(next, durationOf(next, anomalies));
  next.outcome = outcomeOf(next);
  // A machine may be taken for a person at first, never a person for a machine at last.
  if (event.answeredBy && before.answeredBy !== 'machine') next.answeredBy = event.answeredBy;
  const reached = reachedOf(next);
  if (reached) next.reached = reached;
  if (hasEnded(next) && before.notification === 'none') {
    next.notification = 'waiting';
    next.notificationAttempt = 1;
  }
  next.anomalies = [...anomalies].sort();
  next.unknownValues = [...new Set([...before.unknownValues, ...event.unknownValues])].sort();
  const kept = withoutForgotten(next);
  if (current && same(current, kept)) return current;
  return { ...kept, updatedAt: routed.now };
}

/**
 * Whether an event cannot be of this conversation: its channel or direction is another one. Such an event is not merged
 * but kept for a person to look at.
 */
export function contradicts(known: Conversation, event: CallEvent): boolean {
  const differs = (field: 'channel' | 'direction') =>
    known.ranks[field] !== undefined && event[field] !== undefined && known[field] !== event[field];
  return differs('channel') || differs('direction');
}

/** Texts that were kept before the objection was known are, with their ranks, as if they had never come. */
function forgetSaid(known: Conversation, setting?: RecordingSetting): Conversation {
  const left = untilObjection(known, setting);
  const ranks = { ...known.ranks };
  for (const field of ['transcript', 'recordingUrl'] as const) if (left[field] === undefined) delete ranks[field];
  return { ...left, ranks };
}

/** Whether the talk is over, so that the clinic can be told. */
export const hasEnded = ({ status }: Pick<Conversation, 'status'>): boolean => statusRank[status] >= statusRank.ended;

function firstSight(event: CallEvent, { clinicId, routedBy, now }: Routed): Conversation {
  return {
    clinicId,
    conversationId: event.conversationId,
    provider: event.provider,
    providerId: event.providerId,
    providerObject: event.providerObject,
    channel: 'voice',
    status: statuses[0],
    acts: [],
    appointmentIds: [],
    outcome: 'unknown',
    anomalies: [],
    unknownValues: [],
    notification: 'none',
    toldWithoutAnalysis: false,
    notificationAttempt: 0,
    ranks: {},
    routedBy,
    createdAt: now,
    updatedAt: now,
    version: 0,
  };
}

/**
 * The first value seen stays. What "first" is must not hang on the order of arrival, so of two different values the
 * one from the event of the lower rank counts as first, of equal rank the smaller one.
 */
function settle<F extends (typeof settledFields)[number][0]>(
  next: Conversation,
  event: CallEvent,
  field: F,
  anomaly: Anomaly | undefined,
  anomalies: Set<Anomaly>,
): void {
  const said = event[field];
  if (said === undefined) return;
  const rank = eventRank[event.kind];
  const known = next[field];
  const knownRank = next.ranks[field] as number | undefined;
  if (known !== undefined && known !== said && anomaly) anomalies.add(anomaly);
  const earlier = knownRank === undefined || rank < knownRank || (rank === knownRank && String(said) < String(known));
  if (earlier) {
    next[field] = said as unknown as Conversation[F];
    next.ranks[field] = rank;
  }
}

function extreme(pick: (a: number, b: number) => number, known?: number, said?: number): number | undefined {
  return known === undefined ? said : said === undefined ? known : pick(known, said);
}

function outweighs(known: string | undefined, knownRank: unknown, said: string | undefined, rank: number): boolean {
  if (!said) return false;
  if (!known || typeof knownRank !== 'number' || rank > knownRank) return true;
  if (rank < knownRank) return false;
  return said.length === known.length ? said > known : said.length > known.length;
}

function durationOutweighs(before: Conversation, said: number, rank: number): boolean {
  const knownRank = before.ranks.statedDurationMs;
  if (before.statedDurationMs === undefined || typeof knownRank !== 'number') return true;
  return rank > knownRank || (rank === knownRank && said > before.statedDurationMs);
}

/** Sorts by the vendor's time, then by the hash of the body, so that any two analyses have one winner. */
const analysisStamp = (event: CallEvent): string => `${String(event.occurredAt).padStart(16, '0')}#${event.bodyHash}`;

function newerAnalysis(before: Conversation, event: CallEvent): boolean {
  return analysisStamp(event) > String(before.ranks.analysis ?? '');
}

/** The duration, from what the vendor stated checked against its own times; nothing rather than nonsense. */
function durationOf(call: Conversation, anomalies: Set<Anomaly>): Pick<Conversation, 'durationMs'> {
  const computed =
    call.startedAt !== undefined && call.endedAt !== undefined ? call.endedAt - call.startedAt : undefined;
  let durationMs = call.statedDurationMs ?? computed;
  anomalies.delete('duration-in-seconds');
  anomalies.delete('duration-impossible');
  if (call.statedDurationMs && computed && Math.abs(call.statedDurationMs * 1000 - computed) <= computed * 0.01) {
    anomalies.add('duration-in-seconds');
    durationMs = computed;
  }
  if (durationMs !== undefined && (durationMs < 0 || durationMs > dayMs)) {
    anomalies.add('duration-impossible');
    durationMs = undefined;
  }
  return { durationMs };
}

/** Two states of knowledge are the same when nothing but the time of writing differs. */
function same(a: Conversation, b: Conversation): boolean {
  const canonical = (value: unknown): unknown =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, inner]) => inner !== undefined)
            .sort(([x], [y]) => (x < y ? -1 : 1))
            .map(([key, inner]) => [key, canonical(inner)]),
        )
      : value;
  const knowledge = ({ updatedAt: _, ...rest }: Conversation) => JSON.stringify(canonical(rest));
  return knowledge(a) === knowledge(b);
}
