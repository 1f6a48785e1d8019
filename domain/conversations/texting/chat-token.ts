import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { ClinicId } from '../../ids.ts';

/** Proves that a visitor of a clinic's site is the one who began a chat; it opens nothing else. */
export const ChatToken = z.object({
  clinicId: ClinicId,
  visitor: z.uuidv4(),
  /** Epoch milliseconds. */
  expiresAtMs: z.int(),
});
export type ChatToken = z.infer<typeof ChatToken>;

/** What is signed with the same key for another purpose is no chat token. */
const purpose = 'frontdesk web chat v1';
const longest = 600;

const signatureOf = (key: string, content: string): Buffer =>
  createHmac('sha256', key).update(`${purpose}\n${content}`).digest();

export function mintChatToken(key: string, token: ChatToken): string {
  const content = Buffer.from(JSON.stringify(token)).toString('base64url');
  return `${content}.${signatureOf(key, content).toString('base64url')}`;
}

/** The token, if one of `keys` signed it and it counts still; nothing otherwise. */
export function readChatToken(keys: readonly string[], text: string, nowMs: number): ChatToken | undefined {
  const [content = '', signature = '', ...rest] = text.slice(0, longest).split('.');
  if (rest.length > 0) return undefined;
  const given = Buffer.from(signature, 'base64url');
  const isSigned = keys.some((key) => {
    const wanted = signatureOf(key, content);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
  if (!isSigned) return undefined;
  const token = ChatToken.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  return token.expiresAtMs > nowMs ? token : undefined;
}
