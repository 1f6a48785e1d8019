import * as z from 'zod';
import type { Telephones, WaitingTelephone } from '#local/vendors/telephones.ts';
import {
  analyzedCall,
  type CallBasics,
  type CallObject,
  endedCall,
  type Happening,
  newCallId,
  registeredCall,
  startedCall,
  unansweredCall,
} from './call-object.ts';
import type { AskedCall } from './asked-call.ts';
import type { Exchange } from './exchange.ts';
import { reportInOrder, talkOnLine } from './place-call.ts';
import type { Tell } from './timeline.ts';
import { speak } from './speech.ts';

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form');
const Action = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hangup') }),
  z.object({ type: z.literal('static_text'), text: z.string().min(1) }),
  z.object({ type: z.literal('prompt'), text: z.string().min(1) }),
  z.object({ type: z.literal('bridge_transfer') }),
]);

/** What `create-phone-call` takes. Variables are texts, or the order is refused. */
export const CreatePhoneCall = z.looseObject({
  from_number: e164,
  to_number: e164,
  override_agent_id: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  retell_llm_dynamic_variables: z.record(z.string(), z.string()).optional(),
  agent_override: z
    .looseObject({ agent: z.looseObject({ voicemail_option: z.looseObject({ action: Action }).nullish() }).optional() })
    .optional(),
});
type CreatePhoneCall = z.infer<typeof CreatePhoneCall>;

export type RetellTelephones = Telephones<Tell, Pick<AskedCall, 'clinic' | 'options'>>;
type RetellTelephone = WaitingTelephone<Tell> & Pick<AskedCall, 'clinic' | 'options'>;

/** Without a telephone that waits for it a call rings out. */
const nobodysMs = 400;

/** Dials as asked. The answer goes out at once, as Retell's does; what becomes of the call is told by events. */
export function dialOut(order: CreatePhoneCall, exchange: Exchange, telephones: RetellTelephones): CallObject {
  const basics = {
    callId: newCallId(),
    agentId: order.override_agent_id ?? 'agent_bound_to_the_number',
    agentVersion: 3,
    direction: 'outbound',
    from: order.from_number,
    to: order.to_number,
    ...(order.metadata && { metadata: order.metadata }),
    ...(order.retell_llm_dynamic_variables && { variables: order.retell_llm_dynamic_variables }),
  } as const satisfies CallBasics;
  const play = async (telephone: RetellTelephone | undefined) => {
    const { tell = () => undefined, options } = telephone ?? {};
    const { callId, from, to } = basics;
    tell({ step: 'dialling', detail: { callId, from, to, epochMs: exchange.now() } });
    const plain = { disorder: false, duplicate: false, lose: [], clinicPath: false, answersDial: false };
    await reportInOrder(happeningsOf(basics, order, telephone, exchange, tell), options ?? plain, exchange, tell);
    tell({ step: 'finished', detail: { callId, status: exchange.archive.get(callId)?.call.call_status } });
  };
  if (!telephones.ring(basics.to, play)) {
    play(undefined).catch((error: unknown) => {
      if (!exchange.reporting.signal.aborted) throw error;
    });
  }
  return registeredCall(basics);
}

async function* happeningsOf(
  basics: CallBasics,
  order: CreatePhoneCall,
  telephone: RetellTelephone | undefined,
  exchange: Exchange,
  tell: Tell,
): AsyncGenerator<Happening> {
  await exchange.reporting.wait(nobodysMs);
  const nothingSaid = { sentiment: 'Unknown', successful: false } as const;
  const pickUp = telephone?.pickUp ?? 'nobody';
  if (pickUp === 'nobody' || pickUp === 'busy') {
    const reason = pickUp === 'busy' ? 'dial_busy' : 'dial_no_answer';
    const call = unansweredCall(basics, reason);
    tell({ step: 'no-answer', detail: { reason } });
    yield { event: 'call_ended', call };
    yield { event: 'call_analyzed', call: analyzedCall(call, nothingSaid) };
    return;
  }
  const { agentId, variables = {}, metadata } = basics;
  tell({
    step: 'answered',
    detail: {
      tookMs: 0,
      agentId,
      overridden: order.override_agent_id !== undefined,
      variables,
      ...(metadata && { metadata }),
      ...(order.agent_override && { agentOverride: order.agent_override }),
    },
  });
  if (telephone && pickUp === 'person') {
    yield* talkOnLine(basics, telephone, exchange, tell);
    return;
  }
  const action = order.agent_override?.agent?.voicemail_option?.action;
  const kept = action?.type === 'static_text' || action?.type === 'prompt' ? action.text : '';
  tell({ step: 'voicemail', detail: { kept } });
  const speech = speak(kept === '' ? [] : [{ role: 'agent', text: kept }]);
  const started = startedCall(basics, exchange.now() - speech.durationMs);
  yield { event: 'call_started', call: started };
  const ended = endedCall(started, { speech, reason: 'voicemail_reached' });
  yield { event: 'call_ended', call: ended };
  const analyzed = analyzedCall(ended, { ...nothingSaid, summary: 'The call reached a voicemail.' });
  yield {
    event: 'call_analyzed',
    call: { ...analyzed, call_analysis: { ...analyzed.call_analysis, in_voicemail: true } },
  };
}
