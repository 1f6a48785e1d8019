import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { guardOf } from '#adapters/dynamodb/calendar-guard.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import type { Table } from '#adapters/dynamodb/table.ts';
import { type Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { Resource } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells, type Place } from '#domain/scheduling/calendar/occupied-cells.ts';
import { type StormSize, stormClinic, stormPatient } from './booking-clinic.ts';
import type { Answer, Wish } from './booking-messages.ts';

/** What the tables say after a storm. All but `booked` and `wanted` must be zero. */
export interface Verdict {
  wanted: number;
  booked: number;
  /** Wanted slots nobody got, and appointments beyond the first of one slot. */
  unsold: number;
  soldAgain: number;
  providerOverlaps: number;
  roomOverlaps: number;
  patientOverlaps: number;
  /** A caller was told of an appointment that is not there, or is another one. */
  answersWithoutRow: number;
  /** One wish was answered with two appointments. */
  wishesSoldTwice: number;
  orphanCells: number;
  missingCells: number;
  /** Times in a patient's guard that are no appointment, and the other way round. */
  guardErrors: number;
  /** Appointments without exactly one record of their booking. */
  recordErrors: number;
}

export const isSound = ({ wanted: _wanted, booked: _booked, ...faults }: Verdict): boolean =>
  Object.values(faults).every((count) => count === 0);

/** How many of the ranges begin before an earlier one of the same group has ended. */
function overlaps<T>(
  items: readonly T[],
  groupOf: (item: T) => string | undefined,
  rangeOf: (item: T) => [number, number],
) {
  let count = 0;
  const ends = new Map<string, number>();
  for (const item of items.toSorted((a, b) => rangeOf(a)[0] - rangeOf(b)[0])) {
    const group = groupOf(item);
    if (group === undefined) continue;
    const [from, to] = rangeOf(item);
    const end = ends.get(group) ?? -Infinity;
    if (from < end) count += 1;
    ends.set(group, Math.max(end, to));
  }
  return count;
}

const placeName = ({ resource, startMs }: Place) => `${resource.kind} ${resource.id} ${startMs}`;

/** Walks every key the storm may have written, and compares what it finds with what callers were told. */
export async function verdict(
  { core, audit }: { core: Table; audit: Table },
  size: StormSize,
  told: readonly { wish: Wish; answer: Answer }[],
): Promise<Verdict> {
  const { clinic, slots, fromMs, toMs } = stormClinic(size);
  const { appointments } = await createAppointmentStore(core).list(clinic.id, { fromMs: fromMs - 86_400_000, toMs });
  const standing = appointments.filter(({ status }) => ownsCells(status));
  const byId = new Map(standing.map((one) => [one.appointmentId as string, one]));

  const sold = new Map<string, number>();
  for (const { providerId, startMs } of standing) {
    sold.set(`${providerId} ${startMs}`, (sold.get(`${providerId} ${startMs}`) ?? 0) + 1);
  }
  const times = slots.map(({ providerId, startMs }) => sold.get(`${providerId} ${startMs}`) ?? 0);

  const ofWish = new Map<number, Set<string>>();
  let answersWithoutRow = 0;
  for (const { wish, answer } of told) {
    if (answer.appointmentId === undefined) continue;
    ofWish.set(wish.wishId, (ofWish.get(wish.wishId) ?? new Set()).add(answer.appointmentId));
    const slot = slots[wish.slot];
    const row = byId.get(answer.appointmentId);
    const isIt =
      row?.providerId === slot?.providerId &&
      row?.startMs === slot?.startMs &&
      row?.patientId === stormPatient(wish.patient);
    if (!isIt) answersWithoutRow += 1;
  }

  const resources: Resource[] = [
    ...clinic.providers.map(({ id }) => ({ kind: 'provider' as const, id })),
    ...clinic.operatories.map(({ id }) => ({ kind: 'operatory' as const, id })),
  ];
  const found = await createCalendar({ core, audit }).cells(clinic.id, resources, fromMs - 86_400_000, toMs);
  const cells = found.filter(({ kind }) => kind === 'booked');
  const owners = new Map(cells.map((cell) => [placeName(cell), cell.ref]));
  const places = (one: Appointment) => occupiedCells(one, clinic.scheduling.gridMinutes);
  const claimed = new Set(
    standing.flatMap((one) => places(one).map((place) => `${placeName(place)} ${one.appointmentId}`)),
  );

  let guardErrors = 0;
  const ofPatient = Map.groupBy(standing, ({ patientId }) => patientId);
  for (let index = 0; index < size.patients; index++) {
    const patientId = stormPatient(index);
    const { times: guarded } = guardOf(await core.get(keys.patientGuard(clinic.id, patientId)));
    const names = [...guarded, ...(ofPatient.get(patientId) ?? [])].map(({ appointmentId }) => appointmentId);
    guardErrors += [...Map.groupBy(names, (name) => name).values()].filter((twice) => twice.length !== 2).length;
  }

  const records = Map.groupBy(await audit.query({ pk: keys.pendingAudit(clinic.id, '', '').PK }), ({ resourceId }) =>
    String(resourceId),
  );
  const recorded = new Set([...records.keys(), ...byId.keys()]);

  const occupied = ({ occFromMs, occToMs }: Appointment): [number, number] => [occFromMs, occToMs];
  return {
    wanted: slots.length,
    booked: standing.length,
    unsold: times.filter((count) => count === 0).length,
    soldAgain: times.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    providerOverlaps: overlaps(standing, ({ providerId }) => providerId, occupied),
    roomOverlaps: overlaps(standing, ({ operatoryId }) => operatoryId, occupied),
    patientOverlaps: overlaps(
      standing,
      ({ patientId }) => patientId,
      ({ startMs, endMs }) => [startMs, endMs],
    ),
    answersWithoutRow,
    wishesSoldTwice: [...ofWish.values()].filter((ids) => ids.size > 1).length,
    orphanCells: cells.filter((cell) => !claimed.has(`${placeName(cell)} ${cell.ref}`)).length,
    missingCells: standing.filter((one) =>
      places(one).some((place) => owners.get(placeName(place)) !== one.appointmentId),
    ).length,
    guardErrors,
    recordErrors: [...recorded].filter((id) => !byId.has(id) || records.get(id)?.length !== 1).length,
  };
}
