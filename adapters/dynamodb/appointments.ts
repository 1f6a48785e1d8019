import { isoInstant } from '#domain/clock.ts';
import { cursorAt, positionOf } from '#domain/scheduling/calendar/appointment-cursor.ts';
import { type Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar/calendar.ts';
import { appointmentOf, appointmentPosition } from './appointment-rows.ts';
import { guardOf } from './calendar-guard.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** As many as are read at once when only some of them are wanted, and how often for one page. */
const chunkSize = 500;
const mostChunks = 8;
const batchSize = 100;

/** Sorts behind this position and before every other. */
const behind = (position: string): string => `${position} `;

/** The appointments of a table, each one item; which time is free is never read from here. */
export function createAppointmentStore(core: Table): AppointmentStore {
  return {
    async get(clinicId, appointmentId) {
      const item = await core.get(keys.appointment(clinicId, appointmentId));
      return item && appointmentOf(item);
    },

    async list(clinicId, { fromMs, toMs }, { providerId, limit = Infinity, after } = {}) {
      const to = isoInstant(toMs);
      const starts = [isoInstant(fromMs), ...(after === undefined ? [] : [behind(positionOf(after))])];
      const chunk = limit === Infinity ? undefined : providerId ? chunkSize : limit + 1;
      const found: Appointment[] = [];
      let seenUpTo = '';
      let from = starts.sort().at(-1) ?? to;
      for (let chunks = 0; from < to; chunks++) {
        // Few of many are looked for: what there is by now is a page, and the next one goes on from here.
        if (chunk && chunks === mostChunks) return { appointments: found, next: cursorAt(seenUpTo) };
        const items = await core.query({
          index: 'GSI1',
          pk: keys.appointmentsByTime(clinicId),
          sk: 'GSI1SK BETWEEN :from AND :to',
          values: { ':from': from, ':to': to },
          upTo: chunk,
        });
        const appointments = items.map(appointmentOf);
        found.push(...appointments.filter((appointment) => !providerId || appointment.providerId === providerId));
        const last = appointments.at(-1);
        if (!last || !chunk || items.length < chunk || found.length > limit) break;
        seenUpTo = appointmentPosition(last);
        from = behind(seenUpTo);
      }
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = last && found.length > page.length ? { next: cursorAt(appointmentPosition(last)) } : {};
      return { appointments: page, ...next };
    },

    async upcoming(clinicId, patientId, fromMs) {
      const { times } = guardOf(await core.get(keys.patientGuard(clinicId, patientId)));
      const wanted = times
        .filter(({ startMs }) => startMs >= fromMs)
        .map(({ appointmentId }) => keys.appointment(clinicId, appointmentId));
      const found: Appointment[] = [];
      for (let at = 0; at < wanted.length; at += batchSize) {
        const items = await core.getMany(wanted.slice(at, at + batchSize));
        found.push(...items.map(appointmentOf).filter(({ status }) => ownsCells(status)));
      }
      return found.sort((a, b) => a.startMs - b.startMs);
    },
  };
}
