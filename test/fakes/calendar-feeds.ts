import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { CalendarFeed, CalendarFeedStore } from '#domain/clinics/keys/calendar-feed.ts';

export interface FakeCalendarFeeds extends CalendarFeedStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
}

/** Calendar feeds in memory, keeping every promise of the real ones but the lag of the list. */
export function inMemoryCalendarFeeds(...initial: CalendarFeed[]): FakeCalendarFeeds {
  const kept = new Map(initial.map((feed) => [feed.tokenHash, feed]));
  const records: PendingAuditEvent[] = [];
  return {
    records,
    get: async (tokenHash) => structuredClone(kept.get(tokenHash)),
    ofClinic: async (clinicId) =>
      structuredClone([...kept.values()]).filter(
        (feed) => feed.clinicId === clinicId && feed.revokedAtMs === undefined,
      ),
    ofProvider: async (clinicId, providerId) =>
      structuredClone([...kept.values()]).filter(
        (feed) => feed.clinicId === clinicId && feed.providerId === providerId && feed.revokedAtMs === undefined,
      ),
    async replace(former, next, atMs, event) {
      for (const { tokenHash } of former) {
        const feed = kept.get(tokenHash);
        if (!feed) throw new Error('a calendar feed changed while it was replaced');
        kept.set(tokenHash, { ...feed, revokedAtMs: feed.revokedAtMs ?? atMs });
      }
      if (next) kept.set(next.tokenHash, structuredClone(next));
      records.push(event);
    },
  };
}
