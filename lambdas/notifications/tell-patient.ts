import type { Clock } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicNumber } from '#domain/clinics/numbers/clinic-number.ts';
import type { E164 } from '#domain/e164.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { isWritable } from '#domain/clinics/numbers/writable-number.ts';
import type { SuppressionList } from '#domain/clinics/suppression-list.ts';
import { callerNumberOf } from '#domain/conversations/caller-number.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { DialogueStore } from '#domain/conversations/dialogue.ts';
import type { OfferedTimes } from '#domain/conversations/texting/offered-times.ts';
import type { SentTexts, TextOutcome, TextSender, TextServices } from '#domain/conversations/texting/text-sender.ts';
import type { Log } from '#domain/log.ts';
import type { LanguageTag } from '#domain/language.ts';
import type { AppointmentChanged, WaitlistOffered } from '#domain/messages/notice.ts';
import { patientText } from '#domain/notifications/patient-text.ts';
import type { AppointmentStore, Calendar } from '#domain/scheduling/calendar/calendar.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import type { PatientStore } from '#domain/scheduling/patients/patient-store.ts';
import { giveBackOffer } from '#domain/scheduling/waitlist/give-back-offer.ts';
import type { WaitlistStore } from '#domain/scheduling/waitlist/waitlist.ts';

export interface WriteDeps {
  suppressions: SuppressionList;
  sender: TextSender;
  sent: SentTexts;
  services: TextServices;
  log: Log;
}

/** What is written by whom to whom; `name` tells it from all else that is written to that number. */
interface Writing {
  channel: 'sms' | 'whatsapp';
  to: E164;
  from: E164;
  name: string;
  body: string;
}

/**
 * Writes to a number for a clinic, once by the name of what is written, unless its owner asked for no more. What Twilio
 * knows of a refusal that we do not, we know from then on. `unknown`: it was tried before, and may have arrived.
 */
export function writeTo({ suppressions, sender, sent, services, log }: WriteDeps) {
  return async (
    clinic: ClinicProfile,
    { name, ...text }: Writing,
  ): Promise<'told' | 'unknown' | 'messages-refused' | 'text-refused'> => {
    const where = { clinicId: clinic.id };
    const { messagingServiceSid } = clinic.texting;
    if ((await suppressions.refusedBy(clinic.id, text.to)).has('messages')) {
      log.info('text.suppressed', where);
      return 'messages-refused';
    }
    if (messagingServiceSid && !(await services.claim(clinic.id, messagingServiceSid))) {
      log.error('text.refused', { ...where, reason: 'service-of-another-clinic' });
      return 'text-refused';
    }
    const send = (): Promise<TextOutcome> =>
      sender.send({ ...text, ...(messagingServiceSid && { messagingServiceSid }) });
    const told = await sent.once(clinic.id, text.to, name, send);
    if (told.outcome === 'accepted') log.info('text.sent', where);
    if (told.outcome === 'unknown') return 'unknown';
    if (told.outcome !== 'refused') return 'told';
    log.warn('text.refused', { ...where, reason: told.code === undefined ? told.reason : String(told.code) });
    if (told.reason !== 'opted-out') return 'text-refused';
    await suppressions.refuse(clinic.id, text.to, ['messages'], {
      actorType: 'provider',
      actorId: 'twilio',
      requestId: name,
    });
    return 'messages-refused';
  };
}

interface Deps extends WriteDeps {
  clinics: Pick<ClinicStore, 'profile'>;
  appointments: Pick<AppointmentStore, 'get'>;
  patients: Pick<PatientStore, 'get'>;
  conversations: Pick<ConversationStore, 'get'>;
  dialogues: Pick<DialogueStore, 'get'>;
  waitlist: Pick<WaitlistStore, 'get' | 'update'>;
  calendar: Pick<Calendar, 'release'>;
  offered: OfferedTimes;
  clock: Clock;
}

/**
 * Tells a patient by SMS what became of an appointment, or of a time that is kept for them: to the number on file, in
 * their language, once. Whoever did it in writing has read it already.
 */
