import { createHash } from 'node:crypto';
import { readForm } from '#adapters/twilio/form.ts';
import { type IncomingMessage, readTwilioMessage } from '#adapters/twilio/message-event.ts';
import type { MessageReceived } from '#domain/messages/notice.ts';

/** Tells that a message waits to be answered. Told again it stands in the same order, which is that of its writer. */
export const messageNotice = (eventKey: string, { channel, from, to }: IncomingMessage): MessageReceived => ({
  kind: 'message-received',
  eventKey,
  writer: createHash('sha256')
    .update(JSON.stringify([channel, from, to]))
    .digest('hex')
    .slice(0, 32),
});

/** The same of a message as it was stored; nothing where that cannot be read. */
export function storedMessageNotice(eventKey: string, rawBody: Uint8Array): MessageReceived | undefined {
  const message = readTwilioMessage(readForm(rawBody));
  return message?.kind === 'incoming' ? messageNotice(eventKey, message) : undefined;
}
