import { randomBytes } from 'node:crypto';
import type Retell from 'retell-sdk';
import type { Scenario, Talk } from '#local/scenarios/scenario.ts';
import type { Speech } from './speech.ts';
import type { CallEventName } from './timeline.ts';

export type CallObject = Retell.PhoneCallResponse;

/** An event and the call as it shows it. */
export interface Happening {
  event: CallEventName;
  call: CallObject;
}

/** An id as Retell makes them: the prefix and 27 hexadecimal digits. */
export const newCallId = (): string => `call_${randomBytes(14).toString('hex').slice(0, 27)}`;

/** What is fixed about a call before it begins. */
export interface CallBasics {
  callId: string;
  agentId: string;
  agentVersion: number;
  /** Of a call by telephone; one from a browser has none of the three. */
  from?: string;
  to?: string;
  direction?: CallObject['direction'];
  /** Given by the answer to `call_inbound`; Retell leaves them out when nobody gave any. */
  metadata?: Record<string, unknown>;
  variables?: Record<string, string>;
}

/** Fields every event of the call carries. */
function basicFields(basics: CallBasics): Omit<CallObject, 'call_status'> {
  const { direction, from, to } = basics;
  // The type of a call from a browser is another one, and all that differs is here.
  const line = direction
    ? { call_type: 'phone_call', direction, from_number: from, to_number: to }
    : { call_type: 'web_call' };
  return {
    ...(line as Pick<CallObject, 'call_type' | 'direction' | 'from_number' | 'to_number'>),
    call_id: basics.callId,
    agent_id: basics.agentId,
    agent_version: basics.agentVersion,
    agent_name: 'Reception',
    agent_tag: 'prod',
    ...(basics.metadata && { metadata: basics.metadata }),
    ...(basics.variables && { retell_llm_dynamic_variables: basics.variables }),
    data_storage_setting: 'everything',
    opt_in_signed_url: false,
  };
}

/** As the socket of a custom LLM is told of it: known, and not said to have begun. */
export const registeredCall = (basics: CallBasics): CallObject => ({
  ...basicFields(basics),
  ...carriedBy(basics),
  call_status: 'registered',
});

/** The carrier's own name of a call by telephone. */
const carriedBy = ({ callId, direction }: CallBasics): Pick<CallObject, 'telephony_identifier'> =>
  direction ? { telephony_identifier: { twilio_call_sid: `CA${callId.slice(5).padEnd(32, '0')}` } } : {};

export type StartedCall = CallObject & { start_timestamp: number };

/** As `call_started` shows it: connected, nothing said yet. */
export function startedCall(basics: CallBasics, startedAt: number): StartedCall {
  return {
    ...basicFields(basics),
    ...carriedBy(basics),
    call_status: 'ongoing',
    start_timestamp: startedAt,
  };
}

/** As a function sees it in the middle of the talk. */
export const ongoingCall = (started: StartedCall, soFar: Speech): CallObject => ({
  ...started,
  transcript: soFar.transcript,
  transcript_object: soFar.utterances,
  transcript_with_tool_calls: soFar.entries,
});

/** As `call_ended` shows it: all but the analysis. */
export function endedCall(
  started: StartedCall,
  {
    speech,
    collected,
    reason,
  }: { speech: Speech; collected?: Record<string, string>; reason: Scenario['disconnectionReason'] },
): CallObject {
  const recording = `https://recordings.retell.example/${started.call_id}`;
  return {
    ...started,
    call_status: 'ended',
    end_timestamp: started.start_timestamp + speech.durationMs,
    duration_ms: speech.durationMs,
    disconnection_reason: reason,
    transfer_destination: null,
    transcript: speech.transcript,
    transcript_object: speech.utterances,
    transcript_with_tool_calls: speech.entries,
    ...(collected && { collected_dynamic_variables: collected }),
    recording_url: `${recording}/recording.wav`,
    recording_multi_channel_url: `${recording}/recording_multichannel.wav`,
    public_log_url: `${recording}/public.log`,
    ...(speech.answerMs.length > 0 && { latency: latency(speech.answerMs), llm_token_usage: tokens(speech) }),
    call_cost: cost(speech.durationMs),
  };
}

/** A dial nobody answered: no start, no end, nothing said. */
export function unansweredCall(basics: CallBasics, reason: Scenario['disconnectionReason']): CallObject {
  return { ...basicFields(basics), call_status: 'not_connected', disconnection_reason: reason };
}

/** As `call_analyzed` shows it. */
export function analyzedCall(ended: CallObject, analysis: NonNullable<Talk['analysis']>): CallObject {
  return {
    ...ended,
    call_analysis: {
      ...(analysis.summary && { call_summary: analysis.summary }),
      in_voicemail: false,
      user_sentiment: analysis.sentiment,
      call_successful: analysis.successful,
      ...(analysis.custom && { custom_analysis_data: analysis.custom }),
    },
  };
}

/** Shares of the wait between the caller's last word and the agent's first, as the latencies of a usual call split up. */
const latencyShares = { e2e: 1, asr: 0.12, llm: 0.52, tts: 0.2 } as const;

function latency(answerMs: readonly number[]): CallObject['latency'] {
  const measured = (share: number) => {
    const values = answerMs.map((ms) => Math.round(ms * share));
    const sorted = values.toSorted((a, b) => a - b);
    const at = (quantile: number) => sorted[Math.ceil(quantile * sorted.length) - 1] as number;
    return {
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max: at(1),
      min: sorted[0] as number,
      num: values.length,
      values,
    };
  };
  return {
    e2e: measured(latencyShares.e2e),
    asr: measured(latencyShares.asr),
    llm: measured(latencyShares.llm),
    tts: measured(latencyShares.tts),
  };
}

/** The prompt grows with the talk. */
function tokens({ answerMs, transcript }: Speech): CallObject['llm_token_usage'] {
  const perTurn = transcript.length / 4 / answerMs.length;
  const values = answerMs.map((_, turn) => Math.round(900 + perTurn * (turn + 1)));
  const sum = values.reduce((total, value) => total + value, 0);
  return { average: Math.round(sum / values.length), num_requests: values.length, values };
}

/** Cents per second. */
const unitPrices = { elevenlabs_tts: 0.1167, gpt_4_1: 0.075, us_telephony: 0.025 } as const;

function cost(durationMs: number): CallObject['call_cost'] {
  const seconds = Math.ceil(durationMs / 1000);
  const cents = (amount: number) => Number(amount.toFixed(2));
  const products = Object.entries(unitPrices).map(([product, unit_price]) => ({
    product,
    unit_price,
    cost: cents(unit_price * seconds),
  }));
  const unitPrice = Object.values(unitPrices).reduce((total, price) => total + price, 0);
  return {
    combined_cost: cents(products.reduce((total, product) => total + product.cost, 0)),
    total_duration_seconds: seconds,
    total_duration_unit_price: Number(unitPrice.toFixed(4)),
    product_costs: products,
  };
}
