import * as z from 'zod';
import { LanguageTag } from '#domain/language.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { CallArchive } from './call-archive.ts';
import {
  analyzedCall,
  type CallBasics,
  type CallObject,
  endedCall,
  newCallId,
  startedCall,
  unansweredCall,
} from './call-object.ts';
import { deliver, type DeliveryHabits } from './delivery.ts';
import { readInboundAnswer } from './inbound-answer.ts';
import { performTalk } from './perform-talk.ts';
import { type CallEventName, callEvents, type TimelineEntry } from './timeline.ts';

/** What Retell knows of a clinic's number: where it is bound, not whose name it bears. */
export const CalledClinic = z.object({
  /** Only for the path with an id. */
  id: z.string().optional(),
  number: z.string().min(1),
  language: LanguageTag,
  zone: z.string(),
  /** The agent bound to the number. Without one, and without an override in the answer, the caller is cut off. */
  boundAgentId: z.string().optional(),
});
export type CalledClinic = z.infer<typeof CalledClinic>;

export const CallOptions = z.strictObject({
  /** The events arrive in reverse: `call_analyzed` first, `call_started` last. */
  disorder: z.boolean().default(false),
  /** Every event is sent twice at once. */
  duplicate: z.boolean().default(false),
  /** Events that are never delivered. */
  lose: z.array(z.enum(callEvents)).default([]),
  /** Ring `/api/retell/inbound/{clinicId}` instead of the path without an id. */
  clinicPath: z.boolean().default(false),
});
export type CallOptions = z.infer<typeof CallOptions>;

/** What every call of the stand-in runs on. */
export interface Exchange {
  apiUrl: string;
  apiKey: string;
  archive: CallArchive;
  now(): number;
  ringing: DeliveryHabits;
  reporting: DeliveryHabits;
  /** Waits that stand for the minutes of a talk and for the seconds an analysis takes. */
  pace: { talkMs: number; analysisMs: number };
}

/** The version of the agents in this workspace that is published. */
const publishedVersion = 3;

type Tell = (entry: TimelineEntry) => void;

/** An event and the call as it shows it. */
interface Happening {
  event: CallEventName;
  call: CallObject;
}

/**
 * Plays a scenario from ring to the last event. Resolves when every delivery is done or given up.
 *
 * @throws when the stand-in stops meanwhile
 */
export async function placeCall(
  { scenario, clinic, options }: { scenario: Scenario; clinic: CalledClinic; options: CallOptions },
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  const callId = newCallId();
  const happenings =
    scenario.direction === 'inbound'
      ? await ringIn(callId, scenario, clinic, options, exchange, tell)
      : dialOut(callId, scenario, clinic, exchange, tell);
  const due = options.disorder ? reportReversed : reportInOrder;
  await due(happenings, options, exchange, tell);
  tell({ step: 'finished', detail: { callId, status: exchange.archive.get(callId)?.call.call_status } });
}

/** The phone rings until our side answers or Retell gives up asking. No call, no events when the answer rejects. */
async function ringIn(
  callId: string,
  scenario: Scenario,
  clinic: CalledClinic,
  options: CallOptions,
  { apiUrl, apiKey, now, ringing }: Exchange,
  tell: Tell,
): Promise<Happening[]> {
  const [from, to] = [scenario.patient, scenario.dials ?? clinic.number];
  tell({ step: 'ringing', detail: { callId, from, to, epochMs: now() } });
  const body = JSON.stringify({
    event: 'call_inbound',
    event_timestamp: now(),
    call_inbound: {
      call_id: callId,
      ...(clinic.boundAgentId && { agent_id: clinic.boundAgentId, agent_version: publishedVersion }),
      from_number: from,
      to_number: to,
    },
  });
  const path = options.clinicPath && clinic.id ? `/${clinic.id}` : '';
  const delivered = await deliver({ url: `${apiUrl}/api/retell/inbound${path}`, body, apiKey }, ringing, (detail) =>
    tell({ step: 'ring-attempt-failed', detail }),
  );
  const answer = delivered && readInboundAnswer(delivered.text);
  const tookMs = delivered?.tookMs ?? 0;
  if (answer?.kind === 'rejected') {
    tell({ step: 'rejected', detail: { tookMs } });
    return [];
  }
  const accepted = answer?.kind === 'accepted' ? answer : undefined;
  const agentId = accepted?.overrideAgentId ?? clinic.boundAgentId;
  if (!agentId) {
    tell({ step: 'disconnected', detail: { reason: 'no agent is bound to the number and the answer names none' } });
    return [];
  }
  tell({
    step: 'answered',
    detail: {
      tookMs,
      agentId,
      overridden: accepted?.overrideAgentId !== undefined,
      variables: accepted?.variables ?? {},
      metadata: accepted?.metadata,
      agentOverride: accepted?.agentOverride,
    },
  });
  const warnings = accepted?.warnings ?? [];
  if (!delivered) warnings.push('every attempt failed: the bound agent answers without our variables');
  if (answer?.kind === 'unusable') warnings.push(`the answer is thrown away: ${answer.problem}`);
  for (const text of warnings) tell({ step: 'warning', detail: { text } });

  const basics: CallBasics = {
    callId,
    agentId,
    agentVersion: accepted?.overrideAgentVersion ?? publishedVersion,
    direction: 'inbound',
    from,
    to,
    metadata: accepted?.metadata,
    variables: accepted?.variables,
  };
  return talk(basics, scenario, clinic, now(), tell);
}

