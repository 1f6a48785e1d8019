import { languageOf } from '#domain/language.ts';
import type { AnotherCall, FunctionNode } from '#local/scenarios/scenario.ts';
import { type AskedCall, type CalledClinic, CallOptions } from './asked-call.ts';
import { callFunction } from './call-function.ts';
import {
  analyzedCall,
  type CallBasics,
  endedCall,
  type Happening,
  newCallId,
  ongoingCall,
  startedCall,
  unansweredCall,
} from './call-object.ts';
import { callsBefore } from '#local/vendors/phone/caller.ts';
import { deliver } from './delivery.ts';
import type { Exchange } from './exchange.ts';
import { readInboundAnswer } from './inbound-answer.ts';
import { type LiveLine, liveTalk } from './llm-call.ts';
import { chosenTalk, expectedLengthMs, performTalk, type Stage } from './perform-talk.ts';
import { asRestricted, storedCall } from './stored-data.ts';
import type { CallEventName, FunctionOutcome, Tell } from './timeline.ts';

/** The version of the agents in this workspace that is published. */
const publishedVersion = 3;

/**
 * Plays a scenario from ring to the last event. Resolves when every delivery is done or given up.
 *
 * @throws when the stand-in stops meanwhile
 */
export async function placeCall(asked: AskedCall, exchange: Exchange, tell: Tell): Promise<void> {
  const { scenario, options } = asked;
  const callId = newCallId();
  const happenings = (scenario.direction === 'inbound' ? ringIn : dialOut)(callId, asked, exchange, tell);
  const due = options.disorder ? reportReversed : reportInOrder;
  await due(happenings, options, exchange, tell);
  tell({ step: 'finished', detail: { callId, status: exchange.archive.get(callId)?.call.call_status } });
}

/** The phone rings until our side answers or Retell gives up asking. No call, no events when the answer rejects. */
async function* ringIn(callId: string, asked: AskedCall, exchange: Exchange, tell: Tell): AsyncGenerator<Happening> {
  const { scenario, clinic, options } = asked;
  const { apiUrl, apiKey, now, ringing } = exchange;
  if (clinic.llmSocketUrl !== undefined) {
    const { script } = chosenTalk(scenario, languageOf(clinic.language));
    for (const before of callsBefore(script)) await placeAnother(before, clinic, exchange, tell);
  }
  const [from, to] = [asked.from ?? scenario.patient, scenario.dials ?? clinic.number];
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
    return;
  }
  const accepted = answer?.kind === 'accepted' ? answer : undefined;
  const agentId = accepted?.overrideAgentId ?? clinic.boundAgentId;
  if (!agentId) {
    tell({ step: 'disconnected', detail: { reason: 'no agent is bound to the number and the answer names none' } });
    return;
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
  yield* talkOnLine(basics, asked, exchange, tell);
}

/** Whoever is on the line is talked with by the flow of the agent, or by a model of ours. */
export async function* talkOnLine(
  basics: CallBasics,
  asked: AskedCall,
  exchange: Exchange,
  tell: Tell,
): AsyncGenerator<Happening> {
  const { clinic, options, disturbances = {} } = asked;
  if (clinic.llmSocketUrl === undefined) yield* talk(basics, asked, exchange, tell);
  else {
    const line: LiveLine = {
      socketUrl: clinic.llmSocketUrl,
      answersDial: options.answersDial,
      disturbances,
      anotherCall: async (another) => void (await placeAnother(another, clinic, exchange, tell)),
    };
    yield* liveTalk(basics, asked, line, exchange, tell);
  }
}

/**
 * The talk takes its natural time and ends about now: the call began as long ago as it lasts. Functions are called after
 * `call_started` was sent and before `call_ended` is.
 */
