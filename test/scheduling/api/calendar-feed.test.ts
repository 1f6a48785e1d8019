import ICAL from 'ical.js';
import { feedTokenHash } from '#domain/clinics/keys/calendar-feed.ts';
import { OperatoryId, ProviderId } from '#domain/ids.ts';
import type { HttpAnswer } from '#lambdas/http.ts';
import { issueCalendarFeed } from '#lambdas/clinics/issue-calendar-feed.ts';
import { serveCalendarFeed } from '#lambdas/scheduling/serve-calendar-feed.ts';
import { appointment, at, awa, koffi, minutes, now, room1 } from '#test/fakes/booking.ts';
import { inMemoryCalendarFeeds } from '#test/fakes/calendar-feeds.ts';
import { inMemoryCalendar } from '#test/fakes/calendar.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { rememberedLog } from '#test/fakes/log.ts';

function feedWorld(changes: Parameters<typeof clinicProfile>[0] = {}) {
  const { version: _version, recipients: _recipients, ...clinic } = clinicProfile(changes);
  const clock = standingClock(new Date(now).toISOString());
  const feeds = inMemoryCalendarFeeds();
  const clinics = inMemoryClinics(clinic);
  const calendar = inMemoryCalendar();
  const log = rememberedLog();
  const serve = serveCalendarFeed({ feeds, clinics, appointments: calendar, calendar, clock, log });
  const ask = (token: string | undefined, headers: Record<string, string> = {}) =>
    serve({ rawBody: Buffer.from(''), headers, pathParameters: {}, query: { token }, requestId: 'r' });
  const issue = async (providerId = awa) =>
    (await issueCalendarFeed({ feeds, clock })(clinic.id, providerId)).path.split('token=')[1] as string;
  return { clinic, clock, feeds, clinics, calendar, log, ask, issue };
}

/** The feed as another program reads it. */
function parsed({ text }: HttpAnswer) {
  const calendar = new ICAL.Component(ICAL.parse(text?.content ?? ''));
  const events = calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      sequence: event.sequence,
      start: event.startDate.toJSDate().toISOString(),
      end: event.endDate.toJSDate().toISOString(),
      zone: event.startDate.zone.tzid,
      summary: event.summary,
      location: event.location,
      status: component.getFirstPropertyValue('status'),
      transparency: component.getFirstPropertyValue('transp'),
      changed: String(component.getFirstPropertyValue('last-modified')),
    };
  });
  return { name: calendar.getFirstPropertyValue('x-wr-calname'), events };
}

test('a provider’s own appointments and blocks are read by another program, in UTC, without a word of whose', async () => {
  const world = feedWorld();
  const booked = appointment({ startMs: at('09:00'), reason: 'douleur', version: 3, updatedAtMs: now + minutes(7) });
  world.calendar.seed(booked);
  world.calendar.seed(appointment({ startMs: at('10:00'), status: 'cancelled' }));
  world.calendar.seed(appointment({ startMs: at('11:00'), providerId: koffi, operatoryId: OperatoryId.parse(room1) }));
  const block = {
    clinicId: world.clinic.id,
    blockId: '0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a',
    resource: { kind: 'provider' as const, id: awa },
    fromMs: at('15:00'),
    toMs: at('16:00'),
    reason: 'chez le dentiste',
    createdAtMs: now,
  };
  await world.calendar.block(block, 5, [], now);

  const answer = await world.ask(await world.issue());
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'private, max-age=300' },
    text: { type: 'text/calendar; charset=utf-8' },
  });
  const { name, events } = parsed(answer);
  expect(name).toBe('Dr Awa Modèle – Clinique Exemple');
  expect(events).toEqual([
    {
      uid: `${booked.appointmentId}@frontdesk`,
      sequence: 3,
      start: '2026-10-06T09:00:00.000Z',
      end: '2026-10-06T09:30:00.000Z',
      zone: 'UTC',
      summary: 'consultation',
      location: 'Salle 1',
      status: 'CONFIRMED',
      transparency: 'OPAQUE',
      changed: '2026-10-05T12:37:00Z',
    },
    expect.objectContaining({ start: '2026-10-06T10:00:00.000Z', status: 'CANCELLED', transparency: 'TRANSPARENT' }),
    expect.objectContaining({
      uid: `${block.blockId}@frontdesk`,
      sequence: 0,
      start: '2026-10-06T15:00:00.000Z',
      summary: 'Indisponible',
      transparency: 'OPAQUE',
    }),
  ]);
  const text = answer.text?.content ?? '';
  for (const secret of [booked.patientId, 'douleur', 'dentiste', world.clinic.id]) expect(text).not.toContain(secret);
  expect(world.log.entries).toEqual([{ code: 'feed.served', fields: { clinicId: world.clinic.id, count: 3 } }]);
});

