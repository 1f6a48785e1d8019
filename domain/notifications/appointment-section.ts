import type { Clinic } from '../clinics/clinic.ts';
import { providerName } from '../clinics/practice/provider-name.ts';
import type { ConversationId } from '../ids.ts';
import { languageOf } from '../language.ts';
import type { Appointment } from '../scheduling/calendar/appointment.ts';
import type { Patient } from '../scheduling/patients/patient.ts';
import { spokenDate, wallClock, writtenTime } from '../wall-time.ts';
import type { EmailEntry, EmailFact, EmailSection } from './email-document.ts';
import { entriesWithin } from './html-bytes.ts';
import { oneLine, shortened } from './hostile-text.ts';
import type { CallSummaryWords } from './words/call-summary-words.ts';

/** An appointment a conversation was about, and whose it is; the patient is absent once erased. */
export interface ToldAppointment {
  appointment: Appointment;
  patient?: Patient;
}

const longestName = 120;

/** A patient as staff read the name, on one line whatever a caller made of it. */
export const patientName = ({ givenName, familyName }: Patient): string =>
  shortened(oneLine(`${givenName} ${familyName}`), longestName);

/**
 * What a conversation did to the clinic's calendar, as the calendar tells it, in the order in which it was done; nothing
 * when it did nothing.
 */
export function appointmentSection(
  appointments: readonly ToldAppointment[],
  { clinic, conversationId, maxBytes }: { clinic: Clinic; conversationId: ConversationId; maxBytes: number },
  words: CallSummaryWords,
): EmailSection | undefined {
  if (!appointments.length) return undefined;
  const { entries, cut } = entriesWithin(
    appointments.map((told) => appointmentEntry(told, clinic, conversationId, words)),
    maxBytes,
  );
  return {
    heading: words.appointments(appointments.length),
    label: words.appointmentsLabel,
    body: { kind: 'entries', entries },
    ...(cut && { note: words.entriesCut }),
  };
}

function appointmentEntry(
  { appointment, patient }: ToldAppointment,
  clinic: Clinic,
  conversationId: ConversationId,
  words: CallSummaryWords,
): EmailEntry {
  const { typeId, providerId, operatoryId, startMs, flags } = appointment;
  const { act, formerStartMs } = actIn(appointment, conversationId);
  const type = clinic.appointmentTypes.find(({ id }) => id === typeId);
  const provider = clinic.providers.find(({ id }) => id === providerId);
  const operatory = clinic.operatories.find(({ id }) => id === operatoryId);
  const tag = clinic.defaultLanguage;
  const facts: (EmailFact | undefined)[] = [
    patient && { label: words.patient, value: patientName(patient) },
    type && { label: words.type, value: oneLine(type.names[tag] ?? type.names[languageOf(tag)] ?? '') },
    provider && { label: words.provider, value: oneLine(providerName(provider)) },
    operatory && { label: words.room, value: oneLine(operatory.name) },
    formerStartMs === undefined
      ? undefined
      : { label: words.before, value: writtenStart(formerStartMs, clinic, words) },
  ];
  return {
    kicker: words.appointmentActs[act],
    title: writtenStart(startMs, clinic, words),
    facts: facts.filter((fact) => fact !== undefined && fact.value !== '') as EmailFact[],
    // They tell how it was booked, which is no news of a move or a cancellation.
    paragraphs: act === 'booked' ? flags.map((flag) => words.appointmentFlags[flag]) : [],
  };
}

/**
 * What became of it in this conversation, all its steps together; a move of what it had booked itself is a booking. What
 * others did to it since is theirs to tell.
 */
function actIn(
  { history }: Appointment,
  conversationId: ConversationId,
): { act: keyof CallSummaryWords['appointmentActs']; formerStartMs?: number } {
  const own = history.filter(({ actorId }) => actorId === conversationId);
  if (own.some(({ act }) => act === 'cancelled')) return { act: 'cancelled' };
  const move = own.find(({ act }) => act === 'rescheduled');
  const isBooked = own.some(({ act }) => act === 'booked');
  if (!move && !isBooked && own.some(({ act }) => act === 'confirmed')) return { act: 'confirmed' };
  if (!move || isBooked) return { act: 'booked' };
  return { act: 'rescheduled', formerStartMs: move.fromStartMs };
}

function writtenStart(startMs: number, clinic: Clinic, words: CallSummaryWords): string {
  const { date, time } = wallClock(startMs, clinic.zone);
  return words.started(spokenDate(date, clinic.defaultLanguage), writtenTime(time, clinic.defaultLanguage));
}