/** The talk takes its natural time and ends now: the call began as long ago as it lasts. */
function talk(basics: CallBasics, scenario: Scenario, clinic: CalledClinic, endsAt: number, tell: Tell): Happening[] {
  const performed = performTalk(scenario, clinic, basics.variables ?? {}, endsAt);
  const { speech, spokenInBraces, collected, analysis } = performed;
  const [first] = speech.utterances;
  if (first) {
    const detail = { text: first.content, utterances: speech.utterances.length, durationMs: speech.durationMs };
    tell({ step: 'heard', detail });
  }
  if (spokenInBraces.length > 0) {
    const names = spokenInBraces.map((name) => `{{${name}}}`).join(', ');
    tell({ step: 'warning', detail: { text: `not set, so the caller hears the braces: ${names}` } });
  }
  const started = startedCall(basics, endsAt - speech.durationMs);
  const ended = endedCall(started, { speech, collected, reason: scenario.disconnectionReason });
  return [
    { event: 'call_started', call: started },
    { event: 'call_ended', call: ended },
    ...(analysis ? [{ event: 'call_analyzed' as const, call: analyzedCall(ended, analysis) }] : []),
  ];
}

/** The agent dials a patient and nobody picks up: no `call_started`, but the other two. */
function dialOut(callId: string, scenario: Scenario, clinic: CalledClinic, { now }: Exchange, tell: Tell): Happening[] {
  const [from, to] = [clinic.number, scenario.patient];
  tell({ step: 'dialling', detail: { callId, from, to, epochMs: now() } });
  if (!clinic.boundAgentId) {
    tell({ step: 'disconnected', detail: { reason: 'no agent is bound to the number' } });
    return [];
  }
  const basics = { callId, agentId: clinic.boundAgentId, agentVersion: publishedVersion, from, to } as const;
  const call = unansweredCall({ ...basics, direction: 'outbound' }, scenario.disconnectionReason);
  const { analysis } = performTalk(scenario, clinic, {}, now());
  tell({ step: 'no-answer', detail: { reason: scenario.disconnectionReason } });
  return [
    { event: 'call_ended', call },
    ...(analysis ? [{ event: 'call_analyzed' as const, call: analyzedCall(call, analysis) }] : []),
  ];
}

/** Retell triggers events in order and lets none wait for another that is being retried. */
async function reportInOrder(
  happenings: readonly Happening[],
  options: CallOptions,
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  // Settled one by one, so that a failure while others still wait is not an unhandled one.
  const underWay: Promise<PromiseSettledResult<void>[]>[] = [];
  for (const happening of happenings) {
    await exchange.archive.put([happening.call]);
    underWay.push(Promise.allSettled([report(happening, options, exchange, tell)]));
    const { talkMs, analysisMs } = exchange.pace;
    if (happening !== happenings.at(-1)) {
      await exchange.reporting.wait(happening.event === 'call_started' ? talkMs : analysisMs);
    }
  }
  for (const [result] of await Promise.all(underWay)) if (result?.status === 'rejected') throw result.reason;
}

/** All has happened before the first event arrives; each arrives only after the one it should have followed. */
async function reportReversed(
  happenings: readonly Happening[],
  options: CallOptions,
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  await exchange.archive.put(happenings.map(({ call }) => call));
  for (const happening of happenings.toReversed()) await report(happening, options, exchange, tell);
}

async function report(
  { event, call }: Happening,
  { duplicate, lose }: CallOptions,
  { apiUrl, apiKey, reporting }: Exchange,
  tell: Tell,
): Promise<void> {
  if (lose.includes(event)) {
    tell({ step: 'event-withheld', detail: { event } });
    return;
  }
  const body = JSON.stringify({ event, call });
  const copies = duplicate ? (['first', 'second'] as const) : [undefined];
  await Promise.all(
    copies.map(async (copy) => {
      const delivered = await deliver({ url: `${apiUrl}/api/retell/webhook`, body, apiKey }, reporting, (outcome) =>
        tell({ step: 'event-attempt-failed', detail: { event, ...outcome } }),
      );
      if (delivered) tell({ step: 'event-delivered', detail: { event, ...(copy && { copy }), ...delivered.attempt } });
      else tell({ step: 'event-given-up', detail: { event } });
    }),
  );
}
