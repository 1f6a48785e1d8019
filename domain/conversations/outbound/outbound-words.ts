import { type Language, type LanguageTag, languageOf } from '../../language.ts';

/** What is said in calls of ours besides the greeting. A language that lacks a sentence does not compile. */
interface OutboundWords {
  /** Whoever answers may be anybody: not whom we look for, nor why; and how to hear no more of us. */
  contact: string;
  whoIsThere: string;
  /** On a machine, which anybody may listen to. */
  voicemail(clinic: string, phone?: string): string;
}

const words: Record<Language, OutboundWords> = {
  fr: {
    contact:
      'J’appelle la personne qui nous a laissé ce numéro. Pour ne plus recevoir ces appels, dites « ne m’appelez plus ».',
    whoIsThere:
      'Avant d’aller plus loin, pouvez-vous me donner votre nom complet et votre date de naissance, s’il vous plaît ?',
    voicemail: (clinic, phone) =>
      `Bonjour, ici l’assistant vocal automatique de ${clinic}, une intelligence artificielle.${phone ? ` Vous pouvez nous joindre au ${phone}.` : ''} Merci, au revoir.`,
  },
  en: {
    contact: `I'm calling the person who gave us this number. To receive no more of these calls, say "don't call me again".`,
    whoIsThere: 'Before I go on, may I have your full name and date of birth, please?',
    voicemail: (clinic, phone) =>
      `Hello, this is the automated voice assistant of ${clinic}, an artificial intelligence.${phone ? ` You can reach us at ${phone}.` : ''} Thank you, goodbye.`,
  },
};

export const outboundWordsOf = (tag: LanguageTag): OutboundWords => words[languageOf(tag)];
