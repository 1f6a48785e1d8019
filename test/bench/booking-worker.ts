import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import { AppointmentId, derivedUuid } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { bookingKey } from '#domain/scheduling/calendar/booking-key.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';
import { type Cell, occupies, type Resource } from '#domain/scheduling/calendar/cell.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { stormClinic, stormClock, stormPatient } from './booking-clinic.ts';
import type { Answer, Death, Opening, ToWorker, Wish } from './booking-messages.ts';
import { createNaiveCalendar } from './naive-store.ts';

/**
 * One process that books for callers until it is killed or told to end. Started by the storm, which tells it what to do.
 */
const minuteMs = 60_000;
const mostTries = 6;
const actor = { actorType: 'agent', actorId: 'storm', requestId: 'storm' } as const;

/** The process dies as if the power went: nothing it has in hand is finished or told. */
const die = () => process.kill(process.pid, 'SIGKILL');

/** A client whose writes lose answers, and with one of which the process dies. */
function mortalClient(endpoint: string, lostAnswers: number, death: Death | undefined): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  client.middlewareStack.remove('loggerMiddleware');
  const writing = new Set(['TransactWriteItemsCommand', 'PutItemCommand']);
  let writes = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!writing.has(context.commandName ?? '')) return next(args);
      writes += 1;
      const isDue = death && writes >= death.atWrite;
      if (isDue && death.when === 'before') die();
      if (isDue && death.when === 'under-way') setTimeout(die, 1);
      const answer = await next(args);
      if (isDue) die();
      if (Math.random() < lostAnswers) throw new Error('socket hang up');
      return answer;
    },
    { step: 'initialize' },
  );
  return client;
}

function openDoors({ size, endpoint, tables, store, startedAt, lostAnswers, death }: Opening) {
  const client = mortalClient(endpoint, lostAnswers, death);
  const [core, audit] = [openTable(client, tables.core), openTable(client, tables.audit)];
  const calendar: Calendar = store === 'naive' ? createNaiveCalendar({ core, audit }) : createCalendar({ core, audit });
  const { clinic, type, slots } = stormClinic(size);
  const appointments = createAppointmentStore(core);
  const clock = stormClock(startedAt);
  const scheduling = createScheduling({ calendar, appointments, clock });
  const gridMinutes = clinic.scheduling.gridMinutes;
  const holderOf = ({ wishId }: Wish) => `api_storm_${wishId}`;
  const wanted = ({ slot }: Wish) => {
    const found = slots[slot];
    if (!found) throw new Error('a wish for a slot that is not wanted');
    return found;
  };

  type Told = Pick<Answer, 'outcome' | 'reason' | 'appointmentId'>;

  async function atEngine(wish: Wish): Promise<Told> {
    const { providerId, startMs } = wanted(wish);
    const patient = { patientId: stormPatient(wish.patient) };
    const request = { typeId: type.id, providerId, startMs, patient, source: 'agent' as const };
    const requester = { kind: 'agent' as const, holder: holderOf(wish), actor };
    const answer = await scheduling.book(clinic, request, requester);
    if (answer.code !== 'OK') {
      // They want this time or none, and hang up.
      await scheduling.release(clinic, answer.held ?? [], requester);
      return { outcome: 'refused', reason: answer.code };
    }
    return { outcome: answer.replayed ? 'replayed' : 'booked', appointmentId: answer.appointment.appointmentId };
  }

  /** Looks what is free and asks for one room after the other. Every fourth caller asks without looking. */
  async function atCalendar(wish: Wish): Promise<Told> {
    const { providerId, startMs } = wanted(wish);
    const nowMs = clock.now();
    const endMs = startMs + type.durationMin * minuteMs;
    const occToMs = endMs + type.bufferAfterMin * minuteMs;
    const looks = wish.wishId % 4 !== 0;
    const key = bookingKey(clinic.id, holderOf(wish), stormPatient(wish.patient), type.id, startMs);
    const appointmentId = AppointmentId.parse(derivedUuid('storm', key));
    // What this very wish made before is not in its way: it is the answer.
    const inTheWay = (cell: Cell) => cell.ref !== appointmentId && occupies(cell, holderOf(wish), nowMs);
    const taken = async (resources: readonly Resource[]) => {
      const cells = looks ? await calendar.cells(clinic.id, resources, startMs, occToMs) : [];
      return new Set(cells.filter(inTheWay).map(({ resource }) => resource.id));
    };
    if ((await taken([{ kind: 'provider', id: providerId }])).size) return { outcome: 'refused', reason: 'seen taken' };
    const takenRooms = await taken(clinic.operatories.map(({ id }) => ({ kind: 'operatory', id })));
    const first = wish.wishId % clinic.operatories.length;
    const rooms = [...clinic.operatories.slice(first), ...clinic.operatories.slice(0, first)];
    const free = rooms.filter(({ id }) => !takenRooms.has(id));
    for (const { id: operatoryId } of free) {
      const appointment: Appointment = {
        clinicId: clinic.id,
        appointmentId,
        patientId: stormPatient(wish.patient),
        typeId: type.id,
        providerId,
        operatoryId,
        startMs,
        endMs,
        occFromMs: startMs,
        occToMs,
        zone: clinic.zone,
        status: 'booked',
        source: 'agent',
        flags: [],
        history: [{ atMs: nowMs, act: 'booked', actorId: actor.actorId }],
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
        version: 1,
      };
      const record: PendingAuditEvent = {
        v: 1,
        clinicId: clinic.id,
        occurredAt: isoInstant(nowMs),
        ...actor,
        act: 'appointment.book',
        outcome: 'success',
        resourceType: 'appointment',
        resourceId: appointment.appointmentId,
        patientId: appointment.patientId,
      };
      const answer = await calendar.book({
        appointment,
        gridMinutes,
        holder: holderOf(wish),
        bookingKey: key,
        maxFutureAppts: clinic.scheduling.maxFutureApptsPerPatient,
        audit: [record],
        nowMs,
      });
      if ('appointment' in answer) return { outcome: answer.outcome, appointmentId: answer.appointment.appointmentId };
      if (answer.outcome !== 'operatory-taken') return { outcome: 'refused', reason: answer.outcome };
    }
    return { outcome: 'refused', reason: 'operatory-taken' };
  }

  return (wish: Wish) => (wish.door === 'engine' ? atEngine(wish) : atCalendar(wish));
}

async function attempt(book: ReturnType<typeof openDoors>, wish: Wish): Promise<Omit<Answer, 'deliveryId'>> {
  const begin = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return { ...(await book(wish)), ms: performance.now() - begin, tries };
    } catch (error) {
      if (tries === mostTries) {
        return { outcome: 'fault', reason: (error as Error).name, ms: performance.now() - begin, tries };
      }
      await pause(5 * 2 ** tries * Math.random());
    }
  }
}

let book: ReturnType<typeof openDoors> | undefined;
process.on('message', (message: ToWorker) => {
  if (message.kind === 'open') {
    book = openDoors(message);
    return;
  }
  if (!book) throw new Error('an attempt came before the opening');
  const { deliveryId, wish } = message;
  void attempt(book, wish).then((answer) => process.send?.({ deliveryId, ...answer } satisfies Answer));
});
process.on('disconnect', () => process.exit(0));
