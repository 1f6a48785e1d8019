import fc from 'fast-check';
import { type Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { Cell } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells } from '#domain/scheduling/calendar/occupied-cells.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { HeldTime, Slot } from '#domain/scheduling/slots/slot.ts';
import { wallClock } from '#domain/wall-time.ts';
import {
  agentOf,
  awa,
  consultation,
  koffi,
  patientId,
  room1,
  schedulingWorld,
  staff,
  ultrasound,
} from '../../fakes/scheduling.ts';

type World = ReturnType<typeof schedulingWorld>;

/** One of those who ask, with what they were offered and hold, as a dialogue keeps it. */
interface Asker {
  requester: Requester;
  offers: Slot[];
  held: HeldTime[];
  /** A step of theirs failed: they may hold what they never heard of. */
  isUnlucky: boolean;
}

const minutes = 60_000;
const family = '+12025550117';
const askersOf = (): Asker[] =>
  [
    agentOf('a', family),
    agentOf('b', family),
    agentOf('c', family),
    agentOf('d', '+12025550118'),
    agentOf('e'),
    staff,
  ].map((requester) => ({ requester, offers: [], held: [], isUnlucky: false }));

const types = [consultation, ultrasound];
const providers = [undefined, koffi, awa];
const pick = fc.nat({ max: 7 });

const aStep = fc.record({
  act: fc.constantFrom(
    ...([
      'offer',
      'offer',
      'hold',
      'book',
      'book',
      'book',
      'reschedule',
      'cancel',
      'status',
      'block',
      'unblock',
      'release',
    ] as const),
  ),
  who: fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 4, 5, 5),
  patient: fc.nat({ max: 3 }),
  type: fc.constantFrom(0, 0, 0, 1),
  provider: fc.nat({ max: 2 }),
  /** Which of the times offered; beyond them, a time of the grid that nobody named. */
  time: pick,
  /** Which of the appointments or blocks there are. */
  which: pick,
  status: fc.constantFrom('confirmed' as const, 'arrived' as const, 'fulfilled' as const, 'noshow' as const),
  passMin: fc.constantFrom(0, 0, 0, 1, 3, 6, 15),
  fault: fc.option(fc.constantFrom('read' as const, 'before-write' as const, 'after-write' as const), { freq: 6 }),
});
type Step = typeof aStep extends fc.Arbitrary<infer T> ? T : never;

/** Does one step and remembers what a dialogue would. */
async function take(world: World, askers: Asker[], step: Step): Promise<void> {
  const { scheduling, clinic, clock, store } = world;
  const asker = askers[step.who] as Asker;
  const { requester } = asker;
  const type = types[step.type]!;
  const providerId = providers[step.provider];
  const offered = asker.offers[step.time];
  const halfHourMs = 30 * minutes;
  const unnamedMs = (Math.ceil(clock.now() / halfHourMs) + 4 + step.time) * halfHourMs;
  const wanted = offered
    ? { typeId: offered.typeId, providerId: offered.providerId, startMs: offered.startMs }
    : { typeId: type.id, startMs: unnamedMs, ...(providerId && { providerId }) };
  const appointments = store.allAppointments(clinic.id);
  const appointment = appointments[step.which % (appointments.length || 1)];
  const remember = (answer: { offers?: Slot[]; slots?: Slot[]; held?: HeldTime[] }) => {
    if (answer.slots ?? answer.offers) asker.offers = answer.slots ?? answer.offers ?? [];
    if (answer.held) asker.held = answer.held;
  };

  switch (step.act) {
    case 'offer': {
      const query = { typeId: type.id, ...(providerId && { providerIds: [providerId] }) };
      return remember(await scheduling.offer(clinic, query, requester, asker.held));
    }
    case 'hold':
      return remember(await scheduling.hold(clinic, wanted, requester, asker.held));
    case 'release':
      await scheduling.release(clinic, asker.held, requester);
      asker.held = [];
      return;
    case 'book': {
      const patient = { patientId: patientId(step.patient) };
      const wish = { ...wanted, patient, source: requester.kind };
      const answer = await scheduling.book(clinic, wish, requester, asker.held);
      if (answer.code !== 'OK') return remember(answer);
      const standing = world.standing(answer.appointment.appointmentId);
      expect(standing?.patientId).toBe(patient.patientId);
      return;
    }
    case 'reschedule': {
      if (!appointment) return;
      const to = { startMs: wanted.startMs, ...(wanted.providerId && { providerId: wanted.providerId }) };
      const { appointmentId } = appointment;
      const answer = await scheduling.reschedule(clinic, appointmentId, to, requester, undefined, asker.held);
      return answer.code === 'OK' ? undefined : remember(answer);
    }
    case 'cancel':
      if (appointment) await scheduling.cancel(clinic, appointment.appointmentId, undefined, requester);
      return;
    case 'status':
      if (appointment) await scheduling.setStatus(clinic, appointment.appointmentId, step.status, requester);
      return;
    case 'block': {
      const resource = step.provider
        ? ({ kind: 'provider', id: providerId ?? koffi } as const)
        : ({ kind: 'operatory', id: room1.id } as const);
      await scheduling.block(clinic, { resource, fromMs: unnamedMs, toMs: unnamedMs + 45 * minutes }, requester);
      return;
    }
    case 'unblock': {
      const blocks = await store.blocks(clinic.id, 0, Infinity);
      const block = blocks[step.which % (blocks.length || 1)];
      if (block) await scheduling.unblock(clinic, block.blockId, requester);
      return;
    }
  }
}

