import * as z from 'zod';
import { E164 } from '../../e164.ts';
import { Countries } from './countries.ts';

/** An origin as browsers name it: a site whose pages may carry the clinic's chat. */
const Origin = z
  .string()
  .max(200)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text), {
    message: 'must be an origin such as https://www.clinic.example, without a path',
  });

/** How the clinic writes and is written to. All of it is off until the clinic says otherwise. */
export const TextingSettings = z.strictObject({
  /** SMS to the clinic's numbers are answered, and the clinic may write. */
  sms: z.boolean().default(false),
  /** Appointments the agent makes, moves or cancels are confirmed to the patient by SMS. */
  confirmations: z.boolean().default(false),
  /** At Twilio, and of this clinic alone: whoever writes STOP to one service is written to by nobody through it. */
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-f]{32}$/, 'must be a messaging service of Twilio: MG and 32 of 0-9, a-f')
    .optional(),
  /** The number messages are written from, without a service; the clinic's first without it. */
  from: E164.optional(),
  /** Countries that may be written to; the clinic's own without a list. */
  countries: Countries.optional(),
  /** Outside what health data may be sent over by most agreements: see docs/texting.md before turning it on. */
  whatsapp: z.boolean().default(false),
  /** The chat on the clinic's own site. */
  webChat: z.strictObject({ origins: z.array(Origin).max(20).default([]) }).optional(),
});
export type TextingSettings = z.infer<typeof TextingSettings>;
