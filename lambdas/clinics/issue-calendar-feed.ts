import type { Clock } from '#domain/clock.ts';
import { type CalendarFeedStore, feedTokenHash, mintFeedToken } from '#domain/clinics/keys/calendar-feed.ts';
import type { ClinicId, ProviderId } from '#domain/ids.ts';
import { credentialEvent } from './issue-api-key.ts';

interface Deps {
  feeds: CalendarFeedStore;
  clock: Clock;
}

/** Path of a feed below the address of the API. */
export const feedPath = (token: string): string => `/api/appointments.ics?token=${token}`;

/** Gives a provider's calendar a new secret address, on record; the former one shows nothing from now on. */
export function issueCalendarFeed({ feeds, clock }: Deps) {
  return async (clinicId: ClinicId, providerId: ProviderId): Promise<{ path: string; replaced: number }> => {
    const nowMs = clock.now();
    const former = await feeds.ofProvider(clinicId, providerId);
    const token = mintFeedToken();
    const told = { resourceType: 'calendar-feed', resourceId: providerId, reason: 'issued' };
    await feeds.replace(
      former,
      { tokenHash: feedTokenHash(token), clinicId, providerId, createdAtMs: nowMs },
      nowMs,
      credentialEvent(clinicId, told, nowMs),
    );
    return { path: feedPath(token), replaced: former.length };
  };
}

/** Ends a provider's feed, on record. */
export function revokeCalendarFeed({ feeds, clock }: Deps) {
  return async (clinicId: ClinicId, providerId: ProviderId): Promise<{ outcome: 'revoked' | 'no-feed' }> => {
    const nowMs = clock.now();
    const former = await feeds.ofProvider(clinicId, providerId);
    if (former.length === 0) return { outcome: 'no-feed' };
    const told = { resourceType: 'calendar-feed', resourceId: providerId, reason: 'revoked' };
    await feeds.replace(former, undefined, nowMs, credentialEvent(clinicId, told, nowMs));
    return { outcome: 'revoked' };
  };
}
