import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { Clinic, E164 } from '#domain/clinics/clinic.ts';
import type { OfferedTimes } from '#domain/conversations/texting/offered-times.ts';
import { patientText } from '#domain/notifications/patient-text.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar.ts';
import { takenCodes } from '#domain/scheduling/codes.ts';
import type { Requester } from '#domain/scheduling/requester.ts';
import type { Scheduling } from '#domain/scheduling/scheduling.ts';
import { acceptedAppointment } from '#domain/scheduling/waitlist/accepted-appointment.ts';
import { endEntry } from '#domain/scheduling/waitlist/end-entry.ts';
import type { WaitlistEntry, WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';

interface Deps {
  offered: Pick<OfferedTimes, 'of'>;
  waitlist: Pick<WaitlistStore, 'get' | 'update'>;
  appointments: Pick<AppointmentStore, 'upcoming'>;
  /** Without notices: the answer tells what there is to tell. */
  scheduling: Pick<Scheduling, 'book' | 'release'>;
  clock: Clock;
}

/** The whole message: no word a carrier or a patient uses for anything else. */
const yes = /^\s*1\s*[.!]?\s*$/;

/**
 * Books the time that is kept for whoever answers an offer with `1`: it was written to the number on file, so whoever
 * holds that telephone speaks for the patient. Nothing where there is no offer to accept. Done again while the time would
 * be kept it finds the same appointment, if that still stands; later, or where the clinic changed it, a `1` means
 * something else.
 */
export function acceptOffer({ offered, waitlist, appointments, scheduling, clock }: Deps) {
  return async (clinic: Clinic, number: E164, text: string, requestId: string): Promise<string | undefined> => {
    if (!yes.test(text)) return undefined;
    const entryId = await offered.of(clinic.id, number);
    const entry = entryId && (await waitlist.get(clinic.id, entryId));
    if (!entry?.offer || entry.contact !== number || !['offered', 'booked'].includes(entry.status)) return undefined;
    const { offer, typeId, patientId, language } = entry;
    const { startMs, providerId } = offer;
    const confirmation = () => patientText(clinic, { kind: 'booked', startMs }, language);
    if (entry.status === 'booked') {
      const isRepetition = 'expiresAtMs' in offer && clock.now() <= offer.expiresAtMs;
      return isRepetition && (await acceptedAppointment(appointments, entry)) ? confirmation() : undefined;
    }
    const actor = { actorType: 'system', actorId: 'waitlist', requestId } as const;
    // The name under which times are kept for an entry.
    const requester = { kind: 'agent', holder: `waitlist_${entry.entryId}`, actor } as const;
    const booked = await scheduling.book(
      clinic,
      { typeId, providerId, startMs, patient: { patientId }, source: 'waitlist' },
      requester,
    );
    if (booked.code !== 'OK') {
      // The patient hears of no other time.
      if (booked.held) await scheduling.release(clinic, booked.held, requester);
      return patientText(clinic, { kind: takenCodes.has(booked.code) ? 'gone' : 'refused', startMs }, language);
    }
    // Also where the offer ran out in that instant: whoever has what they waited for waits no more.
    await endEntry({ waitlist, clock }, entry, 'booked', onRecord(actor));
    return confirmation();
  };
}

/** That they have what they waited for. */
const onRecord =
  (actor: Requester['actor']) =>
  (entry: WaitlistEntry, nowMs: number): PendingAuditEvent => ({
    v: 1,
    clinicId: entry.clinicId,
    occurredAt: isoInstant(nowMs),
    ...actor,
    act: 'patient.update',
    outcome: 'success',
    resourceType: 'waitlist-entry',
    resourceId: entry.entryId,
    patientId: entry.patientId,
    fields: ['status'],
  });