async function* talk(
  basics: CallBasics,
  { scenario, clinic, heardOut }: AskedCall,
  exchange: Exchange,
  tell: Tell,
): AsyncGenerator<Happening> {
  const beganAt = exchange.now();
  const variables = basics.variables ?? {};
  const started = startedCall(basics, beganAt - expectedLengthMs(scenario, clinic, variables, beganAt));
  yield { event: 'call_started', call: started };

  const stage: Stage = {
    async callFunction(node, asked, soFar) {
      const definition = exchange.functions.find(({ name }) => name === node.call);
      if (!definition) throw new Error(`no function ${node.call} is configured in this workspace`);
      const call = ongoingCall(started, soFar);
      const answer = await callFunction(definition, asked, call, { apiKey: exchange.apiKey, habits: exchange.ringing });
      tell({ step: 'function-called', detail: outcomeOf(node, answer) });
      return answer;
    },
    anotherCall: (another) => placeAnother(another, clinic, exchange, tell),
  };
  const performed = await performTalk(scenario, clinic, variables, beganAt, stage);
  const { speech, spokenInBraces, collected, analysis, known } = performed;
  heardOut?.(known);
  const [first] = speech.utterances;
  if (first) {
    const detail = { text: first.content, utterances: speech.utterances.length, durationMs: speech.durationMs };
    tell({ step: 'heard', detail });
  }
  if (spokenInBraces.length > 0) {
    const names = spokenInBraces.map((name) => `{{${name}}}`).join(', ');
    tell({ step: 'warning', detail: { text: `not set, so the caller hears the braces: ${names}` } });
  }
  const ended = endedCall(started, { speech, collected, reason: scenario.disconnectionReason });
  yield { event: 'call_ended', call: ended };
  if (analysis) yield { event: 'call_analyzed', call: analyzedCall(ended, analysis) };
}

const outcomeOf = (
  { call, answers }: FunctionNode,
  { code, say, error, tookMs }: Pick<FunctionOutcome, 'code' | 'say' | 'error' | 'tookMs'>,
): FunctionOutcome => ({ name: call, expected: [answers].flat(), code, say, error, tookMs });

/** A call of its own, from the ring to its last event, of which this call's timeline tells in one line. */
async function placeAnother(
  { another: scenario, when }: AnotherCall,
  clinic: CalledClinic,
  exchange: Exchange,
  tell: Tell,
): Promise<Record<string, string>> {
  const functions: FunctionOutcome[] = [];
  let known: Record<string, string> = {};
  const heardOut = (variables: Record<string, string>): void => {
    known = variables;
  };
  await placeCall({ scenario, clinic, options: CallOptions.parse({}), heardOut }, exchange, (entry) => {
    if (entry.step === 'function-called') functions.push(entry.detail);
  });
  tell({ step: 'another-call', detail: { when, from: scenario.patient, functions } });
  return known;
}

/** The agent dials a patient and nobody picks up: no `call_started`, but the other two. */
async function* dialOut(
  callId: string,
  { scenario, clinic }: AskedCall,
  { now }: Exchange,
  tell: Tell,
): AsyncGenerator<Happening> {
  const [from, to] = [clinic.number, scenario.patient];
  tell({ step: 'dialling', detail: { callId, from, to, epochMs: now() } });
  if (!clinic.boundAgentId) {
    tell({ step: 'disconnected', detail: { reason: 'no agent is bound to the number' } });
    return;
  }
  const basics = { callId, agentId: clinic.boundAgentId, agentVersion: publishedVersion, from, to } as const;
  const call = unansweredCall({ ...basics, direction: 'outbound' }, scenario.disconnectionReason);
  const { analysis } = chosenTalk(scenario, languageOf(clinic.language));
  tell({ step: 'no-answer', detail: { reason: scenario.disconnectionReason } });
  yield { event: 'call_ended', call };
  if (analysis) yield { event: 'call_analyzed', call: analyzedCall(call, analysis) };
}

/** Retell triggers events in order and lets none wait for another that is being retried. */
export async function reportInOrder(
  happenings: AsyncIterable<Happening>,
  options: CallOptions,
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  // Settled one by one, so that a failure while others still wait is not an unhandled one.
  const underWay: Promise<PromiseSettledResult<void>[]>[] = [];
  const { talkMs, analysisMs } = exchange.pace;
  let before: CallEventName | undefined;
  for await (const happening of happenings) {
    if (before) await exchange.reporting.wait(before === 'call_started' ? talkMs : analysisMs);
    before = happening.event;
    const call = asRestricted(exchange.archive, happening.call);
    await exchange.archive.put([storedCall(call)]);
    underWay.push(Promise.allSettled([report({ ...happening, call }, options, exchange, tell)]));
  }
  for (const [result] of await Promise.all(underWay)) if (result?.status === 'rejected') throw result.reason;
}

/** All has happened before the first event arrives; each arrives only after the one it should have followed. */
async function reportReversed(
  happenings: AsyncIterable<Happening>,
  options: CallOptions,
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  const all: Happening[] = [];
  for await (const { event, call } of happenings) all.push({ event, call: asRestricted(exchange.archive, call) });
  await exchange.archive.put(all.map(({ call }) => storedCall(call)));
  for (const happening of all.toReversed()) await report(happening, options, exchange, tell);
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
