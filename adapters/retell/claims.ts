import * as z from 'zod';
import { ConversationId } from '#domain/ids.ts';

const word = z.string().min(1).max(200).nullish().catch(undefined);
const Subject = z.looseObject({
  call_id: word,
  chat_id: word,
  agent_id: word,
  direction: word,
  from_number: word,
  to_number: word,
});
const subject = Subject.optional().catch(undefined);
const Envelope = z.looseObject({ call: subject, chat: subject, call_inbound: subject, chat_inbound: subject });

/** What a body of Retell's says of whose it is, whichever of its webhooks it came by. Nothing of it is proven. */
export function claimsOf(body: unknown): { number?: string; agentId?: string; conversationId?: ConversationId } {
  const { call, chat, call_inbound, chat_inbound } = Envelope.catch({}).parse(body);
  const told = call ?? chat ?? call_inbound ?? chat_inbound;
  if (!told) return {};
  const number = told.direction === 'outbound' ? told.from_number : told.to_number;
  const conversationId = ConversationId.safeParse(`retell_${told.call_id ?? told.chat_id ?? ''}`);
  return {
    ...(number && { number }),
    ...(told.agent_id && { agentId: told.agent_id }),
    ...(conversationId.success && { conversationId: conversationId.data }),
  };
}
