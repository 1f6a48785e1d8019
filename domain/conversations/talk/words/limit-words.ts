import type { Language } from '../../../language.ts';

/** What is said of limits on wires of text, where no keypad takes a number. */
export interface LimitWords {
  aMinuteLeft: string;
  /** All places are taken, and nobody of the clinic answers either. */
  busyCallAgain: string;
}

export const limitWords: Record<Language, LimitWords> = {
  fr: {
    aMinuteLeft: 'Il nous reste une minute pour cet appel.',
    busyCallAgain: 'Toutes nos lignes sont occupées. Merci de rappeler dans quelques minutes. Au revoir.',
  },
  en: {
    aMinuteLeft: 'We have one minute left for this call.',
    busyCallAgain: 'All our lines are busy. Please call again in a few minutes. Goodbye.',
  },
};
