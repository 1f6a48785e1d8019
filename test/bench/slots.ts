import { availableParallelism, loadavg } from 'node:os';
import { Temporal } from 'temporal-polyfill';
import { type Clinic, Clinic as ClinicSchema } from '#domain/clinics/clinic.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import { chooseSlots } from '#domain/scheduling/slots/choose-slots.ts';
import { freeSlots, occupiedRange, type SlotSearch } from '#domain/scheduling/slots/free-slots.ts';
import { occupancyOf } from '#domain/scheduling/slots/occupancy.ts';
import type { Slot } from '#domain/scheduling/slots/slot.ts';
import { addDays, boundaryInstant, localDate } from '#domain/scheduling/slots/zoned-time.ts';
import { ms, percentiles, table } from './latencies.ts';

/**
 * What it costs to find free times: all of a horizon of 60 days for 20 doctors with half-full calendars, and the three
 * that are spoken, from cells already loaded; next to the same rules written down naively, with Temporal and a set of
 * texts asked for each candidate.
 */
const runs = { full: 60, spoken: 2_000, naive: 3 };
const targets = { spokenP99Ms: 5 };
const doctors = 20;
const zone = 'Europe/Paris';
const nowMs = Date.parse('2027-02-15T06:00:00Z');
const minuteMs = 60_000;

/** The same numbers in every run. */
let state = 20_270_215;
const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
const id = (kind: number, index: number) =>
  `${kind}${String(index).padStart(7, '0')}-aaaa-4aaa-8aaa-${String(index * 7919).padStart(12, '0')}`;

const day = ['08:00-12:30', '14:00-18:30'];
const clinic: Clinic = ClinicSchema.parse({
  id: '3f0f3c1e-5a4b-4c6d-8e7f-9a0b1c2d3e4f',
  slug: 'bench',
  name: 'Bench',
  country: 'FR',
  zone,
  languages: ['fr'],
  defaultLanguage: 'fr',
  address: '1 rue des Mesures',
  emergencyNumbers: ['15'],
  numbers: [{ number: '+33199001234' }],
  agents: [{ provider: 'retell', id: 'agent_bench00000001', kind: 'shared' }],
  hours: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: ['09:00-12:00'] },
  closures: [{ date: '2027-03-29', reason: 'Lundi de Pâques' }],
  providers: Array.from({ length: doctors }, (_, index) => ({
    id: id(1, index),
    givenName: 'Docteur',
    familyName: `Mesure ${index}`,
    displayOrder: index,
  })),
  operatories: Array.from({ length: doctors }, (_, index) => ({ id: id(2, index), name: `Salle ${index}` })),
  appointmentTypes: [
    { id: id(3, 1), names: { fr: 'consultation' }, durationMin: 20, bufferAfterMin: 10, displayOrder: 1 },
  ],
  scheduling: { slotStepMin: 15 },
  email: { content: 'link_only', recipients: [{ address: 'accueil@clinique.example' }] },
});
const type = clinic.appointmentTypes[0] as AppointmentType;
const today = localDate(nowMs, zone);
const search: SlotSearch = {
  clinic,
  type,
  providers: clinic.providers,
  from: today,
  to: addDays(today, clinic.scheduling.horizonDays),
  nowMs,
  leadTimeMin: clinic.scheduling.leadTimeMin,
};

/** Every doctor's and room's day, half of it taken by appointments of 15 to 60 minutes. */
function halfFull(resources: readonly Resource[]): Cell[] {
  const gridMs = clinic.scheduling.gridMinutes * minuteMs;
  const cells: Cell[] = [];
  for (const resource of resources) {
    for (let date = search.from; date <= search.to; date = addDays(date, 1)) {
      let at = boundaryInstant(date, '08:00', zone);
      const end = boundaryInstant(date, '18:30', zone);
      while (at < end) {
        const length = (3 + Math.floor(random() * 10)) * gridMs;
        const isTaken = random() < 0.5;
        const ref = `${resource.id} ${at}`;
        for (let startMs = at; isTaken && startMs < Math.min(at + length, end); startMs += gridMs) {
          cells.push({ resource, startMs, kind: 'booked', ref });
        }
        at += length;
      }
    }
  }
  return cells;
}

const range = occupiedRange(search);
const cells = halfFull(range.resources);
const week = { ...search, to: addDays(today, 6) };
const weekRange = occupiedRange(week);
const weekCells = cells.filter(({ startMs }) => weekRange.fromMs <= startMs && startMs < weekRange.toMs);
const asker = { gridMinutes: clinic.scheduling.gridMinutes, zone, nowMs, holder: 'retell_call_bench' };

