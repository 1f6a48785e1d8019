import type { ProviderId } from '../../ids.ts';
import type { Appointment } from '../calendar/appointment.ts';
import { type Cell, occupies, type Resource } from '../calendar/cell.ts';
import { localDay } from './zoned-time.ts';

/** What stands in the calendars for one asker at one moment. It knows only the cells it was made of. */
export interface Occupancy {
  /** Whether nothing stands in the way in `[fromMs, toMs)`. */
  isFree(resource: Resource, fromMs: number, toMs: number): boolean;
  /** How many appointments a provider has that touch the local date, buffers included. */
  appointmentsOn(providerId: ProviderId, date: string): number;
}

export interface Asker {
  gridMinutes: number;
  zone: string;
  nowMs: number;
  /** Whose own holds count as free. */
  holder?: string;
  /** The appointment that would move: its cells count as free. */
  moving?: Pick<Appointment, 'appointmentId'>;
}

/** The cells of one resource, by start: a stretch of some array. */
interface Line {
  cells: readonly Cell[];
  from: number;
  to: number;
}

/**
 * Reads cells for an asker. Holds that ran out, the asker's own and the cells of what moves count as free. Most cells lie
 * on days that nobody comes to ask about, so that they are sorted by resource here and looked at one by one only then.
 */
export function occupancyOf(cells: readonly Cell[], { gridMinutes, zone, nowMs, holder, moving }: Asker): Occupancy {
  const gridMs = gridMinutes * 60_000;
  const lines = linesOf(cells);
  const isMoving = ({ kind, ref }: Cell) => kind === 'booked' && ref === moving?.appointmentId;
  const stands = (cell: Cell) => occupies(cell, holder, nowMs) && !isMoving(cell);

  /** Whether any cell of the resource that stands in the way and touches `[fromMs, toMs)` satisfies this. */
  function anyStanding(resource: Resource, fromMs: number, toMs: number, satisfies: (cell: Cell) => boolean): boolean {
    const line = lines[resource.kind].get(resource.id);
    if (!line) return false;
    for (let index = firstAfter(line, fromMs - gridMs); index < line.to; index++) {
      const cell = line.cells[index] as Cell;
      if (cell.startMs >= toMs) break;
      if (stands(cell) && satisfies(cell)) return true;
    }
    return false;
  }

  return {
    isFree: (resource, fromMs, toMs) => !anyStanding(resource, fromMs, toMs, () => true),
    appointmentsOn(id, date) {
      const { startMs, endMs } = localDay(date, zone);
      const appointments = new Set<string>();
      anyStanding({ kind: 'provider', id }, startMs, endMs, ({ kind, ref }) => {
        if (kind === 'booked') appointments.add(ref);
        return false;
      });
      return appointments.size;
    },
  };
}

/** Cells come resource by resource and in order. Where they do not, they are put in order once more. */
function linesOf(cells: readonly Cell[]): Record<Resource['kind'], Map<string, Line>> {
  const lines = { provider: new Map<string, Line>(), operatory: new Map<string, Line>() };
  const disordered = new Map<Line, Cell[]>();
  const isSame = (a: Resource, b: Resource) => a === b || (a.id === b.id && a.kind === b.kind);
  for (let from = 0, to = 0; from < cells.length; from = to) {
    const { resource } = cells[from] as Cell;
    let inOrder = true;
    for (to = from + 1; to < cells.length && isSame((cells[to] as Cell).resource, resource); to++) {
      inOrder &&= (cells[to - 1] as Cell).startMs < (cells[to] as Cell).startMs;
    }
    const known = lines[resource.kind].get(resource.id);
    const line = known ?? { cells, from, to };
    if (!known) lines[resource.kind].set(resource.id, line);
    if (known || !inOrder) {
      let all = disordered.get(line);
      if (!all) disordered.set(line, (all = known ? cells.slice(line.from, line.to) : []));
      for (let index = from; index < to; index++) all.push(cells[index] as Cell);
    }
  }
  for (const [line, all] of disordered) {
    all.sort((a, b) => a.startMs - b.startMs);
    Object.assign(line, { cells: all, from: 0, to: all.length });
  }
  return lines;
}

/** Where in a line the first cell stands that starts after an instant. */
function firstAfter({ cells, from, to }: Line, afterMs: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cells[middle] as Cell).startMs > afterMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
