import type { Secret } from '#adapters/secrets/secret.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { holdIdOf } from '#domain/scheduling/slots/fairness.ts';
import { mintSlotToken, type OfferedSlot, readSlotToken } from '#domain/scheduling/slots/slot-token.ts';
import type { HeldTime, Slot } from '#domain/scheduling/slots/slot.ts';
import type * as z from 'zod';
import type { Offer } from '../api/answers.ts';
import { slotOnTheWire } from '../api/on-the-wire.ts';
import type { ApiCall } from './api-call.ts';

/** Offers as they go out and come back: signed, so that a time cannot be made up. */
export interface SlotTokens {
  /** @param heldUntilMs when it is held: until then it is kept free for whoever it is offered to */
  offer(clinic: Clinic, slot: Slot, holder: string, heldUntilMs?: number): Promise<z.input<typeof Offer>>;
  /** What a token offers; nothing when this clinic was never given it. */
  read(clinic: Clinic, token: string): Promise<OfferedSlot | undefined>;
}

export function createSlotTokens(key: Secret): SlotTokens {
  return {
    async offer(clinic, slot, holder, heldUntilMs) {
      const [current] = await key.values();
      const { typeId, providerId, operatoryId, startMs, endMs, occFromMs, occToMs } = slot;
      const plain = { typeId, providerId, operatoryId, startMs, endMs, occFromMs, occToMs };
      const slotToken = mintSlotToken(current, {
        clinicId: clinic.id,
        slot: plain,
        holder,
        // One that was never held runs out at once.
        expiresAtMs: heldUntilMs ?? 0,
      });
      return {
        ...slotOnTheWire(slot, clinic.zone),
        slotToken,
        ...(heldUntilMs !== undefined && { heldUntil: isoInstant(heldUntilMs) }),
      };
    },

    async read(clinic, token) {
      const offered = readSlotToken(await key.values(), token, clinic.id);
      return offered ?? readSlotToken(await key.refreshed(), token, clinic.id);
    },
  };
}

/** How the names of clinics' software begin, as holders of times; the id of the key and a session follow. */
export const apiHolders = 'api_';

/**
 * Speaks with the name under which a time was offered, so that what was held then counts as the asker's own. The token
 * itself is the proof: it was given to this clinic's software, perhaps under a key that was rotated since.
 */
export function asHolderOf(call: ApiCall, offered: OfferedSlot | undefined): ApiCall {
  if (!offered?.holder.startsWith(apiHolders)) return call;
  return { ...call, requester: { ...call.requester, holder: offered.holder } };
}

/** The hold that a token was given for. */
export const holdOf = ({ slot, holder, expiresAtMs }: OfferedSlot): HeldTime => ({
  ...slot,
  holder,
  expiresAtMs,
  holdId: holdIdOf(holder, slot),
});
