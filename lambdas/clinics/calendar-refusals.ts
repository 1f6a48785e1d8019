import type { Clinic } from '#domain/clinics/clinic.ts';
import type { CalendarOwner, ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { providerName } from '#domain/clinics/provider-name.ts';
import { typeName } from '#domain/clinics/type-name.ts';
import type { ClinicFile, Problem } from './clinic-file.ts';

/**
 * What the calendars forbid of a change: another grid once anything is in them, and taking out whoever or whatever
 * patients are booked with. Asks only about what the change touches.
 */
export async function calendarRefusals(
  clinics: Pick<ClinicRegistry, 'calendarsInUse' | 'typesAhead'>,
  before: Clinic,
  source: ClinicFile,
  nowMs: number,
): Promise<Problem[]> {
  const { clinic: after, problemAt } = source;
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
  const refused = (path: string[], name: string, why: string) =>
    problemAt(path, `${name} ${why} and cannot be taken out; keep it in the file with active: false`);
  return [
    ...(everUsed.length
      ? [
          problemAt(
            ['scheduling', 'gridMinutes'],
            `cannot become ${newGrid}: times have been booked in steps of ${oldGrid} minutes; leave it at ${oldGrid}`,
          ),
        ]
      : []),
    ...leaving
      .filter(({ kind, id }) => usedAhead.some((used) => used.kind === kind && used.id === id))
      .map(({ list, name }) => refused([list], name, 'has appointments or blocked times ahead')),
    ...types
      .filter(({ id }) => bookedAhead.includes(id))
      .map((type) => refused(['appointmentTypes'], typeName(type, before.defaultLanguage), 'has appointments ahead')),
  ];
}
