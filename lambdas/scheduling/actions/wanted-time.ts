import type { AppointmentTypeId, OperatoryId, ProviderId } from '#domain/ids.ts';
import type { WantedTime } from '#domain/scheduling/scheduling.ts';
import type { OfferedSlot } from '#domain/scheduling/slots/slot-token.ts';
import { type Answered, refuse } from '../api/refusals.ts';
import type { ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { asHolderOf } from './slot-tokens.ts';

interface Told {
  slotToken?: string;
  typeId?: AppointmentTypeId;
  start?: number;
  providerId?: ProviderId;
  operatoryId?: OperatoryId;
}

type Wanted = { wanted: WantedTime; call: ApiCall } | { refused: Answered };

/**
 * The time a request wants, as it was offered or told, and the call under the name it was offered to. A room that was
 * held is wanted; one that was only offered may be any other by now.
 */
export async function wantedTime(
  { slotTokens, clock }: Pick<ActionDeps, 'slotTokens' | 'clock'>,
  told: Told,
  call: ApiCall,
): Promise<Wanted> {
  const { slotToken, typeId, start: startMs, providerId, operatoryId } = told;
  if (slotToken !== undefined) {
    const offered = await slotTokens.read(call.clinic, slotToken);
    if (!offered) return { refused: refuse('slot-token-invalid') };
    return { wanted: wantedAsOffered(offered, clock.now()), call: asHolderOf(call, offered) };
  }
  if (typeId === undefined || startMs === undefined) throw new Error('a request without a time passed its schema');
  const refused = unknownAtClinic(call.clinic, { typeId, providerId, operatoryId });
  return refused ? { refused } : { wanted: { typeId, startMs, providerId, operatoryId }, call };
}

function wantedAsOffered({ slot, expiresAtMs }: OfferedSlot, nowMs: number): WantedTime {
  const { typeId, providerId, operatoryId, startMs } = slot;
  const isHeld = nowMs <= expiresAtMs;
  return { typeId, providerId, startMs, ...(isHeld && { operatoryId }) };
}
