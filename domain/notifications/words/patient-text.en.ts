import type { PatientTextWords } from './patient-text-words.ts';

/** Without typography, which would double the price. */
export const en: PatientTextWords = {
  booked: ({ clinic, date, time }) => `${clinic}: appointment confirmed for ${date} at ${time}.`,
  moved: ({ clinic, date, time }) => `${clinic}: appointment moved to ${date} at ${time}.`,
  cancelled: ({ clinic, date, time }) => `${clinic}: appointment of ${date} at ${time} cancelled.`,
  reminder: ({ clinic, date, time }) => `${clinic}: reminder of your appointment on ${date} at ${time}.`,
  offered: ({ clinic, date, time, until }) =>
    `${clinic}: a time came free on ${date} at ${time}. Reply 1 to take it, before ${until}.`,
  gone: ({ clinic, date, time }) =>
    `${clinic}: the time of ${date} at ${time} is not free any more. You stay on the list.`,
  refused: ({ clinic, date, time }) => `${clinic}: the time of ${date} at ${time} could not be booked. Please call us.`,
  questions: (phone) => `Questions: ${phone}.`,
  optOut: 'STOP to receive no more.',
};
