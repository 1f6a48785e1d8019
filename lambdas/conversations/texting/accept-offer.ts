import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { E164 } from '#domain/e164.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import { begunConversation } from '#domain/conversations/talk/begun-conversation.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import type { OfferedTimes } from '#domain/conversations/texting/offered-times.ts';
import { withBooking } from '#domain/conversations/tools/booking/book-appointment.ts';
import { patientText } from '#domain/notifications/patient-text.ts';
import type { AppointmentStore } from '#domain/scheduling/calendar/calendar.ts';
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
  conversations: Pick<ConversationStore, 'change'>;
  dialogues: Pick<DialogueStore, 'change'>;
  clock: Clock;
}

/** The whole message: no word a carrier or a patient uses for anything else. */
const yes = /^\s*1\s*[.!]?\s*$/;

/** Whoever writes, what, and the vendor's name for the message. */
interface Written {
  from: E164;
  text: string;
  messageSid: string;
}

/**
 * Books the time that is kept for whoever answers an offer with `1`: it was written to the number on file, so whoever
 * holds that telephone speaks for the patient. The booking is an act of the conversation in which they answer, as if a
 * tool of it had booked. Nothing where there is no offer to accept. Done again while the time would be kept it finds the
 * same appointment, if that still stands; later, or where the clinic changed it, a `1` means something else.
 */
export function acceptOffer(deps: Deps) {
  const { offered, waitlist, appointments, scheduling, conversations, dialogues, clock } = deps;
  return async (clinic: Clinic, talk: Talk, { from, text, messageSid }: Written): Promise<string | undefined> => {
    if (!yes.test(text)) return undefined;
    const entryId = await offered.of(clinic.id, from);
    const entry = entryId && (await waitlist.get(clinic.id, entryId));
    if (!entry?.offer || entry.contact !== from || !['offered', 'booked'].includes(entry.status)) return undefined;
    const { offer, typeId, patientId, language } = entry;
    const { startMs, providerId } = offer;
    const confirmation = () => patientText(clinic, { kind: 'booked', startMs }, language);
    if (entry.status === 'booked') {
      const isRepetition = 'expiresAtMs' in offer && clock.now() <= offer.expiresAtMs;
      return isRepetition && (await acceptedAppointment(appointments, entry)) ? confirmation() : undefined;
    }
    const { conversationId } = talk;
    // An act is recorded only in a conversation that is there, and nobody has taken this one up yet.
    const begun = begunConversation(talk, clock.now());
    await conversations.change(clinic.id, conversationId, (current) => current ?? begun);
    const requester = {
      kind: 'agent',
      // The name under which times are kept for an entry.
      holder: `waitlist_${entry.entryId}`,
      conversationId,
      actor: { actorType: 'agent', actorId: conversationId, requestId: messageSid },
    } as const;
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
    const { appointment } = booked;
    await dialogues.change(clinic.id, conversationId, (state) => withBooking(state, appointment));
    // Also where the offer ran out in that instant: whoever has what they waited for waits no more.
    await endEntry({ waitlist, clock }, entry, 'booked', onRecord(requester));
    return confirmation();
  };
}

/** That they have what they waited for. */
const onRecord =
  ({ actor, conversationId }: Requester) =>
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
    ...(conversationId && { conversationId }),
  });
