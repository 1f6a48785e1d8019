import type { ToolWords } from '#domain/conversations/words/tool-words.ts';
import { toolWords } from '#domain/conversations/words/words.ts';
import type { Language } from '#domain/language.ts';
import { list, spokenDate, spokenTime } from '#domain/wall-time.ts';

interface Example {
  date: string;
  laterDate: string;
  time: string;
  laterTime: string;
  provider: string;
  otherProvider: string;
  type: string;
  otherType: string;
  firstName: string;
  address: string;
}

/** Names are invented, and the same in every example. */
const examples: Record<Language, Example> = {
  fr: {
    date: spokenDate('2026-10-13', 'fr'),
    laterDate: spokenDate('2026-10-15', 'fr'),
    time: spokenTime('09:30', 'fr'),
    laterTime: spokenTime('14:30', 'fr'),
    provider: 'le docteur Awa Exemple',
    otherProvider: 'le docteur Koffi Modèle',
    type: 'consultation',
    otherType: 'échographie',
    firstName: 'Jeanne',
    address: '12 rue des Exemples, Cotonou',
  },
  en: {
    date: spokenDate('2026-10-13', 'en'),
    laterDate: spokenDate('2026-10-15', 'en'),
    time: spokenTime('09:30', 'en'),
    laterTime: spokenTime('14:30', 'en'),
    provider: 'Doctor Sam Sample',
    otherProvider: 'Doctor Alex Example',
    type: 'check-up',
    otherType: 'cleaning',
    firstName: 'Jane',
    address: '12 Sample Street, Exampleton',
  },
};

type Say = (words: ToolWords, example: Example, language: Language) => string;

const offer: Say = (words, { date, time, laterTime, provider }, language) =>
  words.offer(words.offerAllWith(words.offerDay(date, list([time, laterTime], language, 'disjunction')), provider));
const either = (one: string, other: string, language: Language) => list([one, other], language, 'disjunction');
const both = (one: string, other: string, language: Language) => list([one, other], language, 'conjunction');

/** What is said of a code where a sentence of its own tells more than the usual one. */
const byCode: Readonly<Record<string, Say>> = {
  SLOT_TAKEN: (words, example, language) => words.slotTaken(offer(words, example, language)),
  NONE_FREE: (words, { date, laterDate, time, provider }) =>
    words.offerNone(words.onDay(date), words.offerItem({ date: laterDate, time, provider })),
  CHANGE_TO_CONFIRM: (words, { date, laterDate, time, laterTime, provider }) =>
    words.changeToConfirm(
      words.offerItem({ date, time, provider }),
      words.offerItem({ date: laterDate, time: laterTime, provider }),
    ),
  PROVIDER_UNKNOWN: (words, { provider, otherProvider }, language) =>
    words.providerUnknown(both(provider, otherProvider, language)),
  PROVIDER_AMBIGUOUS: (words, { provider, otherProvider }, language) =>
    words.whichProvider(either(provider, otherProvider, language)),
  TYPE_UNKNOWN: (words, { type, otherType }, language) => words.typeUnknown(both(type, otherType, language)),
  TYPE_AMBIGUOUS: (words, { type, otherType }, language) => words.whichType(either(type, otherType, language)),
  OUTSIDE_HORIZON: (words, { date }) => words.tooLate(date),
  DATE_WEEKDAY_MISMATCH: (words, { date }) => words.whichDay(date),
  EMERGENCY_ACTIVE: (words) => words.emergency('112', '118'),
};

/** What each tool says when it does what it is for. */
const byTool: Readonly<Record<string, Say>> = {
  get_clinic_info: (words, { address }) => words.address(address),
  list_providers: (words, { provider, otherProvider }, language) =>
    words.providers(either(provider, otherProvider, language)),
  list_appointment_types: (words, { type, otherType }, language) => words.types(either(type, otherType, language)),
  find_available_times: offer,
  hold_time: (words, example) => words.readback(example),
  book_appointment: (words, { date, time }) => words.booked(date, time),
  find_my_appointments: (words, example) => words.oneAppointment(words.offerItem(example)),
  reschedule_appointment: (words, example) => words.moved(example),
  cancel_appointment: (words, { date, time }) => words.cancelled(date, time),
  confirm_appointment: (words, { date, time }) => words.confirmed(date, time),
  verify_patient: (words) => words.verified,
  take_message: (words) => words.messageTaken,
  join_waitlist: (words) => words.waitlisted,
  report_emergency: (words) => words.emergency('112', '118'),
  transfer_to_human: (words) => words.transferring,
  end_call: (words) => words.goodbye,
};

/** One sentence a caller may hear when a tool ends this way. */
export function exampleSentence(tool: string, code: keyof ToolWords['codes'], language: Language): string {
  const words = toolWords[language];
  if (tool === 'verify_patient' && code === 'NOT_VERIFIED') return words.verifyAgain;
  const say = code === 'OK' ? byTool[tool] : byCode[code];
  return say ? say(words, examples[language], language).replace(/\.{2}/g, '.') : words.codes[code];
}
