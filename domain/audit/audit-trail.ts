import type { PendingAuditEvent } from './audit-event.ts';

/** Puts on record what changes nothing else: that somebody read something. Acts that write are recorded in their write. */
export interface AuditTrail {
  record(event: PendingAuditEvent): Promise<void>;
}
