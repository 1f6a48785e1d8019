import { isDeepStrictEqual } from 'node:util';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { ClinicId } from '#domain/ids.ts';
import { cursorAt, positionOf } from '#domain/scheduling/calendar/appointment-cursor.ts';
import { Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { ActingConversation, AppointmentStore, Block, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { type Cell, occupies, type Resource } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells, type Place, placesOf } from '#domain/scheduling/calendar/occupied-cells.ts';
import { guardTime, type PatientTime, unguardTime } from '#domain/scheduling/calendar/patient-guard.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { HeldTime } from '#domain/scheduling/slots/slot.ts';

export interface FakeCalendar extends Calendar, AppointmentStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
  /** Patients that came with a booking. */
  newPatients: Patient[];
  /** Every cell of a clinic, by resource and start. */
  allCells(clinicId: ClinicId): Cell[];
  /** Every appointment of a clinic, by start. */
  allAppointments(clinicId: ClinicId): Appointment[];
  /** An appointment with its cells and its place in the guard, as if it had been booked long ago. */
  seed(appointment: Appointment, gridMinutes?: number): void;
  /** The next read throws, or the next write before or after it took effect. Several calls queue up. */
  failNext(when: 'read' | 'before-write' | 'after-write'): void;
}

export interface FakeCalendarOptions {
  /** Told of acts, as the real calendar tells the item of the conversation. The conversation must exist. */
  conversations?: ConversationStore;
  /** Where new patients go, besides `newPatients`. */
  patients?: Pick<PatientStore, 'add'>;
}

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const placeName = (clinicId: ClinicId, { resource, startMs }: Place) =>
  `${clinicId} ${resource.kind} ${resource.id} ${isoInstant(startMs)}`;
const position = ({ startMs, appointmentId }: Appointment) => `${isoInstant(startMs)}#${appointmentId}`;

