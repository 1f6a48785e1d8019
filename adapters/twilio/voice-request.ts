import * as z from 'zod';
import { type ConversationId, twilioConversationId } from '#domain/ids.ts';
import type { TwilioForm } from './form.ts';

/** Numbers, states and ids. A longer one is not what it claims to be. */
const Word = z.string().max(200);

const VoiceForm = z.object({
  CallSid: z.string().regex(/^CA[0-9a-f]{32}$/, 'must be a call sid: CA and 32 of 0-9, a-f'),
  From: Word.optional(),
  To: Word.optional(),
  /** `inbound`, or one of several words for calls that went out. */
  Direction: Word.optional(),
  CallStatus: Word.optional(),
  DialCallStatus: Word.optional(),
  Digits: z
    .string()
    .regex(/^[0-9*#]{1,40}$/)
    .optional()
    .catch(undefined),
});

/** Twilio asks what to do with a call. */
export interface VoiceRequest {
  callSid: string;
  conversationId: ConversationId;
  direction: 'inbound' | 'outbound';
  fromNumber?: string;
  toNumber?: string;
  /** Our side of the call. */
  clinicNumber?: string;
  /** Nobody is on the line any more, whatever is answered. */
  isOver: boolean;
  /** What became of a transfer, where this is asked after one. */
  dialled?: 'answered' | 'not-answered';
  /** Keys pressed, where they were asked for. */
  digits?: string;
}

const overStates = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

/** @throws ZodError when the form is of no call. */
export function parseVoiceRequest(form: TwilioForm): VoiceRequest {
  const names = Object.keys(VoiceForm.shape);
  const fields = VoiceForm.parse(Object.fromEntries(names.map((name) => [name, form.get(name)])));
  const direction = directionOf(fields.Direction);
  const answered = ['completed', 'answered'].includes(fields.DialCallStatus ?? '');
  return {
    callSid: fields.CallSid,
    conversationId: twilioConversationId(fields.CallSid),
    direction,
    fromNumber: fields.From,
    toNumber: fields.To,
    clinicNumber: direction === 'outbound' ? fields.From : fields.To,
    isOver: overStates.has(fields.CallStatus ?? ''),
    ...(fields.DialCallStatus !== undefined && { dialled: answered ? 'answered' : 'not-answered' }),
    digits: fields.Digits,
  };
}

/** `outbound-api` and `outbound-dial` are calls that went out. */
export const directionOf = (word: string | undefined): 'inbound' | 'outbound' =>
  word?.startsWith('outbound') ? 'outbound' : 'inbound';
