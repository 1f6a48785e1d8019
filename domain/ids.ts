import * as z from 'zod';

/** Ids with only zeros but a digit or two pass as UUIDs in careless code; a clinic must never be found by one. */
const nilLike = /^0{8}-0{4}-0{4}-0{4}-|^[0-9a-f]{8}-0{4}-0{4}-0{4}-/;

const randomUuid = z.uuidv4('must be a random UUID (version 4)').refine((id) => !nilLike.test(id), {
  message: 'must be a random UUID, not a nil-like placeholder',
});

/** The tenant. A random UUID v4; every store call and key starts with it. */
export const ClinicId = randomUuid.brand('ClinicId');
export type ClinicId = z.infer<typeof ClinicId>;

/** A person who treats, within one clinic. */
export const ProviderId = randomUuid.brand('ProviderId');
export type ProviderId = z.infer<typeof ProviderId>;

/**
 * One interaction on one channel, named after the vendor's own id, so that every component computes the same id:
 * `retell_<call_id>`, `retell_<chat_id>`, later `twilio_<CallSid>`. At most 128 of `A-Z a-z 0-9 _ -`.
 */
export const ConversationId = z
  .string()
  .regex(/^(retell|twilio|web|sms)_[A-Za-z0-9_-]{1,120}$/, 'must be a conversation id such as retell_call_…')
  .brand('ConversationId');
export type ConversationId = z.infer<typeof ConversationId>;

/** The conversation of a Retell call or chat. @throws ZodError when the vendor's id holds anything but word characters. */
export const retellConversationId = (callOrChatId: string): ConversationId =>
  ConversationId.parse(`retell_${callOrChatId}`);
