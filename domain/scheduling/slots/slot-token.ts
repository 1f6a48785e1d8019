import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { ClinicId } from '../../ids.ts';
import { Slot } from './slot.ts';

/** A slot as it was offered to one asker. */
const OfferedSlot = z.object({ slot: Slot, holder: z.string(), expiresAtMs: z.int() });
export type OfferedSlot = z.infer<typeof OfferedSlot>;

/** The first line sets these signatures apart from all others that may be made with the same key. */
const sign = (key: string, clinicId: ClinicId, content: string): Buffer =>
  Buffer.from(
    createHmac('sha256', key).update(['frontdesk-slot-token-v1', clinicId, content].join('\n')).digest('base64url'),
  );

/**
 * Our signed word that this slot was offered by this clinic to this asker: `s1.<content>.<HMAC-SHA256>`, opaque to whoever
 * carries it. It says what was offered, not that it is still free, and holds nothing of a patient.
 */
export function mintSlotToken(key: string, { clinicId, ...offered }: OfferedSlot & { clinicId: ClinicId }): string {
  const content = Buffer.from(JSON.stringify(OfferedSlot.parse(offered))).toString('base64url');
  return ['s1', content, sign(key, clinicId, content).toString()].join('.');
}

/**
 * What a token offers, or nothing when it was not made for this clinic with one of these keys. A token whose time has run
 * out is read too: the time may still be free, and booking asks the calendars anyway.
 */
export function readSlotToken(keys: readonly string[], token: unknown, clinicId: ClinicId): OfferedSlot | undefined {
  if (typeof token !== 'string') return undefined;
  const [version, content, mac, ...rest] = token.split('.');
  if (version !== 's1' || !content || !mac || rest.length) return undefined;
  const claimed = Buffer.from(mac);
  const holds = keys.some((key) => {
    const made = sign(key, clinicId, content);
    return made.length === claimed.length && timingSafeEqual(made, claimed);
  });
  if (!holds) return undefined;
  return OfferedSlot.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString())).data;
}