/** Lets the store fail once at a time. A caller whose request failed asks again, as the vendors of calls do. */
function unluckily(world: World) {
  let isDue = false;
  return async (askers: Asker[], step: Step): Promise<void> => {
    if (step.fault && !isDue) {
      isDue = true;
      world.store.failNext(step.fault);
    }
    for (;;) {
      try {
        return await take(world, askers, step);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('the store failed'))) throw error;
        isDue = false;
        (askers[step.who] as Asker).isUnlucky = true;
      }
    }
  };
}

const nameOf = ({ resource, startMs }: Pick<Cell, 'resource' | 'startMs'>) =>
  `${resource.kind} ${resource.id} ${startMs}`;
const isLive = ({ kind, expiresAtMs }: Cell, nowMs: number) => kind === 'hold' && (expiresAtMs ?? Infinity) >= nowMs;

function expectOrder({ store, clinic }: World): void {
  const appointments = store.allAppointments(clinic.id);
  const cells = store.allCells(clinic.id);
  const { gridMinutes } = clinic.scheduling;

  // Every standing appointment owns exactly its cells, which are booked by nobody else; what is over owns none.
  const owned = appointments
    .filter(({ status }) => ownsCells(status))
    .flatMap((appointment) =>
      occupiedCells(appointment, gridMinutes).map((place) => `${nameOf(place)} ${appointment.appointmentId}`),
    );
  const booked = cells.filter(({ kind }) => kind === 'booked').map((cell) => `${nameOf(cell)} ${cell.ref}`);
  expect(booked.sort()).toEqual(owned.sort());
  expect(new Set(cells.map(nameOf)).size).toBe(cells.length);

  // No patient is in two places.
  const standing = appointments.filter(({ status }) => ownsCells(status));
  for (const [index, one] of standing.entries()) {
    for (const other of standing.slice(index + 1)) {
      const overlap = one.patientId === other.patientId && one.startMs < other.endMs && other.startMs < one.endMs;
      expect(overlap).toBe(false);
    }
  }
}

const actOf: Record<Appointment['history'][number]['act'], string> = {
  booked: 'appointment.book',
  rescheduled: 'appointment.reschedule',
  cancelled: 'appointment.cancel',
  confirmed: 'appointment.confirm',
  arrived: 'appointment.override',
  fulfilled: 'appointment.override',
  noshow: 'appointment.override',
};