test('an appointment nobody came to does not keep the provider busy', async () => {
  const world = feedWorld();
  world.calendar.seed(appointment({ startMs: at('09:00'), status: 'noshow' }));
  const { events } = parsed(await world.ask(await world.issue()));
  expect(events).toMatchObject([{ status: 'CANCELLED', transparency: 'TRANSPARENT' }]);
});

test('what is sent are lines of at most 75 octets that end as the standard says, whatever a name holds', async () => {
  const world = feedWorld({
    name: 'Cabinet « Œil; & Nez, Gorge \\ »',
    operatories: [
      {
        id: room1,
        capabilities: ['échographie'],
        name: 'Salle; d’échographie, à côté de l’accueil, 3ᵉ étage à gauche',
      },
    ],
  });
  world.calendar.seed(appointment());
  const answer = await world.ask(await world.issue());
  const lines = (answer.text?.content ?? '').split('\r\n');
  for (const line of lines) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(line).not.toContain('\n');
  }
  const { events } = parsed(answer);
  const unfolded = (answer.text?.content ?? '').replaceAll('\r\n ', '').split('\r\n');
  expect(unfolded).toContain('X-WR-CALNAME:Dr Awa Modèle – Cabinet « Œil\\; & Nez\\, Gorge \\\\ »');
  expect(events[0]?.location).toBe('Salle; d’échographie, à côté de l’accueil, 3ᵉ étage à gauche');
});

test('from yesterday to the horizon, whole days of the clinic', async () => {
  const world = feedWorld({ scheduling: { horizonDays: 10 } });
  for (const start of ['2026-10-03T22:59Z', '2026-10-03T23:00Z', '2026-10-15T22:55Z', '2026-10-15T23:00Z']) {
    const startMs = Date.parse(start);
    world.calendar.seed(appointment({ startMs, endMs: startMs + minutes(5) }));
  }
  const { events } = parsed(await world.ask(await world.issue()));
  expect(events.map(({ start }) => start)).toEqual(['2026-10-03T23:00:00.000Z', '2026-10-15T22:55:00.000Z']);
});

test('an unchanged feed is told by its ETag, a changed one is sent', async () => {
  const world = feedWorld();
  world.calendar.seed(appointment());
  const token = await world.issue();
  const { headers } = await world.ask(token);
  const etag = headers?.etag ?? '';
  expect(etag).toMatch(/^"[\w-]{43}"$/);
  world.clock.pass(minutes(10));
  expect(await world.ask(token, { 'if-none-match': `"other", W/${etag}` })).toEqual({ status: 304, headers });
  world.calendar.seed(appointment({ startMs: at('14:00') }));
  expect((await world.ask(token, { 'if-none-match': etag })).status).toBe(200);
});

test('a secret that never was, was replaced, or is a clinic’s or provider’s that left, is answered the same', async () => {
  const world = feedWorld();
  const replaced = await world.issue();
  const current = await world.issue();
  const gone = '4c1e8d5f-3a6b-4d7c-8e9f-2b3c4d5e6f70';
  const leftToken = await world.issue(ProviderId.parse(gone));
  const unknown = await world.ask('nobody-has-this');
  expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'feed-unknown' } } });
  for (const token of [undefined, '', replaced, leftToken]) expect(await world.ask(token)).toEqual(unknown);
  expect((await world.ask(current)).status).toBe(200);
  const before = await world.clinics.profile(world.clinic.id);
  await world.clinics.save([{ before, after: { ...world.clinic, status: 'inactive' }, events: [] }], 0);
  expect(await world.ask(current)).toEqual(unknown);
  expect(JSON.stringify(await world.feeds.get(feedTokenHash(current)))).not.toContain(current);
});