/** The same rules as one would write them down: a zoned time and a lookup by text for each candidate. */
function naiveSlots(): Slot[] {
  const taken = new Set(
    cells.map(({ resource, startMs }) => `${resource.kind} ${resource.id} ${new Date(startMs).toISOString()}`),
  );
  const isFree = (kind: string, resourceId: string, from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime) => {
    for (let at = from; Temporal.ZonedDateTime.compare(at, to) < 0; at = at.add({ minutes: asker.gridMinutes })) {
      if (taken.has(`${kind} ${resourceId} ${new Date(at.epochMilliseconds).toISOString()}`)) return false;
    }
    return true;
  };
  const appointments = new Map<string, Set<string>>();
  for (const { resource, startMs, ref } of cells) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(zone);
    const key = `${resource.id} ${zoned.toPlainDate().toString()}`;
    appointments.set(key, (appointments.get(key) ?? new Set()).add(ref));
  }
  const found: { slot: Slot; load: number; order: number }[] = [];
  const earliest = Temporal.Instant.fromEpochMilliseconds(nowMs).add({ minutes: search.leadTimeMin });
  const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
  for (let ahead = 0; ahead <= clinic.scheduling.horizonDays; ahead++) {
    const date = Temporal.PlainDate.from(search.from).add({ days: ahead });
    if (clinic.closures.some((closure) => closure.date === date.toString())) continue;
    for (const provider of clinic.providers) {
      const weekday = weekdayNames[date.dayOfWeek - 1] as (typeof weekdayNames)[number];
      for (const { from, to } of clinic.hours?.[weekday] ?? []) {
        const windowEnd = date.toPlainDateTime(to).toZonedDateTime(zone, { disambiguation: 'compatible' });
        let wall = date.toPlainDateTime(from);
        for (; wall.toPlainTime().toString() < to; wall = wall.add({ minutes: clinic.scheduling.slotStepMin ?? 20 })) {
          const start = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
          if (!start.toPlainDateTime().equals(wall)) continue;
          const end = start.add({ minutes: type.durationMin });
          if (Temporal.ZonedDateTime.compare(end, windowEnd) > 0) continue;
          if (Temporal.Instant.compare(start.toInstant(), earliest) < 0) continue;
          const occupiedFrom = start.subtract({ minutes: type.bufferBeforeMin });
          const occupiedTo = end.add({ minutes: type.bufferAfterMin });
          if (!isFree('provider', provider.id, occupiedFrom, occupiedTo)) continue;
          const room = clinic.operatories.find((one) => isFree('operatory', one.id, occupiedFrom, occupiedTo));
          if (!room) continue;
          const slot = {
            typeId: type.id,
            providerId: provider.id,
            startMs: start.epochMilliseconds,
            endMs: end.epochMilliseconds,
            occFromMs: occupiedFrom.epochMilliseconds,
            occToMs: occupiedTo.epochMilliseconds,
            operatoryId: room.id,
          };
          const load = appointments.get(`${provider.id} ${date.toString()}`)?.size ?? 0;
          found.push({ slot, load, order: provider.displayOrder });
        }
      }
    }
  }
  return found
    .sort((a, b) => a.slot.startMs - b.slot.startMs || a.load - b.load || a.order - b.order)
    .map(({ slot }) => slot);
}

/** How long each of many runs takes, the first ones, which warm up, left out. */
function timed(count: number, work: () => unknown) {
  for (let run = 0; run < Math.ceil(count / 10); run++) work();
  const samples = Array.from({ length: count }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return percentiles(samples);
}

const fullListing = () => [...freeSlots(search, occupancyOf(cells, asker))];
const choice = (strategy: 'soonest' | 'spread') => ({ count: 3, strategy, zone });
const spoken = (asked: SlotSearch, loaded: Cell[], strategy: 'soonest' | 'spread') => () =>
  chooseSlots(freeSlots(asked, occupancyOf(loaded, asker)), choice(strategy));

const coldStart = performance.now();
const slots = fullListing();
const coldMs = performance.now() - coldStart;
if (JSON.stringify(slots) !== JSON.stringify(naiveSlots())) throw new Error('the naive listing finds other times');

const full = timed(runs.full, fullListing);
const naive = timed(runs.naive, naiveSlots);
const rows = [
  ['three soonest, a week of cells', spoken(week, weekCells, 'soonest'), weekCells],
  ['three spread, a week of cells', spoken(week, weekCells, 'spread'), weekCells],
  [`three soonest, ${clinic.scheduling.horizonDays} days of cells`, spoken(search, cells, 'soonest'), cells],
] as const;
const spokenRows = rows.map(([name, work, loaded]) => {
  return { name, cells: loaded.length, ...timed(runs.spoken, work) };
});

const perSecond = (p50: number) => ((slots.length / p50) * 1_000).toLocaleString('en', { maximumFractionDigits: 0 });
const line = (name: string, { p50, p99 }: typeof full) => [
  name,
  ms(p50),
  ms(p99),
  perSecond(p50),
  `${(naive.p50 / p50).toFixed(0)}×`,
];
console.log(
  `\nEvery free time of ${clinic.scheduling.horizonDays} days: ${doctors} doctors, ${clinic.operatories.length} rooms, ` +
    `${cells.length.toLocaleString('en')} cells taken, ${slots.length.toLocaleString('en')} times free\n`,
);
console.log(
  table([
    ['', 'p50', 'p99', 'slots/s', 'faster'],
    line('the engine', full),
    line('naive: Temporal for each candidate', naive),
  ]),
);
console.log(`\n  the first listing of a process: ${ms(coldMs)}\n`);
console.log(
  `The times that are spoken, from cells already loaded (target p99 ≤ ${targets.spokenP99Ms} ms of our own time)\n`,
);
console.log(
  table([
    ['', 'cells', 'p50', 'p99', 'max'],
    ...spokenRows.map(({ name, cells: count, p50, p99, max }) => [
      name,
      count.toLocaleString('en'),
      ms(p50),
      ms(p99),
      ms(max),
    ]),
  ]),
);

const [load = 0] = loadavg();
if (load > availableParallelism() + 1) {
  console.log(`\n  This machine is busy (load ${load.toFixed(1)}): the p99 are those of waiting for a processor.`);
}
