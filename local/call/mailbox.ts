import * as z from 'zod';
import type { ConversationId } from '#domain/ids.ts';

/** `Front desk <desk@clinic.example>` or the bare address. */
const bareAddress = (to: string): string => (/<([^>]+)>\s*$/.exec(to)?.[1] ?? to).trim().toLowerCase();

const Email = z.object({
  to: z
    .union([
      z.string(),
      z
        .array(z.string())
        .length(1)
        .transform(([to]) => to as string),
    ])
    .transform(bareAddress),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  headers: z.record(z.string(), z.unknown()).transform((headers) => {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  }),
  receivedAt: z.union([z.number(), z.iso.datetime().transform((text) => Date.parse(text))]),
});
export type Email = z.infer<typeof Email>;

/** The e-mails of one conversation, oldest first. */
export async function emailsOf(mailboxJson: string, conversationId: ConversationId): Promise<Email[]> {
  const url = new URL(mailboxJson);
  url.searchParams.set('conversation', conversationId);
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`the mailbox answered ${response.status}`);
  const emails = z.array(Email).parse(await response.json());
  return emails.filter(({ headers }) => headers['x-frontdesk-conversation'] === conversationId);
}
