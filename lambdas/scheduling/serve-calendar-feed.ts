import { createHash } from 'node:crypto';
import type { Clock } from '#domain/clock.ts';
import { type CalendarFeedStore, feedTokenHash } from '#domain/clinics/keys/calendar-feed.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import { providerName } from '#domain/clinics/practice/provider-name.ts';
import { typeName } from '#domain/clinics/practice/type-name.ts';
import type { ProviderId } from '#domain/ids.ts';
import { type Language, languageOf } from '#domain/language.ts';
import type { Log } from '#domain/log.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { AppointmentStore, Block, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { addDays, localDate, localDay } from '#domain/scheduling/slots/zoned-time.ts';
import { type FeedEvent, renderCalendar } from '#adapters/ical/render-calendar.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';

interface Deps {
  feeds: Pick<CalendarFeedStore, 'get'>;
  clinics: Pick<ClinicStore, 'profile'>;
  appointments: Pick<AppointmentStore, 'list'>;
  calendar: Pick<Calendar, 'blocks'>;
  clock: Clock;
  log: Log;
}

const blocked = { fr: 'Indisponible', en: 'Not available' } as const satisfies Record<Language, string>;

/** The same for a secret that never was, one that was replaced, and a clinic or provider that is no more. */
const unknown = errorAnswer(404, 'feed-unknown', 'There is no such calendar. Ask the clinic for its present address.');

/**
 * A provider's appointments as their own calendar reads them, from yesterday to the horizon. Whoever has the address sees
 * it, so it says what kind of appointment it is, where and when, and nothing about whose.
 */
export function serveCalendarFeed({ feeds, clinics, appointments, calendar, clock, log }: Deps) {
  return async ({ query, headers }: HttpRequest): Promise<HttpAnswer> => {
    const { token } = query;
    const feed = token ? await feeds.get(feedTokenHash(token)) : undefined;
    if (!feed || feed.revokedAtMs !== undefined) return unknown;
    const clinic = await clinics.profile(feed.clinicId);
    const provider = clinic?.providers.find(({ id }) => id === feed.providerId);
    if (clinic?.status !== 'active' || !provider) return unknown;

    const { fromMs, toMs } = feedRange(clinic, clock.now());
    const [booked, blocks] = await Promise.all([
      appointments.list(clinic.id, { fromMs, toMs }, { providerId: provider.id }),
      calendar.blocks(clinic.id, fromMs, toMs),
    ]);
    const events = [
      ...booked.appointments.map((appointment) => appointmentEvent(appointment, clinic)),
      ...blocksOf(blocks, provider.id).map((block) => blockEvent(block, clinic)),
    ];
    const content = renderCalendar(`${providerName(provider)} – ${clinic.name}`, events);
    const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
    const caching = { etag, 'cache-control': 'private, max-age=300' };
    log.info('feed.served', { clinicId: clinic.id, count: events.length });
    if (isKnown(etag, headers['if-none-match'])) return { status: 304, headers: caching };
    return { status: 200, headers: caching, text: { type: 'text/calendar; charset=utf-8', content } };
  };
}

/** Whole days of the clinic, so that an appointment does not leave the feed while it goes on. */
function feedRange({ zone, scheduling }: Clinic, nowMs: number) {
  const today = localDate(nowMs, zone);
  return {
    fromMs: localDay(addDays(today, -1), zone).startMs,
    toMs: localDay(addDays(today, scheduling.horizonDays), zone).endMs,
  };
}

/** A time to which nobody comes, or came, does not keep a provider busy. */
const leavesTimeFree = ({ status }: Appointment): boolean => status === 'cancelled' || status === 'noshow';

/** An appointment moved to another provider keeps its id and is found in that one's feed. */
function appointmentEvent(appointment: Appointment, clinic: Clinic): FeedEvent {
  const type = clinic.appointmentTypes.find(({ id }) => id === appointment.typeId);
  const operatory = clinic.operatories.find(({ id }) => id === appointment.operatoryId);
  return {
    uid: `${appointment.appointmentId}@frontdesk`,
    sequence: appointment.version,
    startMs: appointment.startMs,
    endMs: appointment.endMs,
    changedAtMs: appointment.updatedAtMs,
    summary: (type && typeName(type, clinic.defaultLanguage)) || 'Frontdesk',
    ...(operatory && { location: operatory.name }),
    state: leavesTimeFree(appointment) ? 'cancelled' : 'confirmed',
  };
}

const blocksOf = (blocks: readonly Block[], providerId: ProviderId): Block[] =>
  blocks.filter(({ resource }) => resource.kind === 'provider' && resource.id === providerId);

/** Why is for the clinic's people alone. */
const blockEvent = ({ blockId, fromMs, toMs, createdAtMs }: Block, clinic: Clinic): FeedEvent => ({
  uid: `${blockId}@frontdesk`,
  sequence: 0,
  startMs: fromMs,
  endMs: toMs,
  changedAtMs: createdAtMs,
  summary: blocked[languageOf(clinic.defaultLanguage)],
  state: 'blocked',
});

const isKnown = (etag: string, ifNoneMatch: string | undefined): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === etag || one === '*');
