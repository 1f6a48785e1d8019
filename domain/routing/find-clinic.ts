import type { ClinicId } from '../ids.ts';

/** What may name the clinic of an authentic event, strongest first. Nothing else ever does. */
export const witnesses = ['binding', 'session', 'number', 'agent'] as const;
export type Witness = (typeof witnesses)[number];

/** Why an authentic event has no clinic. */
export type UnroutedReason = 'unknown_number' | 'unknown_agent' | 'inactive_number' | 'conflict' | 'clinic_suspended';

/** What the look-ups say, each absent where there is nothing to say. */
export interface Testimony {
  /** Our own signed binding, minted for this call when it rang. */
  binding?: ClinicId;
  /** The conversation's clinic, settled by an earlier authentic event. */
  session?: ClinicId;
  number?: ClinicId;
  /** Only a dedicated agent names its clinic. */
  agent?: ClinicId;
  /** The number was mapped once and is not any more. */
  numberReleased?: boolean;
  /** The event names a number of the clinic's side at all. */
  hasNumber: boolean;
}

export type Routing =
  | { outcome: 'found'; clinicId: ClinicId; routedBy: Witness | 'operator' }
  | { outcome: 'unrouted'; reason: UnroutedReason };

/**
 * Whose call this is. The strongest witness decides, and only when no other names another clinic: two that disagree are
 * a conflict for a person to settle. There is no default clinic.
 */
export function findClinic(testimony: Testimony): Routing {
  const speaking = witnesses.filter((witness) => testimony[witness] !== undefined);
  const first = speaking[0];
  if (!first) {
    if (testimony.numberReleased) return { outcome: 'unrouted', reason: 'inactive_number' };
    return { outcome: 'unrouted', reason: testimony.hasNumber ? 'unknown_number' : 'unknown_agent' };
  }
  const clinicId = testimony[first] as ClinicId;
  if (speaking.some((witness) => testimony[witness] !== clinicId)) return { outcome: 'unrouted', reason: 'conflict' };
  return { outcome: 'found', clinicId, routedBy: first };
}

/**
 * The clinic a person chose for an event in conflict, accepted only if one of the witnesses names it: an operator can
 * settle a dispute, not hand a call to a third clinic.
 */
export function settleConflict(testimony: Testimony, chosen: ClinicId): Routing {
  const named = witnesses.some((witness) => testimony[witness] === chosen);
  return named
    ? { outcome: 'found', clinicId: chosen, routedBy: 'operator' }
    : { outcome: 'unrouted', reason: 'conflict' };
}
