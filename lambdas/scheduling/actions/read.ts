import { isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Interval } from '#domain/clinics/hours/weekly-hours.ts';
import { afterClosures, openIntervals } from '#domain/clinics/hours/opening.ts';
import type { PatientId } from '#domain/ids.ts';
import { InvalidCursor } from '#domain/scheduling/calendar/appointment-cursor.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { AppointmentPage } from '#domain/scheduling/calendar/calendar.ts';
import { closuresOn, providerWindows } from '#domain/scheduling/slots/windows.ts';
import { addDays, boundaryInstant, localDate, localDay, weekdayOf } from '#domain/scheduling/slots/zoned-time.ts';
import { fieldProblem } from '../api/field-problem.ts';
import { appointmentOnTheWire, blockOnTheWire, clinicOnTheWire, patientOnTheWire, range } from '../api/on-the-wire.ts';
import { done, refuse } from '../api/refusals.ts';
import type { RequestOf } from '../api/requests.ts';
import type { Act, ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { recordReading } from './record-reading.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** A page of a filtered list reads on until it is full; a year bounds how far. */
const longestRangeMs = 366 * dayMs + 60 * 60 * 1000;
const usualDays = 7;

interface Range {
  fromMs: number;
  toMs: number;
}

/** Appointments by start, a page at a time, with what was asked for beside them. */
export function list(deps: ActionDeps): Act<RequestOf<'list'>> {
  return async (request, call) => {
    const { clinic } = call;
    const refused = unknownAtClinic(clinic, request);
    if (refused) return refused;
    const wanted = rangeOf(request, clinic, deps.clock.now());
    if (wanted.toMs <= wanted.fromMs) return fieldProblem('to', 'must be after from');
    if (wanted.toMs - wanted.fromMs > longestRangeMs) return fieldProblem('to', 'must be within 366 days after from');

    const page = await pageOf(deps, request, clinic, wanted);
    if (!page) return refuse('cursor-invalid');
    const { next } = page;
    const appointments = page.appointments.filter(
      ({ operatoryId }) => !request.operatoryId || operatoryId === request.operatoryId,
    );
    const include = new Set(request.include);
    const isFirst = request.after === undefined;
    const [patients, blocks] = await Promise.all([
      include.has('patients') ? patientsOf(deps, clinic, appointments) : undefined,
      include.has('blocks') && isFirst ? blocksOf(deps, request, clinic, wanted) : undefined,
    ]);
    await recordReading(deps, call, {
      resourceType: 'appointment-list',
      resourceId: `${isoInstant(wanted.fromMs)}/${isoInstant(wanted.toMs)}`,
      ...(request.patientId && { patientId: request.patientId }),
      fields: ['appointments', ...(patients ? ['patients'] : [])],
      count: appointments.length,
    });
    return done({
      action: 'list',
      appointments: appointments.map(appointmentOnTheWire),
      ...(patients && { patients: patients.map(patientOnTheWire) }),
      ...(blocks && { blocks: blocks.map((one) => blockOnTheWire(one, clinic.zone)) }),
      ...(include.has('openings') && isFirst && { openings: openingsOf(clinic, request, wanted) }),
      ...(next !== undefined && { next }),
    });
  };
}

/** Without a beginning, from today on; what a patient has ahead begins now. */
function rangeOf(
  { from, to, patientId }: Pick<RequestOf<'list'>, 'from' | 'to' | 'patientId'>,
  { zone }: Clinic,
  nowMs: number,
): Range {
  const begin = from ?? (patientId ? nowMs : localDate(nowMs, zone));
  const fromMs = typeof begin === 'number' ? begin : localDay(begin, zone).startMs;
  if (typeof to === 'number') return { fromMs, toMs: to };
  return { fromMs, toMs: localDay(to ?? addDays(localDate(fromMs, zone), usualDays - 1), zone).endMs };
}

/** One page; nothing when the cursor is none of ours. What a patient has ahead comes whole: there is a limit to it. */
async function pageOf(
  { appointments }: ActionDeps,
  { providerId, patientId, limit, after }: RequestOf<'list'>,
  clinic: Clinic,
  wanted: Range,
): Promise<AppointmentPage | undefined> {
  if (patientId) {
    const upcoming = await appointments.upcoming(clinic.id, patientId, wanted.fromMs);
    return { appointments: upcoming.filter((one) => !providerId || one.providerId === providerId) };
  }
  try {
    return await appointments.list(clinic.id, wanted, { providerId, limit, after });
  } catch (error) {
    if (error instanceof InvalidCursor) return undefined;
    throw error;
  }
}

async function patientsOf({ patients }: ActionDeps, clinic: Clinic, appointments: readonly Appointment[]) {
  const ids = [...new Set<PatientId>(appointments.map(({ patientId }) => patientId))];
  const found = await Promise.all(ids.map((id) => patients.get(clinic.id, id)));
  return found.filter((patient) => patient !== undefined);
}

/** What is blocked, of the calendars that are asked for. */
async function blocksOf({ calendar }: ActionDeps, { providerId, operatoryId }: Whose, { id }: Clinic, wanted: Range) {
  const blocks = await calendar.blocks(id, wanted.fromMs, wanted.toMs);
  const named: (string | undefined)[] = [providerId, operatoryId];
  return blocks.filter(({ resource }) => named.every((one) => !one) || named.includes(resource.id));
}

/** When whoever or whatever is asked for is open on the days of a range: what lies outside of it nobody can book. */
function openingsOf(clinic: Clinic, whose: Whose, { fromMs, toMs }: Range) {
  const openings: ReturnType<typeof range>[] = [];
  const last = localDate(toMs - 1, clinic.zone);
  for (let date = localDate(fromMs, clinic.zone); date <= last; date = addDays(date, 1)) {
    for (const { from, to } of windowsOf(clinic, whose, date)) {
      const [startMs, endMs] = [boundaryInstant(date, from, clinic.zone), boundaryInstant(date, to, clinic.zone)];
      if (startMs < endMs) openings.push(range(startMs, endMs, clinic.zone));
    }
  }
  return openings;
}

type Whose = Pick<RequestOf<'list'>, 'providerId' | 'operatoryId'>;

function windowsOf(clinic: Clinic, { providerId, operatoryId }: Whose, date: string): Interval[] {
  const provider = clinic.providers.find(({ id }) => id === providerId);
  const open = provider
    ? providerWindows(clinic, provider, date)
    : (openIntervals(clinic, { date, weekday: weekdayOf(date) }) ?? []);
  return afterClosures(
    open,
    closuresOn(clinic, date).filter(({ operatory }) => operatoryId !== undefined && operatory === operatoryId),
  );
}

/** One appointment as it stands, with its patient. */
export function get(deps: ActionDeps): Act<RequestOf<'get'>> {
  return async ({ appointmentId }, call: ApiCall) => {
    const { clinic } = call;
    const appointment = await deps.appointments.get(clinic.id, appointmentId);
    if (!appointment) return refuse('appointment-unknown');
    const patient = await deps.patients.get(clinic.id, appointment.patientId);
    await recordReading(deps, call, {
      resourceType: 'appointment',
      resourceId: appointmentId,
      patientId: appointment.patientId,
      fields: ['appointment', 'patient'],
    });
    return done(
      {
        action: 'get',
        appointment: appointmentOnTheWire(appointment),
        ...(patient && { patient: patientOnTheWire(patient) }),
      },
      { version: appointment.version },
    );
  };
}

/** What can be booked here, with whom and where. Nothing of it is a patient's. */
export const describeClinic: Act<RequestOf<'clinic'>> = async (_request, { clinic }) =>
  done({ action: 'clinic', clinic: clinicOnTheWire(clinic) });
