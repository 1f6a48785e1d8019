import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { Resource } from '#domain/scheduling/calendar/cell.ts';
import { createBlocks } from './calendar-blocks.ts';
import { createBookings } from './calendar-bookings.ts';
import { createHolds } from './calendar-holds.ts';
import { createMoves } from './calendar-moves.ts';
import { cellAttributes, cellOf } from './calendar-rows.ts';
import type { CalendarTables } from './calendar-transactions.ts';
import { keys } from './keys.ts';

const minuteMs = 60_000;

/**
 * Calendars in which each occupied step of a provider or an operatory is an item of its own. The key says which step, so
 * the table itself refuses the second of two bookings; everything an act writes is one transaction.
 */
export function createCalendar({ core, audit }: CalendarTables): Calendar {
  const cells: Calendar['cells'] = async (clinicId, resources, fromMs, toMs) => {
    const first = Math.ceil(fromMs / minuteMs) * minuteMs;
    if (first >= toMs) return [];
    const values = { ':from': keys.cellTime(first), ':to': keys.cellTime(toMs - 1) };
    const ofResource = async (resource: Resource) => {
      const pk = keys.calendar(clinicId, resource);
      const items = await core.query({ pk, sk: 'SK BETWEEN :from AND :to', values, attributes: cellAttributes });
      return items.map((item) => cellOf(item, resource));
    };
    return (await Promise.all(resources.map(ofResource))).flat();
  };

  return {
    cells,
    ...createHolds(core),
    ...createBookings({ core, audit }),
    ...createMoves({ core, audit }, { cells }),
    ...createBlocks({ core, audit }),
  };
}
