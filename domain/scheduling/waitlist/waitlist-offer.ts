import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { isoInstant } from '../../clock.ts';
import type { WaitlistEntryId } from '../../ids.ts';
import type { FreedTime } from '../../messages/time-freed.ts';
import type { Requester } from '../requester.ts';
import type { HeldTime } from '../slots/slot.ts';
import type { WaitlistEntry } from './waitlist.ts';

/** What names a freeing. */
type Freeing = Pick<FreedTime, 'freedId'>;

const actor = (freed: Freeing): Requester['actor'] => ({
  actorType: 'system',
  actorId: 'waitlist',
  requestId: `waitlist-${freed.freedId}`,
});

/** Names the hold of one freeing for one entry, so that a step that runs twice holds and sends once. */
export const offerHoldId = (entryId: WaitlistEntryId, { freedId }: Freeing): string => `waitlist_${entryId}_${freedId}`;

/** Of which freeing a hold for an entry is. */
export const freedIdOf = (entryId: WaitlistEntryId, holdId: string): string =>
  holdId.slice(offerHoldId(entryId, { freedId: '' }).length);

/** Asks for a time on behalf of an entry: by the rules for callers if the patient will, for the clinic's people if they. */
export const waitlistRequester = (
  { entryId }: WaitlistEntry,
  freed: FreedTime,
  kind: Requester['kind'],
): Requester => ({ kind, holder: `waitlist_${entryId}`, actor: actor(freed) });

/** The hold of this freeing that an entry has or had last. */
export function holdFor({ entryId, offer }: WaitlistEntry, freed: FreedTime): HeldTime | undefined {
  return offer && 'holdId' in offer && offer.holdId === offerHoldId(entryId, freed) ? offer : undefined;
}

/** Whether the clinic was shown this time for this entry. */
export const isMatchedTo = ({ status, offer }: WaitlistEntry, { providerId, startMs }: FreedTime): boolean =>
  status === 'matched' && offer?.startMs === startMs && offer.providerId === providerId;

/** The record of what an offer made of an entry. */
export const auditOfOffer = (
  { clinicId, entryId, patientId }: WaitlistEntry,
  freed: Freeing,
  fields: ('status' | 'offer')[],
  nowMs: number,
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(nowMs),
  ...actor(freed),
  act: 'patient.update',
  outcome: 'success',
  resourceType: 'waitlist-entry',
  resourceId: entryId,
  patientId,
  fields,
});