export function tellPatient(deps: Deps) {
  const { clinics, appointments, patients, conversations, dialogues, waitlist, offered, clock, log } = deps;
  const write = writeTo(deps);
  const giveBack = giveBackOffer(deps);

  async function tellOfAppointment(notice: AppointmentChanged): Promise<void> {
    const { clinicId, appointmentId, patientId, conversationId, change, version } = notice;
    const where = { clinicId, ...(conversationId && { conversationId }) };
    const clinic = await clinics.profile(clinicId);
    if (clinic?.status !== 'active' || !clinic.texting.sms || !clinic.texting.confirmations) return;
    const [appointment, patient, conversation, dialogue] = await Promise.all([
      appointments.get(clinicId, appointmentId),
      patients.get(clinicId, patientId),
      conversationId && conversations.get(clinicId, conversationId),
      conversationId && dialogues.get(clinicId, conversationId),
    ]);
    if (!appointment || !patient) throw new Error('a notice tells of an appointment or patient that does not exist');
    if (conversation && (conversation.channel === 'sms' || conversation.channel === 'whatsapp')) return;
    // What was true when it happened and is not any more is told of by the notice of what came after it.
    if (appointment.version !== version || appointment.startMs <= clock.now()) return;
    const caller = conversation && callerNumberOf(conversation, clinic.country);
    // Who writes on a clinic's site may type anybody's number, and is told there: only one that the clinic knew is written to.
    const isAnybodys = patient.provisional && conversation?.channel === 'web';
    const to = isAnybodys ? undefined : numberOf(patient, clinic, caller);
    if (!to) {
      log.info('text.suppressed', { ...where, reason: 'no-number' });
      return;
    }
    const language = spoken(clinic, dialogue?.language, patient.language);
    await write(clinic, {
      channel: 'sms',
      to,
      from: writesFrom(clinic),
      name: `${change}#${appointmentId}#${version}`,
      body: patientText(clinic, { kind: change, startMs: appointment.startMs }, language),
    });
  }

  async function tellOfOffer({ clinicId, entryId, holdId }: WaitlistOffered): Promise<void> {
    const [clinic, entry] = await Promise.all([clinics.profile(clinicId), waitlist.get(clinicId, entryId)]);
    if (clinic?.status !== 'active' || !clinic.texting.sms || !entry) return;
    const { offer, status, contact, language } = entry;
    if (status !== 'offered' || !offer || !('holdId' in offer) || offer.holdId !== holdId) return;
    if (offer.expiresAtMs <= clock.now() || !isWritable(contact, clinic)) return;
    const showToClinic = async () => {
      await giveBack(clinic, entryId, holdId);
      log.info('waitlist.matched', { clinicId });
    };
    const kept = await offered.keep(clinicId, contact, entryId, offer.expiresAtMs);
    if (kept === 'another-stands') return showToClinic();
    const told = await write(clinic, {
      channel: 'sms',
      to: contact,
      from: writesFrom(clinic),
      name: `offer#${holdId}`,
      body: patientText(
        clinic,
        { kind: 'offered', startMs: offer.startMs, untilMs: offer.expiresAtMs },
        spoken(clinic, language),
      ),
    });
    // Who may have read the offer may answer it.
    if (told !== 'told' && told !== 'unknown') await showToClinic();
  }

  return (notice: AppointmentChanged | WaitlistOffered): Promise<void> =>
    notice.kind === 'appointment-changed' ? tellOfAppointment(notice) : tellOfOffer(notice);
}

/** The number a clinic writes from: one that is active has at least one. */
export const writesFrom = (clinic: Clinic): E164 => clinic.texting.from ?? (clinic.numbers[0] as ClinicNumber).number;

/** A number on file: the one they called from, if it is among them, for it is at hand. */
function numberOf({ phones }: Patient, clinic: Clinic, caller: E164 | undefined): E164 | undefined {
  const writable = phones.filter((number) => isWritable(number, clinic));
  return writable.find((number) => number === caller) ?? writable[0];
}

/** The first of the languages that the clinic speaks. */
export const spoken = (clinic: Clinic, ...wanted: (LanguageTag | undefined)[]): LanguageTag =>
  wanted.find((tag) => tag && clinic.languages.some((one) => one.slice(0, 2) === tag.slice(0, 2))) ??
  clinic.defaultLanguage;
