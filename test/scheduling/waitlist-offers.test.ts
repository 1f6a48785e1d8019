import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { callableFrom } from '#domain/conversations/outbound/quiet-hours.ts';
import { WaitlistEntryId } from '#domain/ids.ts';
import type { Notice } from '#domain/messages/notice.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { giveBackOffer } from '#domain/scheduling/waitlist/give-back-offer.ts';
import { offersByText } from '#domain/scheduling/waitlist/offers-by-text.ts';
import type { WaitlistEntry, WaitlistOfferSender, WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';
import { offerFreedTime } from '#lambdas/scheduling/offer-freed-time.ts';
import { settleOffer } from '#lambdas/scheduling/settle-offer.ts';
import { inMemoryCalendar } from '../fakes/calendar.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { cotonou } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { rememberedLog } from '../fakes/log.ts';
import { inMemorySuppressions } from '../fakes/texts.ts';
import { inMemoryWaitlist, rememberedOffers, waitlistEntry } from '../fakes/waitlist.ts';

/** A clinic that writes no messages. */
const noPatientMessages: WaitlistOfferSender = {
  tellableFrom: async () => undefined,
  send: async () => ({ outcome: 'no-channel' }),
};

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const clinic = clinicProfile();
const [type] = clinic.appointmentTypes as [ClinicProfile['appointmentTypes'][number]];
const [doctor] = clinic.providers as [ClinicProfile['providers'][number]];
const minuteMs = 60_000;

/** Tuesday, 6 October 2026, 9:00 in Cotonou: free, because somebody cancelled. */
const freed = {
  clinicId: cotonou,
  freedId: '0f6c1a2b-3d4e-4f5a-8b6c-7d8e9f0a1b2c-2',
  typeId: type.id,
  providerId: doctor.id,
  startMs: Date.parse('2026-10-06T08:00:00.000Z'),
};
const at = (changes: Partial<typeof freed>) => ({ freed: { ...freed, ...changes }, passedOver: [] });

const named = (digit: number, changes: Partial<WaitlistEntry> = {}): WaitlistEntry =>
  waitlistEntry({
    entryId: WaitlistEntryId.parse(`c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c0${digit}`),
    createdAtMs: waitlistEntry().createdAtMs + digit,
    ...changes,
  });
const [first, second] = [named(1), named(2)];

interface Stores {
  calendar: Calendar;
  appointments: ReturnType<typeof createAppointmentStore>;
  waitlist: WaitlistStore;
}

const worlds: [string, () => Promise<Stores>][] = [
  [
    'in memory',
    async () => {
      const calendar = inMemoryCalendar();
      return { calendar, appointments: calendar, waitlist: inMemoryWaitlist() };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      await db.clear();
      const { core, audit } = db.tables;
      return {
        calendar: createCalendar({ core, audit }),
        appointments: createAppointmentStore(core),
        waitlist: createWaitlistStore({ core, audit }),
      };
    },
  ],
];

describe.each(worlds)('a freed time %s', (_, open) => {
  async function world(
    { sender = rememberedOffers(), profile = clinic }: { sender?: WaitlistOfferSender; profile?: ClinicProfile } = {},
    entries = [first, second],
  ) {
    const clock = standingClock();
    const stores = await open();
    for (const entry of entries) await stores.waitlist.join(entry, []);
    const log = rememberedLog();
    const deps = {
      ...stores,
      clinics: { profile: async () => profile },
      scheduling: createScheduling({ ...stores, clock }),
      sender,
      clock,
      log,
    };
    return {
      ...stores,
      deps,
      clock,
      log,
      offer: offerFreedTime(deps),
      settle: settleOffer(deps),
      entry: async (id = first.entryId) => (await stores.waitlist.get(cotonou, id)) as WaitlistEntry,
      cells: () =>
        stores.calendar.cells(
          cotonou,
          [
            { kind: 'provider', id: doctor.id },
            ...clinic.operatories.map(({ id }) => ({ kind: 'operatory', id }) as const),
          ],
          freed.startMs - 24 * 60 * minuteMs,
          freed.startMs + 24 * 60 * minuteMs,
        ),
    };
  }

  test('is kept for a quarter of an hour for the oldest who waits for it, who is told once', async () => {
    const sender = rememberedOffers();
    const { offer, entry, cells, log } = await world({ sender });
    expect(await offer(at({}))).toEqual({
      outcome: 'offered',
      entryId: first.entryId,
      expiresAt: '2026-10-05T12:45:00.000Z',
    });
    expect(await entry()).toMatchObject({
      status: 'offered',
      offer: { startMs: freed.startMs, holder: `waitlist_${first.entryId}` },
      version: 2,
    });
    expect(await entry(second.entryId)).toEqual(second);
    const occupied = await cells();
    expect(occupied).toHaveLength(12);
    for (const cell of occupied) {
      expect(cell).toMatchObject({ kind: 'hold', holder: `waitlist_${first.entryId}` });
      expect(cell.expiresAtMs).toBe(Date.parse('2026-10-05T12:45:00.000Z'));
    }
    expect(sender.sent).toMatchObject([{ entry: { entryId: first.entryId }, offer: { startMs: freed.startMs } }]);
    expect(log.entries).toEqual([{ code: 'waitlist.offered', fields: { clinicId: cotonou } }]);
  });

  test('is offered once however often the step runs', async () => {
    const sender = rememberedOffers();
    const { offer, entry, clock, cells } = await world({ sender });
    const answer = await offer(at({}));
    clock.pass(minuteMs);
    expect(await offer(at({}))).toEqual(answer);
    expect(sender.sent).toHaveLength(1);
    expect((await entry()).version).toBe(2);
    expect(await cells()).toHaveLength(12);
  });

  test('is told by the step’s second run when the first died before the message', async () => {
    const sent = rememberedOffers();
    let failures = 1;
    const sender: WaitlistOfferSender = {
      tellableFrom: sent.tellableFrom,
      async send(entry, time) {
        if (failures-- > 0) throw new Error('the line is down');
        return sent.send(entry, time);
      },
    };
    const { offer } = await world({ sender });
    await expect(offer(at({}))).rejects.toThrow('the line is down');
    expect(await offer(at({}))).toMatchObject({ outcome: 'offered', entryId: first.entryId });
    expect(sent.sent).toHaveLength(1);
  });

  test('is held by the step’s second run when the first died before the entry knew', async () => {
    const { deps, entry, cells } = await world();
    const { waitlist } = deps;
    let failures = 1;
    const dying: WaitlistStore = {
      ...waitlist,
      async update(...args) {
        if (failures-- > 0) throw new Error('the table is down');
        return waitlist.update(...args);
      },
    };
    const offer = offerFreedTime({ ...deps, waitlist: dying });
    await expect(offer(at({}))).rejects.toThrow('the table is down');
    expect(await offer(at({}))).toMatchObject({ outcome: 'offered', entryId: first.entryId });
    expect((await entry()).version).toBe(2);
    expect(await cells()).toHaveLength(12);
  });

  test('goes to the next when the oldest leaves at that moment', async () => {
    const { deps, cells } = await world();
    const { waitlist } = deps;
    let left = false;
    const offer = offerFreedTime({
      ...deps,
      waitlist: {
        ...waitlist,
        async update(entry, audit) {
          if (!left) {
            left = true;
            await waitlist.update({ ...first, status: 'left', version: 2 }, []);
          }
          return waitlist.update(entry, audit);
        },
      },
    });
    expect(await offer(at({}))).toMatchObject({ outcome: 'offered', entryId: second.entryId });
    const holders = new Set((await cells()).map(({ holder }) => holder));
    expect([...holders]).toEqual([`waitlist_${second.entryId}`]);
  });

  test('without messages to patients is kept for nobody, and the clinic sees whom to call', async () => {
    const { offer, entry, cells, log } = await world({ sender: noPatientMessages });
    expect(await offer(at({}))).toEqual({ outcome: 'matched' });
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: freed.startMs }, version: 2 });
    expect((await entry()).offer).not.toHaveProperty('holdId');
    expect(await cells()).toEqual([]);
    expect(await offer(at({}))).toEqual({ outcome: 'matched' });
    expect((await entry()).version).toBe(2);
    expect(await entry(second.entryId)).toEqual(second);
    expect(log.codes()).toEqual(['waitlist.matched']);
  });

  test('goes to who was shown to the clinic for another time only once that one is taken', async () => {
    const { offer, entry, calendar } = await world({ sender: noPatientMessages }, [first]);
    await offer(at({}));
    const another = at({ freedId: 'another-2', startMs: Date.parse('2026-10-06T10:00:00.000Z') });
    expect(await offer(another)).toEqual({ outcome: 'none' });
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: freed.startMs }, version: 2 });
    const taken = { fromMs: freed.startMs, toMs: freed.startMs + 30 * minuteMs, createdAtMs: 0 };
    const resource = { kind: 'provider', id: doctor.id } as const;
    await calendar.block({ clinicId: cotonou, blockId: 'visit', ...taken, resource }, 5, [], 0);
    expect(await offer(another)).toEqual({ outcome: 'matched' });
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: another.freed.startMs }, version: 3 });
  });

  test('is given back and shown to the clinic when the message finds no way after all', async () => {
    const sender: WaitlistOfferSender = { ...rememberedOffers(), send: async () => ({ outcome: 'no-channel' }) };
    const { offer, entry, cells } = await world({ sender });
    expect(await offer(at({}))).toEqual({ outcome: 'matched' });
    expect(await entry()).toMatchObject({ status: 'matched', version: 3 });
    expect(await cells()).toEqual([]);
  });

  test.each<[string, Partial<typeof freed>]>([
    ['that somebody booked meanwhile', { startMs: Date.parse('2026-10-06T09:00:00.000Z') }],
    ['that is over', { startMs: Date.parse('2026-10-05T10:00:00.000Z') }],
    ['at which the clinic is closed by now', { startMs: Date.parse('2026-10-06T12:30:00.000Z') }],
    ['off the grid', { startMs: Date.parse('2026-10-06T08:10:00.000Z') }],
  ])('%s is offered to nobody', async (_what, changes) => {
    const { offer, calendar, entry } = await world();
    const from = Date.parse('2026-10-06T09:00:00.000Z');
    const block = { clinicId: cotonou, blockId: 'visit', fromMs: from, toMs: from + 30 * minuteMs, createdAtMs: 0 };
    await calendar.block({ ...block, resource: { kind: 'provider', id: doctor.id } }, 5, [], 0);
    expect(await offer(at(changes))).toEqual({ outcome: 'none' });
    expect(await entry()).toEqual(first);
  });

  test.each<[string, ClinicProfile, Partial<typeof freed>]>([
    ['that begins before a message could be answered', clinic, { startMs: Date.parse('2026-10-05T14:00:00.000Z') }],
    [
      'of a type that only its people book',
      { ...clinic, appointmentTypes: [{ ...type, bookableByAgent: false }] },
      { startMs: freed.startMs },
    ],
  ])('%s is kept for nobody, and the clinic sees whom to call', async (_what, profile, changes) => {
    const { offer, entry, cells } = await world({ profile });
    expect(await offer(at(changes))).toEqual({ outcome: 'matched' });
    expect(await entry()).toMatchObject({ status: 'matched', offer: changes });
    expect(await cells()).toEqual([]);
    expect(await entry(second.entryId)).toEqual(second);
  });

  test('is kept no longer than until it begins', async () => {
    const scheduling = { ...clinic.scheduling, leadTimeMin: 0 };
    const { offer, clock } = await world({ profile: { ...clinic, scheduling } });
    clock.pass(freed.startMs - 4 * minuteMs - clock.now());
    expect(await offer(at({}))).toMatchObject({ expiresAt: '2026-10-06T08:00:00.000Z' });
  });

  test('nobody waits for is offered to nobody', async () => {
    const { offer } = await world({}, [named(3, { from: '2026-10-07' })]);
    expect(await offer(at({}))).toEqual({ outcome: 'none' });
  });

  test('is passed on when nobody answers, until the list is through', async () => {
    const sender = rememberedOffers();
    const { offer, settle, entry, cells, clock } = await world({ sender });
    await offer(at({}));
    clock.pass(15 * minuteMs);
    const settled = { outcome: 'pass-on', passedOver: [first.entryId] } as const;
    expect(await settle({ ...at({}), entryId: first.entryId })).toEqual(settled);
    expect(await cells()).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'waiting', version: 3 });

    expect(await settle({ ...at({}), entryId: first.entryId })).toEqual(settled);
    expect((await entry()).version).toBe(3);

    const { passedOver } = settled;
    const next = { freed, passedOver: [...passedOver] };
    expect(await offer(next)).toMatchObject({ outcome: 'offered', entryId: second.entryId });
    clock.pass(15 * minuteMs);
    const last = await settle({ ...next, entryId: second.entryId });
    expect(last).toEqual({ outcome: 'pass-on', passedOver: [first.entryId, second.entryId] });
    expect(await offer({ freed, passedOver: [first.entryId, second.entryId] })).toEqual({ outcome: 'none' });
    expect(sender.sent.map(({ entry: { entryId } }) => entryId)).toEqual([first.entryId, second.entryId]);
  });

  test('is settled when it was accepted', async () => {
    const { offer, settle, waitlist, entry, log } = await world();
    await offer(at({}));
    const offered = await entry();
    await waitlist.update({ ...offered, status: 'booked', version: offered.version + 1 }, []);
    expect(await settle({ ...at({}), entryId: first.entryId })).toEqual({ outcome: 'settled' });
    expect(await entry()).toMatchObject({ status: 'booked', version: 3 });
    expect(log.entries.at(-1)).toEqual({ code: 'waitlist.settled', fields: { clinicId: cotonou, outcome: 'booked' } });
  });

  test('goes on to the next when the patient leaves the list instead, and the entry stays left', async () => {
    const { offer, settle, waitlist, entry, cells } = await world();
    await offer(at({}));
    const offered = await entry();
    await waitlist.update({ ...offered, status: 'left', version: offered.version + 1 }, []);
    expect(await settle({ ...at({}), entryId: first.entryId })).toMatchObject({ outcome: 'pass-on' });
    expect(await entry()).toMatchObject({ status: 'left', version: 3 });
    expect(await cells()).toEqual([]);
  });

  test('is settled without taking from an entry the newer offer it has by now', async () => {
    const { offer, settle, clock, entry } = await world({}, [first]);
    await offer(at({}));
    clock.pass(15 * minuteMs + 1);
    const later = { freedId: 'another-2', startMs: Date.parse('2026-10-06T10:00:00.000Z') };
    expect(await offer(at(later))).toMatchObject({ outcome: 'offered', entryId: first.entryId });
    expect(await settle({ ...at({}), entryId: first.entryId })).toMatchObject({ outcome: 'pass-on' });
    expect(await entry()).toMatchObject({ status: 'offered', offer: { startMs: later.startMs } });
  });

  test('at a clinic that is not there is a fault', async () => {
    const { deps } = await world();
    const nowhere = { ...deps, clinics: { profile: async () => undefined } };
    await expect(offerFreedTime(nowhere)(at({}))).rejects.toThrow('a clinic that is not there');
    await expect(settleOffer(nowhere)({ ...at({}), entryId: first.entryId })).rejects.toThrow(
      'a clinic that is not there',
    );
  });
});

