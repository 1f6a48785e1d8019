import type { ClinicId } from '#domain/ids.ts';
import { ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import type { Calendar, Move } from '#domain/scheduling/calendar/calendar.ts';
import type { Cell } from '#domain/scheduling/calendar/cell.ts';
import { occupiedCells, type Place } from '#domain/scheduling/calendar/occupied-cells.ts';
import { guardTime } from '#domain/scheduling/calendar/patient-guard.ts';
import { appointmentOf } from './appointment-rows.ts';
import { isWritten, mostRounds } from './calendar-bookings.ts';
import { readTold, toldSteps } from './calendar-conversation.ts';
import { guardStep, readGuard } from './calendar-guard.ts';
import { FormerTime, formerTimeRow } from './calendar-rows.ts';
import {
  addStep,
  appointmentStep,
  type CalendarTables,
  dropStep,
  giveBackStep,
  keepStep,
  recordSteps,
  sameAppointmentStep,
  type Step,
  takenBy,
  takeStep,
  transactGivingBack,
  wordsOf,
} from './calendar-transactions.ts';
import { type Key, keys } from './keys.ts';
import type { Item } from './table.ts';
import { transact, transactionSize } from './transact.ts';

const nameOf = ({ resource, startMs }: Place) => `${resource.id} ${startMs}`;

/** Those of `places` that are not among `others`. */
function without<P extends Place>(places: readonly P[], others: readonly Place[]): P[] {
  const names = new Set(others.map(nameOf));
  return places.filter((place) => !names.has(nameOf(place)));
}

/**
 * Moves, each one transaction. One that touches more items than a transaction takes does all that must not come apart
 * in the first: the new time is taken and the appointment stands there. The former cells, named by a row of the same
 * write, are given back in a second one, by whoever comes first: the mover or the sweep.
 */
export function createMoves(
  { core, audit }: CalendarTables,
  { cells }: Pick<Calendar, 'cells'>,
): Pick<Calendar, 'move' | 'sweep'> {
  /** All of a move but guard and conversation, which are read anew in each round. */
  function moveSteps({ before, after, gridMinutes, holder, audit: events, nowMs }: Move, inOne: boolean): Step[] {
    const { clinicId, appointmentId } = after;
    const [former, next] = [occupiedCells(before, gridMinutes), occupiedCells(after, gridMinutes)];
    const gone = without(former, next);
    const taken = without(next, former);
    const kept = without(next, taken);
    const own = { holder, appointmentId };
    return [
      appointmentStep(core, before, after, gridMinutes),
      ...kept.map((place) => keepStep(core, clinicId, place, appointmentId)),
      ...taken.map((place) => takeStep(core, clinicId, place, { kind: 'booked', ref: appointmentId }, own, nowMs)),
      ...(inOne
        ? gone.map((place) => giveBackStep(core, clinicId, place, 'booked', appointmentId))
        : [addStep('record', core, formerTimeRow(before, after, gridMinutes, nowMs))]),
      ...recordSteps(audit, events),
    ];
  }

  /** Gives back what an appointment occupied before a move and does not occupy now, and forgets the move. */
  async function finish(row: Item): Promise<number> {
    const { clinicId, appointmentId, gridMinutes, providerId, operatoryId, ...former } = FormerTime.parse(row);
    const time = { providerId, operatoryId, occFromMs: former.occFrom, occToMs: former.occTo };
    const formerPlaces = occupiedCells(time, gridMinutes);
    const resources = [...new Map(formerPlaces.map(({ resource }) => [resource.id, resource])).values()];
    for (let round = 0; round < mostRounds; round++) {
      const item = await core.get(keys.appointment(clinicId, appointmentId));
      if (!item) throw new Error('an appointment that was moved is not there');
      const appointment = appointmentOf(item);
      const occupied = await cells(clinicId, resources, time.occFromMs, time.occToMs);
      const isOwn = ({ kind, ref }: Cell) => kind === 'booked' && ref === appointmentId;
      const owned = ownsCells(appointment.status) ? occupiedCells(appointment, gridMinutes) : [];
      const left = without(occupied.filter(isOwn), owned);
      const refused = await transactGivingBack(core, [
        // Moved back meanwhile, it would need its former cells again.
        sameAppointmentStep(core, appointment),
        ...left.map((place) => giveBackStep(core, clinicId, place, 'booked', appointmentId)),
        dropStep(core, row as Item & Key),
      ]);
      if (!refused.length) return left.length;
    }
    throw new Error('an appointment was changed by others eight times in a row');
  }

  /** After the switch the move stands, whatever becomes of this: the sweep does it again. */
  async function finishSoon(row: Item): Promise<void> {
    await finish(row).catch(() => 0);
  }

  return {
    async move(move) {
      const { before, after, gridMinutes, conversation, nowMs } = move;
      for (let round = 0; round < mostRounds; round++) {
        const [guard, told] = await Promise.all([
          readGuard(core, before),
          readTold(core, after.clinicId, conversation),
        ]);
        // A patient with more plans than the clinic allows by now may still move one of them.
        const guarded = guardTime(guard.times, after, { nowMs, maxFutureAppts: Infinity });
        if (guarded.outcome !== 'free') return { outcome: 'patient-overlap' };
        const about = [
          guardStep(core, after, guard, guarded.times, nowMs),
          ...toldSteps(core, after, conversation, told, nowMs),
        ];
        const inOne = [...moveSteps(move, true), ...about];
        const fits = inOne.length <= transactionSize;
        const steps = fits ? inOne : [...moveSteps(move, false), ...about];
        const refused = await transact(core.client, steps, 'appointment');
        if (!refused.length) {
          if (!fits) await finishSoon(formerTimeRow(before, after, gridMinutes, nowMs));
          return { outcome: 'moved', appointment: after };
        }
        const words = wordsOf(refused);
        if (words.has('appointment')) {
          const isOurs = await isWritten(core, after, gridMinutes);
          return isOurs ? { outcome: 'moved', appointment: after } : { outcome: 'changed-meanwhile' };
        }
        const outcome = takenBy(words);
        if (outcome) return { outcome };
      }
      throw new Error('a move lost to others eight times in a row');
    },

    async sweep(clinicId: ClinicId) {
      let given = 0;
      for (const row of await core.query({ pk: keys.unfinishedMoves(clinicId) })) given += await finish(row);
      return given;
    },
  };
}
