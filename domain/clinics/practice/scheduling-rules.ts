import type { LanguageTag } from '../../language.ts';
import type { Closure } from '../hours/closure.ts';
import type { Interval, WeeklyHours } from '../hours/weekly-hours.ts';
import { offsetText, zoneOffsets } from '../hours/zone-offsets.ts';
import { listed } from '../several-fields.ts';
import type { AppointmentType } from './appointment-type.ts';
import type { Operatory } from './operatory.ts';
import type { Provider } from './provider.ts';
import type { SchedulingSettings } from './scheduling-settings.ts';

/** A clinic as something to book at. */
export interface Practice {
  zone: string;
  languages: LanguageTag[];
  hours?: WeeklyHours;
  closures: Closure[];
  providers: Provider[];
  operatories: Operatory[];
  appointmentTypes: AppointmentType[];
  scheduling: SchedulingSettings;
}

/** What is wrong with a practice, and where. */
export interface RuleBreach {
  path: (string | number)[];
  message: string;
}

/**
 * A booking is one write of at most a hundred items: a cell of the provider and one of the operatory for each step of
 * the grid, and ten others at most.
 */
const mostCells = (100 - 10) / 2;

/**
 * The rules over several keys that make a clinic's calendars possible: everything on the grid, every name known, a room
 * for each type. Looks at whatever a file holds, so that each problem is told although another key is wrong.
 */