describe('by SMS', () => {
  function world(waiting = first) {
    // Of the country of the numbers: whoever has one sleeps when the clinic does.
    const profile: ClinicProfile = { ...clinic, country: 'US', texting: { ...clinic.texting, sms: true } };
    const clock = standingClock();
    const calendar = inMemoryCalendar();
    const waitlist = inMemoryWaitlist(waiting);
    const suppressions = inMemorySuppressions();
    const told: Notice[] = [];
    const deps = {
      calendar,
      waitlist,
      clock,
      clinics: { profile: async () => profile },
      scheduling: createScheduling({ calendar, appointments: calendar, clock }),
      sender: offersByText({
        notices: { tell: async (notice) => void told.push(notice) },
        suppressions,
        callableFrom,
      }),
      log: rememberedLog(),
    };
    return {
      clock,
      suppressions,
      told,
      /** The wall clock of the clinic, on 5 and 6 October 2026. */
      itIs: (instant: string) => clock.pass(Date.parse(instant) - clock.now()),
      offer: offerFreedTime(deps),
      settle: settleOffer(deps),
      giveBack: () => giveBackOffer(deps)(profile, first.entryId, `waitlist_${first.entryId}_${freed.freedId}`),
      records: waitlist.records,
      entry: () => waitlist.get(cotonou, first.entryId),
      cells: () =>
        calendar.cells(cotonou, [{ kind: 'provider', id: doctor.id }], 0, freed.startMs + 24 * 60 * minuteMs),
    };
  }

  test('a time is kept for nobody who wrote STOP: the clinic sees whom to call', async () => {
    const { offer, suppressions, told, entry, cells } = world();
    await suppressions.refuse(cotonou, first.contact, ['messages'], {} as never);
    expect(await offer(at({}))).toEqual({ outcome: 'matched' });
    expect(told).toEqual([]);
    expect(await cells()).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: freed.startMs } });
  });

  test('a time is kept for no number that a visitor of the site typed: it may be anybody’s, and the clinic sees whom to call', async () => {
    const { offer, told, entry, cells } = world({ ...first, contactTold: 'by-visitor' });
    expect(await offer(at({}))).toEqual({ outcome: 'matched' });
    expect(told).toEqual([]);
    expect(await cells()).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: freed.startMs } });
  });

  test('nobody is woken: the time is kept and told of in the morning', async () => {
    const { offer, told, itIs, entry, cells } = world();
    const late = at({ startMs: Date.parse('2026-10-06T14:00:00.000Z') });
    itIs('2026-10-05T23:30:00.000Z');
    expect(await offer(late)).toEqual({ outcome: 'later', at: '2026-10-06T07:00:00.000Z' });
    expect(told).toEqual([]);
    expect(await cells()).toEqual([]);
    expect(await entry()).toEqual(first);
    itIs('2026-10-06T07:00:00.000Z');
    expect(await offer(late)).toMatchObject({ outcome: 'offered', expiresAt: '2026-10-06T07:15:00.000Z' });
    expect(told).toMatchObject([{ kind: 'waitlist-offered', entryId: first.entryId }]);
  });

  test('a time that begins before anybody could answer in the morning is shown to the clinic', async () => {
    const { offer, told, itIs, entry } = world();
    itIs('2026-10-05T23:30:00.000Z');
    expect(await offer(at({ startMs: Date.parse('2026-10-06T07:00:00.000Z') }))).toEqual({ outcome: 'matched' });
    expect(told).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'matched' });
  });

  test('an offer that reached nobody is given back, shown to the clinic, and passed on to nobody else', async () => {
    const { offer, settle, giveBack, records, clock, entry, cells } = world();
    await offer(at({}));
    await giveBack();
    await giveBack();
    expect(await cells()).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'matched', offer: { startMs: freed.startMs }, version: 3 });
    expect((await entry())?.offer).not.toHaveProperty('holdId');
    expect(records.at(-1)).toMatchObject({ requestId: `waitlist-${freed.freedId}`, fields: ['status', 'offer'] });
    clock.pass(15 * minuteMs);
    expect(await settle({ ...at({}), entryId: first.entryId })).toEqual({ outcome: 'settled' });
  });
});