function expectRecord({ store, clinic }: World): void {
  for (const { appointmentId, history, version } of store.allAppointments(clinic.id)) {
    const records = store.records.filter(({ resourceId }) => resourceId === appointmentId);
    const told = history.map(({ act }, index) =>
      act === 'confirmed' && records[index]?.actorType !== 'agent' ? 'appointment.override' : actOf[act],
    );
    expect(records.map(({ act }) => act)).toEqual(told);
    expect(version).toBe(history.length);
  }
  const blocks = store.records.filter(({ resourceType }) => resourceType === 'block').map(({ reason }) => reason);
  const count = (reason: string) => blocks.filter((told) => told === reason).length;
  const standing = new Set(store.allCells(clinic.id).flatMap(({ kind, ref }) => (kind === 'block' ? [ref] : [])));
  expect(count('block') - count('unblock')).toBe(standing.size);
}

/** How many cells of a provider's day may be held: a quarter of ten hours of five minutes. */
const quarterOfDay = 30;

function expectFairness({ store, clinic, clock }: World, askers: readonly Asker[]): void {
  const live = store.allCells(clinic.id).filter((cell) => isLive(cell, clock.now()));
  for (const providerId of [koffi, awa]) {
    const days = new Map<string, number>();
    for (const { resource, startMs } of live) {
      const { date } = wallClock(startMs, clinic.zone);
      if (resource.id === providerId) days.set(date, (days.get(date) ?? 0) + 1);
    }
    for (const held of days.values()) expect(held).toBeLessThanOrEqual(quarterOfDay);
  }
  for (const { requester, isUnlucky } of askers) {
    if (isUnlucky) continue;
    const refs = new Set(live.filter(({ holder }) => holder === requester.holder).map(({ ref }) => ref));
    expect(refs.size).toBeLessThanOrEqual(3);
  }
  const ofFamily = new Set(
    askers.filter(({ requester }) => requester.callerNumber === family).map(({ requester }) => requester.holder),
  );
  const holding = new Set(live.flatMap(({ holder }) => (holder && ofFamily.has(holder) ? [holder] : [])));
  expect(holding.size).toBeLessThanOrEqual(2);
}

const roomy = { maxBookingsPerConversation: 20, maxFutureApptsPerPatient: 100 };
const week = ['08:00-18:00'];

test('whatever several people do one after another, calendars, records and fairness stay in order', async () => {
  const hours = { monday: week, tuesday: week };
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = schedulingWorld({ hours, scheduling: { ...roomy, horizonDays: 3 } });
      const askers = askersOf();
      const act = unluckily(world);
      for (const step of steps) {
        world.clock.pass(step.passMin * minutes);
        await act(askers, step);
        expectOrder(world);
        expectFairness(world, askers);
      }
      expectRecord(world);
    }),
    { numRuns: 200 },
  );
}, 120_000);

test.each([
  ['the ordinary week', 'Africa/Porto-Novo', '2026-10-05T06:30:00.000Z'],
  ['the days around the end of summer time', 'Europe/Paris', '2026-10-23T06:30:00.000Z'],
  ['the days around the start of summer time', 'America/New_York', '2027-03-12T12:30:00.000Z'],
])(
  'whatever several people do at once in %s, no time is sold twice and every act is on record',
  async (_, zone, at) => {
    const hours = { monday: week, tuesday: week, friday: week, saturday: week, sunday: ['00:30-04:00', ...week] };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(aStep, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 10 }),
        async (rounds) => {
          const world = schedulingWorld({ zone, hours, scheduling: { ...roomy, horizonDays: 5 } }, at);
          const askers = askersOf();
          const act = unluckily(world);
          for (const steps of rounds) {
            world.clock.pass(Math.max(...steps.map(({ passMin }) => passMin)) * minutes);
            await Promise.all(steps.map((step) => act(askers, step)));
            expectOrder(world);
          }
          expectRecord(world);
        },
      ),
      { numRuns: 60 },
    );
  },
  120_000,
);
