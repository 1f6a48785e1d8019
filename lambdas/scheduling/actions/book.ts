import type { RequestOf } from '../api/requests.ts';
import { appointmentOnTheWire } from '../api/on-the-wire.ts';
import { done } from '../api/refusals.ts';
import type { Act, ActionDeps } from './act.ts';
import { patientOfRequest } from './patient-of-request.ts';
import { refusedByEngine } from './refused-by-engine.ts';
import { wantedTime } from './wanted-time.ts';

/** Books a time for a patient; the same wish again answers what it made before. */
export function book(deps: ActionDeps): Act<RequestOf<'book'>> {
  return async (request, first) => {
    const told = await wantedTime(deps, request, first);
    if ('refused' in told) return told.refused;
    const { wanted, call } = told;
    const named = await patientOfRequest(deps, request, call);
    if ('refused' in named) return named.refused;
    const { reason } = request;
    const wish = { ...wanted, patient: named.patient, ...(reason && { reason }), source: 'staff' as const };
    const booked = await deps.scheduling.book(call.clinic, wish, call.requester);
    if (booked.code !== 'OK') return refusedByEngine(deps, booked, call);
    const { appointment, replayed } = booked;
    return done(
      { action: 'book', appointment: appointmentOnTheWire(appointment), replayed },
      { status: replayed ? 200 : 201, version: appointment.version },
    );
  };
}