test('every change of an entry is on record, with ids and names of fields alone', async () => {
  const clock = standingClock();
  const calendar = inMemoryCalendar();
  const waitlist = inMemoryWaitlist(first);
  const deps = {
    calendar,
    waitlist,
    clock,
    clinics: { profile: async () => clinic },
    scheduling: createScheduling({ calendar, appointments: calendar, clock }),
    sender: rememberedOffers(),
    log: rememberedLog(),
  };
  await offerFreedTime(deps)(at({}));
  clock.pass(15 * minuteMs);
  await settleOffer(deps)({ ...at({}), entryId: first.entryId });
  const record = {
    v: 1,
    clinicId: cotonou,
    actorType: 'system',
    actorId: 'waitlist',
    requestId: `waitlist-${freed.freedId}`,
    act: 'patient.update',
    outcome: 'success',
    resourceType: 'waitlist-entry',
    resourceId: first.entryId,
    patientId: first.patientId,
  };
  expect(waitlist.records).toEqual([
    { ...record, occurredAt: '2026-10-05T12:30:00.000Z', fields: ['status', 'offer'] },
    { ...record, occurredAt: '2026-10-05T12:45:00.000Z', fields: ['status'] },
  ]);
  expect(JSON.stringify([waitlist.records, deps.log.entries])).not.toContain(first.contact);
});