export function schedulingBreaches(clinic: Partial<Practice>): RuleBreach[] {
  const grid = gridOf(clinic);
  return [...strangers(clinic), ...typeBreaches(clinic), ...(grid ? gridBreaches(clinic, grid) : [])];
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isMinutes = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

const gridOf = ({ scheduling }: Partial<Practice>): number | undefined =>
  [5, 10, 15].find((minutes) => minutes === scheduling?.gridMinutes);

/** Ids that name nobody and nothing in this clinic. */
function strangers(clinic: Partial<Practice>): RuleBreach[] {
  const providers = new Set(listed(clinic.providers).map((provider) => provider?.id));
  const operatories = new Set(listed(clinic.operatories).map((operatory) => operatory?.id));
  const breach = (path: RuleBreach['path'], id: string | undefined, known: Set<string | undefined>, all: string) =>
    isText(id) && !known.has(id) ? [{ path, message: `${id} is not one of the clinic's ${all}` }] : [];
  return [
    ...listed(clinic.closures).flatMap((closure, index) => [
      ...breach(['closures', index, 'provider'], closure?.provider, providers, 'providers'),
      ...breach(['closures', index, 'operatory'], closure?.operatory, operatories, 'operatories'),
    ]),
    ...listed(clinic.appointmentTypes).flatMap((type, index) => [
      ...listed(type?.providers).flatMap((provider, at) =>
        breach(['appointmentTypes', index, 'providers', at], provider?.id, providers, 'providers'),
      ),
      ...listed(type?.operatories).flatMap((id, at) =>
        breach(['appointmentTypes', index, 'operatories', at], id, operatories, 'operatories'),
      ),
    ]),
  ];
}

function typeBreaches(clinic: Partial<Practice>): RuleBreach[] {
  return listed(clinic.appointmentTypes).flatMap((type, index) => {
    if (!type) return [];
    const at = (...path: RuleBreach['path']) => ['appointmentTypes', index, ...path];
    const names = typeof type.names === 'object' && type.names !== null ? Object.keys(type.names) : undefined;
    const unnamed = listed(clinic.languages).filter(
      (tag) => isText(tag) && names && !names.includes(tag) && !names.includes(tag.slice(0, 2)),
    );
    return [
      ...twice(listed(type.providers).map((provider) => provider?.id)).map(({ id, place }) => {
        return { path: at('providers', place), message: `${id} is listed twice` };
      }),
      ...twice(listed(type.operatories)).map(({ id, place }) => {
        return { path: at('operatories', place), message: `${id} is listed twice` };
      }),
      ...(unnamed.length ? [{ path: at('names'), message: `has no name in ${unnamed.join(', ')}` }] : []),
      ...withoutRoom(clinic, type).map((message) => ({ path: at(), message })),
    ];
  });
}

const twice = (ids: (string | undefined)[]): { id: string; place: number }[] =>
  ids.flatMap((id, place) => (isText(id) && ids.indexOf(id) !== place ? [{ id, place }] : []));

type LooseType = Partial<AppointmentType>;

/** A room that is out of use for now still counts: it comes back, and until then nothing is offered. */
function withoutRoom(clinic: Partial<Practice>, type: LooseType): string[] {
  if (type.active === false || type.needsOperatory === false) return [];
  const rooms = listed(clinic.operatories);
  const own = listed(type.operatories);
  const wanted = listed(type.capabilities).filter(isText);
  const known = own.every((id) => rooms.some((room) => room?.id === id));
  const fits = rooms.some(
    (room) =>
      (own.length === 0 || own.includes(room?.id)) &&
      wanted.every((capability) => listed(room?.capabilities).includes(capability)),
  );
  if (fits || !known) return [];
  const needs = wanted.length ? ` with ${wanted.join(' and ')}` : '';
  const lacks = own.length ? 'none of those it lists is one' : 'the clinic has none';
  return [`needs an operatory${needs}, and ${lacks}; add one or say needsOperatory: false`];
}

/** Times and lengths that cells cannot hold. */
function gridBreaches(clinic: Partial<Practice>, grid: number): RuleBreach[] {
  const setting = 'scheduling.gridMinutes';
  const offGrid = (path: RuleBreach['path'], minutes: unknown): RuleBreach[] =>
    isMinutes(minutes) && minutes % grid
      ? [{ path, message: `must be a multiple of ${grid} minutes (${setting})` }]
      : [];
  const offGridInterval = (path: RuleBreach['path'], interval: Interval | undefined): RuleBreach[] =>
    [interval?.from, interval?.to].some((time) => isText(time) && Number(time.slice(3)) % grid)
      ? [{ path, message: `must begin and end on a multiple of ${grid} minutes (${setting})` }]
      : [];
  const offGridWeek = (path: RuleBreach['path'], hours: WeeklyHours | undefined): RuleBreach[] =>
    Object.entries(hours ?? {}).flatMap(([day, intervals]) =>
      listed(intervals).flatMap((interval, index) => offGridInterval([...path, day, index], interval)),
    );

  return [
    ...zoneBreaches(clinic, grid),
    ...offGridWeek(['hours'], clinic.hours),
    ...listed(clinic.providers).flatMap((provider, index) =>
      offGridWeek(['providers', index, 'hours'], provider?.hours),
    ),
    ...listed(clinic.closures).flatMap((closure, index) =>
      offGridInterval(['closures', index, 'interval'], closure?.interval),
    ),
    ...offGrid(['scheduling', 'slotStepMin'], clinic.scheduling?.slotStepMin),
    ...listed(clinic.appointmentTypes).flatMap((type, index) => {
      const at = (...path: RuleBreach['path']) => ['appointmentTypes', index, ...path];
      const lengths = [
        { path: at('durationMin'), minutes: type?.durationMin },
        ...listed(type?.providers).map((provider, place) => {
          return { path: at('providers', place, 'durationMin'), minutes: provider?.durationMin };
        }),
      ];
      return [
        ...lengths.flatMap(({ path, minutes }) => [...offGrid(path, minutes), ...tooLong(path, type, minutes, grid)]),
        ...offGrid(at('bufferBeforeMin'), type?.bufferBeforeMin),
        ...offGrid(at('bufferAfterMin'), type?.bufferAfterMin),
      ];
    }),
  ];
}

function tooLong(path: RuleBreach['path'], type: LooseType | undefined, minutes: unknown, grid: number): RuleBreach[] {
  const { bufferBeforeMin: before, bufferAfterMin: after } = type ?? {};
  if (![minutes, before, after].every(isMinutes)) return [];
  const occupied = [minutes, before, after].filter(isMinutes).reduce((sum, part) => sum + part, 0);
  const longest = mostCells * grid;
  if (occupied <= longest) return [];
  return [
    {
      path,
      message:
        `occupies ${occupied} minutes with its buffers; the longest possible is ${longest} ` +
        `at a grid of ${grid} minutes (scheduling.gridMinutes)`,
    },
  ];
}

/** Cells are counted in UTC: a time of the zone that is on the grid must be on it there as well. */
function zoneBreaches({ zone }: Partial<Practice>, grid: number): RuleBreach[] {
  const crooked = isText(zone) ? zoneOffsets(zone).filter((offset) => offset % grid) : [];
  if (crooked.length === 0) return [];
  const fitting = [5, 10, 15].filter((minutes) =>
    zoneOffsets(zone as string).every((offset) => offset % minutes === 0),
  );
  return [
    {
      path: ['scheduling', 'gridMinutes'],
      message:
        `${grid} does not divide ${crooked.map(offsetText).join(' and ')}, by which ${zone} differs from UTC; ` +
        `choose ${fitting.join(' or ')}`,
    },
  ];
}
