import * as z from 'zod';

/** Which calls a recipient hears of. */
export const RecipientEvent = z.enum(['all', 'booked', 'emergency', 'failed']);
export type RecipientEvent = z.infer<typeof RecipientEvent>;

export const Recipient = z.strictObject({
  address: z.email('must be an e-mail address').max(254).toLowerCase(),
  events: z.array(RecipientEvent).min(1).default(['all']),
  /** Written to only while another recipient is disabled after a bounce or complaint. */
  alternative: z.boolean().default(false),
});
export type Recipient = z.infer<typeof Recipient>;

/** How much of a call an e-mail may carry. There is no default: each clinic chooses. */
export const EmailContent = z.enum(['link_only', 'summary', 'full']);
export type EmailContent = z.infer<typeof EmailContent>;

export const EmailSettings = z.strictObject({
  content: EmailContent,
  recipients: z.array(Recipient).min(1).max(10),
  replyTo: z.email('must be an e-mail address').max(254).optional(),
  /** Send a second e-mail when the analysis comes after a summary without it has gone out. */
  sendUpdate: z.boolean().default(false),
  /** Also write about calls that never connected. */
  notConnected: z.boolean().default(false),
});
export type EmailSettings = z.infer<typeof EmailSettings>;
