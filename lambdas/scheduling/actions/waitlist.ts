import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { takenCodes } from '#domain/scheduling/codes.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { acceptedAppointment } from '#domain/scheduling/waitlist/accepted-appointment.ts';
import { endEntry } from '#domain/scheduling/waitlist/end-entry.ts';
import { joinOnce } from '#domain/scheduling/waitlist/join-once.ts';
import type { WaitlistEntry } from '#domain/scheduling/waitlist/waitlist.ts';
import { fieldProblem } from '../api/field-problem.ts';
import { appointmentOnTheWire, entryOnTheWire } from '../api/on-the-wire.ts';
import { done, refuse } from '../api/refusals.ts';
import type { WaitlistRequestOf } from '../api/requests.ts';
import type { Act, ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';
import { unknownAtClinic } from './known-at-clinic.ts';
import { patientOfRequest, storedPhone } from './patient-of-request.ts';
import { recordReading } from './record-reading.ts';
import { refusedByEngine } from './refused-by-engine.ts';

/** The record of a change to an entry. */
const auditOf = (
  { clinicId, entryId, patientId }: Pick<WaitlistEntry, 'clinicId' | 'entryId' | 'patientId'>,
  { requester }: ApiCall,
  fields: string[],
  nowMs: number,
): PendingAuditEvent => ({
  v: 1,
  clinicId,
  occurredAt: isoInstant(nowMs),
  ...requester.actor,
  act: 'patient.update',
  outcome: 'success',
  resourceType: 'waitlist-entry',
  resourceId: entryId,
  patientId,
  fields,
});

async function addPatient({ patients }: ActionDeps, patient: Patient, { requester }: ApiCall): Promise<void> {
  const { clinicId, patientId, createdAtMs } = patient;
  await patients.add(patient, [
    {
      v: 1,
      clinicId,
      occurredAt: isoInstant(createdAtMs),
      ...requester.actor,
      act: 'patient.create',
      outcome: 'success',
      resourceType: 'patient',
      resourceId: patientId,
      patientId,
    },
  ]);
}

/** Puts a patient on the waitlist of a type. The same request again finds its own entry, until that one has ended. */
export function join(deps: ActionDeps): Act<WaitlistRequestOf<'join'>> {
  return async (request, call) => {
    const { clinic, requester } = call;
    const refused = unknownAtClinic(clinic, request);
    if (refused) return refused;
    const { typeId, providerId, from, to, notBefore, before, language = clinic.defaultLanguage } = request;
    if (from && to && to < from) return fieldProblem('to', 'must not be before from');
    const contact = storedPhone(request.contact, clinic);
    if (!contact)
      return fieldProblem('contact', 'is not a valid telephone number in the clinic’s country; begin with + elsewhere');
    const named = await patientOfRequest(deps, request, call);
    if ('refused' in named) return named.refused;
    if ('newPatient' in named.patient) await addPatient(deps, named.patient.newPatient, call);
    const patientId = 'newPatient' in named.patient ? named.patient.newPatient.patientId : named.patient.patientId;

    const nowMs = deps.clock.now();
    const wish = [typeId, patientId, providerId ?? '', from ?? '', to ?? '', notBefore ?? '', before ?? ''];
    const wanted: Omit<WaitlistEntry, 'entryId'> = {
      clinicId: clinic.id,
      typeId,
      patientId,
      ...(providerId && { providerId }),
      ...(from && { from }),
      ...(to && { to }),
      ...(notBefore && { notBefore }),
      ...(before && { before }),
      contact,
      language,
      consentAtMs: nowMs,
      status: 'waiting',
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      version: 1,
    };
    const { outcome, entry } = await joinOnce(
      deps.waitlist,
      ['api-waitlist', clinic.id, requester.holder, ...wish],
      wanted,
      (added) => [auditOf(added, call, ['status', 'contact', 'consent'], nowMs)],
    );
    const body = { action: 'waitlist', op: 'join', entry: entryOnTheWire(entry, clinic.zone) } as const;
    return done(body, { status: outcome === 'joined' ? 201 : 200 });
  };
}

/** Everyone who waits or waited for a type, oldest first. */
export function listEntries(deps: ActionDeps): Act<WaitlistRequestOf<'list'>> {
  return async ({ typeId }, call) => {
    const { clinic } = call;
    const refused = unknownAtClinic(clinic, { typeId });
    if (refused) return refused;
    const entries = await deps.waitlist.ofType(clinic.id, typeId);
    await recordReading(deps, call, {
      resourceType: 'waitlist',
      resourceId: typeId,
      fields: ['entries', 'contact'],
      count: entries.length,
    });
    return done({
      action: 'waitlist',
      op: 'list',
      entries: entries.map((entry) => entryOnTheWire(entry, clinic.zone)),
    });
  };
}

/** An entry whose time is gone waits for another. Whoever wrote meanwhile knows better. */
async function waitAgain(deps: ActionDeps, entry: WaitlistEntry, call: ApiCall): Promise<void> {
  if (entry.status !== 'matched' && entry.status !== 'offered') return;
  const nowMs = deps.clock.now();
  const next: WaitlistEntry = { ...entry, status: 'waiting', updatedAtMs: nowMs, version: entry.version + 1 };
  await deps.waitlist.update(next, [auditOf(entry, call, ['status'], nowMs)]);
}

/** Takes an entry off the waitlist and gives back what was kept for it. */
export function leave(deps: ActionDeps): Act<WaitlistRequestOf<'leave'>> {
  return async ({ entryId }, call) => {
    const { clinic, requester } = call;
    const entry = await deps.waitlist.get(clinic.id, entryId);
    if (!entry) return refuse('waitlist-entry-unknown');
    const left = await endEntry(deps, entry, 'left', (one, nowMs) => auditOf(one, call, ['status'], nowMs));
    if (left.status === 'booked') return refuse('waitlist-entry-closed');
    if (left.offer && 'holdId' in left.offer) {
      await deps.scheduling.release(clinic, [left.offer], { ...requester, holder: left.offer.holder });
    }
    return done({ action: 'waitlist', op: 'leave', entry: entryOnTheWire(left, clinic.zone) });
  };
}

/**
 * Books the time that was offered to an entry or came free for it. The booking comes first: dying behind it, the next
 * attempt finds it made and only has to say so. What was booked and then cancelled or moved is not booked once more.
 */
export function acceptOffer(deps: ActionDeps): Act<WaitlistRequestOf<'accept'>> {
  return async ({ entryId }, call) => {
    const { clinic, requester } = call;
    const entry = await deps.waitlist.get(clinic.id, entryId);
    if (!entry) return refuse('waitlist-entry-unknown');
    if (entry.status === 'left') return refuse('waitlist-entry-closed');
    const { offer, typeId, patientId } = entry;
    if (!offer) return refuse('nothing-offered');
    const answer = (settled: WaitlistEntry, appointment: Appointment, status: 200 | 201) =>
      done(
        {
          action: 'waitlist',
          op: 'accept',
          entry: entryOnTheWire(settled, clinic.zone),
          appointment: appointmentOnTheWire(appointment),
        },
        { status, version: appointment.version },
      );
    if (entry.status === 'booked') {
      const appointment = await acceptedAppointment(deps.appointments, entry);
      return appointment ? answer(entry, appointment, 200) : refuse('waitlist-entry-closed');
    }
    const booked = await deps.scheduling.book(
      clinic,
      { typeId, providerId: offer.providerId, startMs: offer.startMs, patient: { patientId }, source: 'waitlist' },
      // The name under which times are kept for an entry; the same for each attempt.
      { ...requester, holder: `waitlist_${entryId}` },
    );
    if (booked.code !== 'OK') {
      if (takenCodes.has(booked.code)) await waitAgain(deps, entry, call);
      return refusedByEngine(deps, booked, call);
    }
    const settled = await endEntry(deps, entry, 'booked', (one, nowMs) => auditOf(one, call, ['status'], nowMs));
    return answer(settled, booked.appointment, booked.replayed ? 200 : 201);
  };
}
