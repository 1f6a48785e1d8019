import * as z from 'zod';

const ringing = z.looseObject({
  to_number: z.string().min(1).max(200),
  from_number: z.string().max(200).nullish(),
  agent_id: z.string().max(200).nullish(),
  /** Absent in older deliveries; see `call_id` in the vendor's inbound webhook page. */
  call_id: z.string().max(200).nullish(),
  chat_id: z.string().max(200).nullish(),
});

/** Retell's inbound webhook: a phone rings (`call_inbound`) or a message opens a chat (`chat_inbound`). */
const RetellInbound = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('call_inbound'), call_inbound: ringing }),
  z.looseObject({ event: z.literal('chat_inbound'), chat_inbound: ringing }),
]);

/** What rings, in our words. */
export interface InboundRing {
  event: 'call_inbound' | 'chat_inbound';
  toNumber: string;
  agentId?: string;
  /** The vendor's id of the call or chat, when it sends one. */
  providerId?: string;
}

/** @throws ZodError when the body is none of the two events. */
export function parseInboundRequest(body: unknown): InboundRing {
  const parsed = RetellInbound.parse(body);
  const ring = parsed.event === 'call_inbound' ? parsed.call_inbound : parsed.chat_inbound;
  return {
    event: parsed.event,
    toNumber: ring.to_number,
    agentId: ring.agent_id ?? undefined,
    providerId: ring.call_id ?? ring.chat_id ?? undefined,
  };
}
