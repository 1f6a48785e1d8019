import type { PatientTextWords } from './patient-text-words.ts';

/** Without typography, which would double the price; accents belong to the words. */
export const fr: PatientTextWords = {
  booked: ({ clinic, date, time }) => `${clinic} : rendez-vous confirmé le ${date} à ${time}.`,
  moved: ({ clinic, date, time }) => `${clinic} : rendez-vous déplacé au ${date} à ${time}.`,
  cancelled: ({ clinic, date, time }) => `${clinic} : rendez-vous du ${date} à ${time} annulé.`,
  reminder: ({ clinic, date, time }) => `${clinic} : rappel de votre rendez-vous le ${date} à ${time}.`,
  offered: ({ clinic, date, time, until }) =>
    `${clinic} : une place se libère le ${date} à ${time}. Répondez 1 pour la prendre, avant ${until}.`,
  gone: ({ clinic, date, time }) =>
    `${clinic} : la place du ${date} à ${time} n'est plus libre. Vous restez sur la liste.`,
  refused: ({ clinic, date, time }) =>
    `${clinic} : la place du ${date} à ${time} n'a pas pu être réservée. Appelez-nous.`,
  questions: (phone) => `Une question : ${phone}.`,
  optOut: 'ARRET pour ne plus rien recevoir.',
};