/** Calendars and appointments in memory, keeping every promise of the real ones but the size of a transaction. */
export function inMemoryCalendar({ conversations, patients }: FakeCalendarOptions = {}): FakeCalendar {
  const cells = new Map<string, Cell>();
  const appointments = new Map<string, Appointment>();
  const guards = new Map<string, PatientTime[]>();
  const bookings = new Map<string, string>();
  const bookedIn = new Map<string, number>();
  const blocks = new Map<string, Block>();
  const callerHolds = new Map<string, Map<string, { holder: string; expiresAtMs: number }>>();
  const records: PendingAuditEvent[] = [];
  const newPatients: Patient[] = [];
  const faults: ('read' | 'before-write' | 'after-write')[] = [];

  const failing = (when: (typeof faults)[number]) => {
    if (faults[0] !== when) return;
    faults.shift();
    throw new Error(`the store failed (${when})`);
  };
  const reading = async <T>(act: () => T): Promise<T> => {
    failing('read');
    return act();
  };
  const writing = async <T>(act: () => T | Promise<T>): Promise<T> => {
    failing('before-write');
    const answer = await act();
    failing('after-write');
    return answer;
  };

  const aptKey = ({ clinicId, appointmentId }: Pick<Appointment, 'clinicId' | 'appointmentId'>) =>
    `${clinicId} ${appointmentId}`;
  const guardKey = ({ clinicId, patientId }: Appointment) => `${clinicId} ${patientId}`;
  const patientTimes = (appointment: Appointment) => guards.get(guardKey(appointment)) ?? [];
  const keep = (appointment: Appointment) =>
    appointments.set(aptKey(appointment), plain(Appointment.parse(appointment)));
  const occupy = (clinicId: ClinicId, places: Place[], cell: Omit<Cell, 'resource' | 'startMs'>) => {
    for (const place of places) cells.set(placeName(clinicId, place), { ...place, ...cell });
  };
  const giveBack = (clinicId: ClinicId, places: Place[], kind: Cell['kind'], ref: string) => {
    for (const place of places) {
      const cell = cells.get(placeName(clinicId, place));
      if (cell?.kind === kind && cell.ref === ref) cells.delete(placeName(clinicId, place));
    }
  };

  /** The provider's word counts before the operatory's. */
  function taken(clinicId: ClinicId, places: Place[], nowMs: number, holder?: string, ref?: string) {
    const kinds = new Set<Resource['kind']>();
    for (const place of places) {
      const cell = cells.get(placeName(clinicId, place));
      const own = cell?.kind === 'booked' && cell.ref === ref;
      if (cell && !own && occupies(cell, holder, nowMs)) kinds.add(place.resource.kind);
    }
    if (kinds.has('provider')) return { outcome: 'provider-taken' } as const;
    return kinds.has('operatory') ? ({ outcome: 'operatory-taken' } as const) : undefined;
  }

  async function mustExist({ clinicId }: Appointment, conversation: ActingConversation | undefined) {
    if (!conversation || !conversations) return;
    const found = await conversations.get(clinicId, conversation.conversationId);
    if (!found) throw new Error('an act of a conversation that is not on record');
  }

  async function tell(appointment: Appointment, conversation: ActingConversation | undefined, nowMs: number) {
    if (!conversation || !conversations) return;
    const { conversationId, act } = conversation;
    await conversations.change(
      appointment.clinicId,
      conversationId,
      (current) =>
        current && {
          ...current,
          acts: [...new Set([...current.acts, act])],
          appointmentIds: [...new Set([...current.appointmentIds, appointment.appointmentId])],
          updatedAt: nowMs,
        },
    );
  }

  /** Somebody with this id who is there already is left alone. */
  async function add(patient: Patient | undefined): Promise<boolean> {
    if (!patient) return false;
    if (
      newPatients.some(({ clinicId, patientId }) => clinicId === patient.clinicId && patientId === patient.patientId)
    ) {
      return false;
    }
    const added = (await patients?.add(patient, []))?.outcome !== 'exists';
    if (added) newPatients.push(plain(patient));
    return added;
  }

  /** Where an act is found written already, whoever lost the answer gets the same one again. */
  const standing = (before: Appointment, after: Appointment): 'before' | 'after' | 'other' => {
    const stored = appointments.get(aptKey(before));
    if (stored?.version === before.version) return 'before';
    return isDeepStrictEqual(stored, plain(after)) ? 'after' : 'other';
  };

  const byStart = (clinicId: ClinicId) =>
    [...appointments.values()]
      .filter((appointment) => appointment.clinicId === clinicId)
      .sort((a, b) => (position(a) < position(b) ? -1 : 1));

  return {
    records,
    newPatients,
    allCells: (clinicId) =>
      [...cells.entries()]
        .filter(([name]) => name.startsWith(clinicId))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, cell]) => plain(cell)),
    allAppointments: (clinicId) => plain(byStart(clinicId)),
    failNext: (when) => void faults.push(when),
    seed(appointment, gridMinutes = 5) {
      const { appointmentId, startMs, endMs } = appointment;
      keep(appointment);
      if (!ownsCells(appointment.status)) return;
      occupy(appointment.clinicId, occupiedCells(appointment, gridMinutes), { kind: 'booked', ref: appointmentId });
      guards.set(guardKey(appointment), [...patientTimes(appointment), { appointmentId, startMs, endMs }]);
    },

    cells: (clinicId, resources, fromMs, toMs) =>
      reading(() => {
        const wanted = new Set(resources.map(({ kind, id }) => `${kind} ${id}`));
        return [...cells.entries()]
          .filter(([name]) => name.startsWith(clinicId))
          .map(([, cell]) => cell)
          .filter(
            ({ resource, startMs }) =>
              wanted.has(`${resource.kind} ${resource.id}`) && startMs >= fromMs && startMs < toMs,
          )
          .map(plain);
      }),

    hold: (clinicId, time, gridMinutes, { callerNumber, conversationsPerCaller }, nowMs) =>
      writing(() => {
        const places = occupiedCells(time, gridMinutes);
        const ofCaller =
          callerHolds.get(`${clinicId} ${callerNumber}`) ?? new Map<string, { holder: string; expiresAtMs: number }>();
        for (const [holdId, { expiresAtMs }] of ofCaller) if (expiresAtMs < nowMs) ofCaller.delete(holdId);
        const holders = new Set([...ofCaller.values()].map(({ holder }) => holder)).add(time.holder);
        if (callerNumber && holders.size > conversationsPerCaller) return { outcome: 'caller-limit' };
        const inTheWay = taken(clinicId, places, nowMs, time.holder);
        if (inTheWay) return inTheWay;
        const { holdId: ref, holder, expiresAtMs } = time;
        occupy(clinicId, places, { kind: 'hold', ref, holder, expiresAtMs });
        if (callerNumber) callerHolds.set(`${clinicId} ${callerNumber}`, ofCaller.set(ref, { holder, expiresAtMs }));
        return { outcome: 'held' };
      }),

    release: (clinicId, times: readonly HeldTime[], gridMinutes, callerNumber) =>
      writing(() => {
        for (const time of times) {
          giveBack(clinicId, occupiedCells(time, gridMinutes), 'hold', time.holdId);
          callerHolds.get(`${clinicId} ${callerNumber}`)?.delete(time.holdId);
        }
      }),

    book: (booking) =>
      writing(async () => {
        const { appointment, conversation, nowMs } = booking;
        const { clinicId, appointmentId } = appointment;
        await mustExist(appointment, conversation);
        const wish = `${clinicId} ${booking.holder} ${booking.bookingKey}`;
        const madeBefore = bookings.get(wish);
        if (madeBefore && madeBefore !== booking.replaces) {
          const made = appointments.get(`${clinicId} ${madeBefore}`);
          if (!made) throw new Error('a booking points to an appointment that is not there');
          return { outcome: 'replayed', appointment: plain(made) };
        }
        const guarded = guardTime(patientTimes(appointment), appointment, booking);
        if (guarded.outcome !== 'free') return { outcome: guarded.outcome };
        const inConversation = `${clinicId} ${conversation?.conversationId}`;
        const before = bookedIn.get(inConversation) ?? 0;
        if (conversation && before >= conversation.maxBookings) return { outcome: 'conversation-limit' };
        const places = occupiedCells(appointment, booking.gridMinutes);
        const inTheWay = taken(clinicId, places, nowMs, booking.holder);
        if (inTheWay) return inTheWay;
        if (conversation) bookedIn.set(inConversation, before + 1);
        occupy(clinicId, places, { kind: 'booked', ref: appointmentId });
        keep(appointment);
        guards.set(guardKey(appointment), guarded.times);
        bookings.set(wish, appointmentId);
        // Whatever waits comes last, so that nobody else gets in between.
        const isNew = await add(booking.newPatient);
        records.push(...booking.audit.filter(({ act }) => act !== 'patient.create' || isNew));
        await tell(appointment, conversation, nowMs);
        return { outcome: 'booked', appointment: plain(appointment) };
      }),

    move: ({ before, after, gridMinutes, holder, conversation, audit, nowMs }) =>
      writing(async () => {
        const { clinicId, appointmentId } = after;
        await mustExist(after, conversation);
        const found = standing(before, after);
        if (found === 'after') return { outcome: 'moved', appointment: plain(after) };
        if (found === 'other') return { outcome: 'changed-meanwhile' };
        const guarded = guardTime(patientTimes(before), after, { nowMs, maxFutureAppts: Infinity });
        if (guarded.outcome !== 'free') return { outcome: 'patient-overlap' };
        const places = occupiedCells(after, gridMinutes);
        const inTheWay = taken(clinicId, places, nowMs, holder, appointmentId);
        if (inTheWay) return inTheWay;
        giveBack(clinicId, occupiedCells(before, gridMinutes), 'booked', appointmentId);
        occupy(clinicId, places, { kind: 'booked', ref: appointmentId });
        keep(after);
        guards.set(guardKey(after), guarded.times);
        records.push(...audit);
        await tell(after, conversation, nowMs);
        return { outcome: 'moved', appointment: plain(after) };
      }),

    changeStatus: ({ before, after, gridMinutes, conversation, audit, nowMs }) =>
      writing(async () => {
        const { clinicId, appointmentId } = after;
        await mustExist(after, conversation);
        const found = standing(before, after);
        if (found !== 'before') return { outcome: found === 'after' ? 'changed' : 'changed-meanwhile' };
        if (!ownsCells(after.status)) {
          giveBack(clinicId, occupiedCells(before, gridMinutes), 'booked', appointmentId);
          guards.set(guardKey(after), unguardTime(patientTimes(before), appointmentId, nowMs));
        }
        keep(after);
        records.push(...audit);
        await tell(after, conversation, nowMs);
        return { outcome: 'changed' };
      }),

    block: (block, gridMinutes, audit, nowMs) =>
      writing(() => {
        const { clinicId, blockId } = block;
        if (blocks.has(`${clinicId} ${blockId}`)) return { outcome: 'blocked' };
        const places = placesOf(block.resource, block.fromMs, block.toMs, gridMinutes);
        if (taken(clinicId, places, nowMs)) return { outcome: 'taken' };
        occupy(clinicId, places, { kind: 'block', ref: blockId });
        blocks.set(`${clinicId} ${blockId}`, plain(block));
        records.push(...audit);
        return { outcome: 'blocked' };
      }),

    unblock: (clinicId, blockId, gridMinutes, audit) =>
      writing(() => {
        const block = blocks.get(`${clinicId} ${blockId}`);
        if (!block) return { outcome: 'no-such-block' };
        giveBack(clinicId, placesOf(block.resource, block.fromMs, block.toMs, gridMinutes), 'block', blockId);
        blocks.delete(`${clinicId} ${blockId}`);
        records.push(...audit);
        return { outcome: 'unblocked' };
      }),

    blocks: (clinicId, fromMs, toMs) =>
      reading(() =>
        [...blocks.values()]
          .filter((block) => block.clinicId === clinicId && block.fromMs < toMs && block.toMs > fromMs)
          .sort((a, b) => a.fromMs - b.fromMs || (a.blockId < b.blockId ? -1 : 1))
          .map(plain),
      ),

    sweep: () => writing(() => 0),

    get: (clinicId, appointmentId) =>
      reading(() => {
        const found = appointments.get(`${clinicId} ${appointmentId}`);
        return found && plain(found);
      }),

    list: (clinicId, { fromMs, toMs }, { providerId, limit = Infinity, after } = {}) =>
      reading(() => {
        const behind = after === undefined ? '' : positionOf(after);
        const found = byStart(clinicId)
          .filter(({ startMs }) => startMs >= fromMs && startMs < toMs)
          .filter((appointment) => position(appointment) > behind)
          .filter((appointment) => !providerId || appointment.providerId === providerId);
        const page = found.slice(0, limit);
        const last = page.at(-1);
        const next = last && found.length > page.length ? { next: cursorAt(position(last)) } : {};
        return { appointments: plain(page), ...next };
      }),

    upcoming: (clinicId, patientId, fromMs) =>
      reading(() =>
        byStart(clinicId)
          .filter(({ startMs, status }) => startMs >= fromMs && ownsCells(status))
          .filter((appointment) => appointment.patientId === patientId)
          .map(plain),
      ),
  };
}
