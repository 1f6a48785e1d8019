import { randomUUID } from 'node:crypto';
import ICAL from 'ical.js';
import { type BookingAnswer, bookingClient, type Offer } from './booking-client.ts';
import type { LocalSystem } from './local-system.ts';
import { type Person, people } from './people.ts';

/** What clinics' software and their people do with the booking API, at the clinic in Exampleton. */
export function bookingApiJourneys(system: () => LocalSystem): void {
  const json = () => system().json;
  const lakeside = bookingClient(json, 'lakeside-dental');
  const benin = bookingClient(json, 'clinique-benin');
  let wanted: { typeId: string; providerId: string };
  let days: string[];
  beforeAll(async () => {
    wanted = await lakeside.named('check-up', 'Sample');
    days = await lakeside.wholeDays(wanted);
  }, 30_000);

  const dayOf = (journey: number): string => {
    const day = days[journey];
    if (!day) throw new Error(`there are only ${days.length} days`);
    return day;
  };

  /** Somebody the clinic has not met. */
  const newcomer = ({ name, dob, phone }: Person) => {
    const [givenName, familyName] = name.split(' ');
    return { givenName, familyName, dob, phone };
  };
  const book = (person: Person, { slotToken }: Offer, headers?: Record<string, string>): Promise<BookingAnswer> =>
    lakeside.ask({ action: 'book', slotToken, patient: newcomer(person) }, headers);

  test('nobody gets in without a key, and a key that is none says no more than none', async () => {
    const keys = { none: undefined, empty: 'Bearer ', foreign: 'Bearer fdk_aaaaaaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbb' };
    const answers: unknown[] = [];
    for (const authorization of Object.values(keys)) {
      const answer = await fetch(`${json().api}/api/booking`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ action: 'clinic' }),
      });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      answers.push(await answer.json());
    }
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(answers[0]).toMatchObject({ error: { code: 'unauthorized' } });
  });

  test('a request with a key of its own is done once, and a time that is gone is answered with others', async () => {
    const [offer] = await lakeside.on(dayOf(0), wanted);
    const key = { 'idempotency-key': randomUUID() };
    const [made, again] = [await book(people.perle, offer!, key), await book(people.perle, offer!, key)];
    expect([made.status, made.headers.get('etag'), made.headers.get('idempotency-replayed')]).toEqual([
      201,
      '"1"',
      null,
    ]);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(made.body);

    const other = await book(people.marius, offer!, key);
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency-key-reused']);
    const late = await book(people.marius, offer!);
    expect([late.status, late.body.error.code]).toEqual([409, 'slot-taken']);
    const { offers = [] } = late.body.error;
    expect(offers).toHaveLength(3);
    expect(offers.map(({ start }) => start)).not.toContain(offer!.start);
    const instead = await book(people.marius, offers[0]!);
    expect([instead.status, instead.body.appointment.start]).toEqual([201, offers[0]!.start]);
  });

  test('a change counts on the version it saw; another clinic’s key finds nothing to read or change', async () => {
    const [first, , , , later] = await lakeside.on(dayOf(1), wanted);
    const { appointment } = (await book(people.perle, first!)).body;
    const move = { action: 'reschedule', appointmentId: appointment.id, slotToken: later!.slotToken };

    const foreign = await benin.ask({ action: 'get', appointmentId: appointment.id });
    const unknown = await benin.ask({ action: 'get', appointmentId: randomUUID() });
    expect([foreign.status, foreign.body]).toEqual([404, unknown.body]);
    expect((await benin.ask({ action: 'cancel', appointmentId: appointment.id })).status).toBe(404);

    const outdated = await lakeside.ask(move, { 'if-match': '"7"' });
    expect([outdated.status, outdated.body.error.code]).toEqual([412, 'changed-meanwhile']);
    const read = await lakeside.ask({ action: 'get', appointmentId: appointment.id });
    expect(read.body.appointment).toEqual(appointment);
    const moved = await lakeside.ask(move, { 'if-match': read.headers.get('etag')! });
    expect([moved.status, moved.headers.get('etag'), moved.body.appointment.start]).toEqual([200, '"2"', later!.start]);
    // What it left is free again.
    expect((await lakeside.on(dayOf(1), wanted)).map(({ start }) => start)).toContain(first!.start);

    const cancelled = await lakeside.ask(
      { action: 'cancel', appointmentId: appointment.id, reason: 'empêchement' },
      { 'if-match': '"2"' },
    );
    expect([cancelled.status, cancelled.body.appointment.status]).toEqual([200, 'cancelled']);
    const twice = await lakeside.ask({ action: 'cancel', appointmentId: appointment.id });
    expect([twice.status, twice.body]).toEqual([200, cancelled.body]);
    const late = await lakeside.ask(move);
    expect([late.status, late.body.error.code]).toEqual([409, 'appointment-closed']);
  });

  test('a list comes a page at a time, each appointment once, in the order of the day', async () => {
    const range = { from: dayOf(0), to: dayOf(1) };
    const whole = await lakeside.done({ action: 'list', ...range });
    const starts = whole.appointments.map(({ start }) => start);
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(starts).toEqual(starts.toSorted());
    const found: string[] = [];
    for (let after: string | undefined, pages = 0; pages <= starts.length; pages++) {
      const page = await lakeside.done({ action: 'list', ...range, limit: 1, ...(after && { after }) });
      found.push(...page.appointments.map(({ id }) => id));
      after = page.next;
      if (!after) break;
    }
    expect(found).toEqual(whole.appointments.map(({ id }) => id));
    const forged = await lakeside.ask({ action: 'list', ...range, after: 'bm90IG91cnM' });
    expect([forged.status, forged.body.error.code]).toEqual([422, 'cursor-invalid']);
  });

  test('the API describes itself to whoever asks', async () => {
    const answer = await fetch(`${json().api}/api/openapi.json`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('json')]);
    const description = (await answer.json()) as { openapi: string; paths: Record<string, object> };
    expect(description.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(description.paths)).toContain('/api/booking');
  });

  test('a doctor’s calendar reads the appointments from the address that was made for it, and no patient', async () => {
    const issue = async () => {
      const { code, stdout, stderr } = await system().run(
        'bin/clinic.ts',
        'calendar',
        'lakeside-dental',
        'Sample',
        '--json',
      );
      expect([code, stderr]).toEqual([0, '']);
      return (JSON.parse(stdout) as { url: string }).url;
    };
    const url = await issue();
    const feed = await fetch(url);
    expect([feed.status, feed.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    const text = await feed.text();
    const events = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
    const shown = events.map(({ uid, startDate }) => [uid, startDate.toJSDate().toISOString()]);
    const { appointments } = await lakeside.done({ action: 'list', from: dayOf(0), to: dayOf(0) });
    expect(appointments.length).toBeGreaterThanOrEqual(2);
    expect(shown).toEqual(expect.arrayContaining(appointments.map(({ id, start }) => [`${id}@frontdesk`, start])));
    expect(text).not.toMatch(/Bouvreuil|Pinson|Perle|Marius/);

    const forged = await fetch(`${url}x`);
    expect(forged.status).toBe(404);
  });

  test('the terminal shows the week with who comes when', async () => {
    const { appointments } = await lakeside.done({ action: 'list', from: dayOf(0), to: dayOf(0) });
    const first = appointments[0]?.localStart.slice(11, 16);
    const args = ['week', 'Sample', '--clinic', 'lakeside-dental', '--from', dayOf(0)];
    const { code, stdout, stderr } = await system().run('bin/book.ts', ...args);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/Sam Sample.*America\/New_York/);
    expect(lines[1]).toContain(dayOf(0).slice(5));
    expect(stdout).toContain(`${first} Bouvre`);
  });
}
