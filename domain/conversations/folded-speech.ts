import { foldName } from '../scheduling/patients/folded-name.ts';

/**
 * Speech as it is compared: lower case, without accents, punctuation and apostrophes, words parted by one blank.
 * `J’n’arrive PLUS à respirer !` is `j n arrive plus a respirer`.
 */
export const foldSpeech = (text: string): string =>
  foldName(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The words of folded speech. */
export const wordsOf = (text: string): string[] => foldSpeech(text).split(' ').filter(Boolean);
