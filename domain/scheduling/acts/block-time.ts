import type { Clinic } from '../../clinics/clinic.ts';
import { derivedUuid } from '../../ids.ts';
import { auditOfBlock } from '../calendar/audit-of-appointment.ts';
import type { Block } from '../calendar/calendar.ts';
import type { Resource } from '../calendar/cell.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import type { Refusal, Scheduling } from '../scheduling.ts';

/** Cells of one transaction of a hundred writes, less the block, its record and one to spare. Longer is a closure. */
const mostCells = 97;

/**
 * Takes time out of a calendar for the clinic's people, on the grid to the minute: a range that is not is
 * `SLOT_INVALID`, because rounding it would take time that nobody meant. The same wish again finds its own block.
 */
export const blockTime =
  ({ calendar, clock }: SchedulingDeps): Scheduling['block'] =>
  async (clinic, wanted, requester) => {
    const nowMs = clock.now();
    const { gridMinutes } = clinic.scheduling;
    const code = requester.kind === 'staff' ? blockRefusal(clinic, wanted, nowMs) : 'NOT_VERIFIED';
    if (code) return { code };
    const { resource, fromMs, toMs, reason } = wanted;
    const block: Block = {
      clinicId: clinic.id,
      blockId: derivedUuid('block', clinic.id, resource.kind, resource.id, `${fromMs}`, `${toMs}`, reason ?? ''),
      resource,
      fromMs,
      toMs,
      ...(reason !== undefined && { reason }),
      createdAtMs: nowMs,
    };
    const audit = [auditOfBlock('block', clinic.id, block.blockId, requester, nowMs)];
    const { outcome } = await calendar.block(block, gridMinutes, audit, nowMs);
    return outcome === 'blocked' ? { code: 'OK', block } : { code: 'RANGE_TAKEN' };
  };

/** Gives blocked time back. A block that is not there, or no more, is `APPOINTMENT_UNKNOWN`. */
export const unblockTime =
  ({ calendar, clock }: SchedulingDeps): Scheduling['unblock'] =>
  async (clinic, blockId, requester) => {
    if (requester.kind !== 'staff') return { code: 'NOT_VERIFIED' };
    const audit = [auditOfBlock('unblock', clinic.id, blockId, requester, clock.now())];
    const { outcome } = await calendar.unblock(clinic.id, blockId, clinic.scheduling.gridMinutes, audit);
    return { code: outcome === 'unblocked' ? 'OK' : 'APPOINTMENT_UNKNOWN' };
  };

function blockRefusal(
  { scheduling: { gridMinutes }, ...clinic }: Clinic,
  { resource, fromMs, toMs }: { resource: Resource; fromMs: number; toMs: number },
  nowMs: number,
): Refusal['code'] | undefined {
  const known: readonly { id: string }[] = resource.kind === 'provider' ? clinic.providers : clinic.operatories;
  if (!known.some(({ id }) => id === resource.id)) {
    return resource.kind === 'provider' ? 'PROVIDER_UNKNOWN' : 'NO_OPERATORY';
  }
  const gridMs = gridMinutes * 60_000;
  if (fromMs % gridMs !== 0 || toMs % gridMs !== 0 || fromMs >= toMs) return 'SLOT_INVALID';
  if (toMs <= nowMs) return 'PAST';
  return (toMs - fromMs) / gridMs > mostCells ? 'RANGE_TOO_LONG' : undefined;
}
