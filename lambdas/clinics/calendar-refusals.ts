import type { Clinic } from '#domain/clinics/clinic.ts';
import type { CalendarOwner, ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { providerName } from '#domain/clinics/practice/provider-name.ts';
import { typeName } from '#domain/clinics/practice/type-name.ts';
import type { PlacedProblem } from './clinic-problems.ts';

/** Something the calendars forbid of a change. What it would take out may stay and be made inactive. */
export interface CalendarRefusal extends PlacedProblem {
  what: 'grid' | 'provider' | 'operatory' | 'type';
}

/**
 * What the calendars forbid of a change: another grid once anything is in them, and taking out whoever or whatever
 * patients are booked with. Asks only about what the change touches.
 */
export async function calendarRefusals(
  clinics: Pick<ClinicRegistry, 'calendarsInUse' | 'typesAhead'>,
  before: Clinic,
  after: Clinic,
  nowMs: number,
): Promise<CalendarRefusal[]> {
  const [oldGrid, newGrid] = [before.scheduling.gridMinutes, after.scheduling.gridMinutes];
  const owners: (CalendarOwner & { name: string; list: string })[] = [
    ...before.providers.map((provider) => {
      return { kind: 'provider' as const, id: provider.id, name: providerName(provider), list: 'providers' };
    }),
    ...before.operatories.map(({ id, name }) => ({ kind: 'operatory' as const, id, name, list: 'operatories' })),
  ];
  const staying = new Set<string>([...after.providers, ...after.operatories].map(({ id }) => id));
  const leaving = owners.filter(({ id }) => !staying.has(id));
  const types = before.appointmentTypes.filter(({ id }) => !after.appointmentTypes.some((type) => type.id === id));

  const [everUsed, usedAhead, bookedAhead] = await Promise.all([
    clinics.calendarsInUse(before.id, oldGrid === newGrid ? [] : owners, 0, nowMs),
    clinics.calendarsInUse(before.id, leaving, nowMs, nowMs),
    clinics.typesAhead(
      before.id,
      types.map(({ id }) => id),
      nowMs,
    ),
  ]);
  const refused = (what: CalendarRefusal['what'], list: string, name: string, why: string): CalendarRefusal => {
    return { what, path: [list], message: `${name} ${why} and cannot be taken out` };
  };
  return [
    ...(everUsed.length ? [gridStays(oldGrid, newGrid)] : []),
    ...leaving
      .filter(({ kind, id }) => usedAhead.some((used) => used.kind === kind && used.id === id))
      .map(({ kind, list, name }) => refused(kind, list, name, 'has appointments or blocked times ahead')),
    ...types
      .filter(({ id }) => bookedAhead.includes(id))
      .map((type) =>
        refused('type', 'appointmentTypes', typeName(type, before.defaultLanguage), 'has appointments ahead'),
      ),
  ];
}

const gridStays = (from: number, to: number): CalendarRefusal => ({
  what: 'grid',
  path: ['scheduling', 'gridMinutes'],
  message: `cannot become ${to}: times have been booked in steps of ${from} minutes; leave it at ${from}`,
});
