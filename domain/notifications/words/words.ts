import type { Language } from '../../language.ts';
import type { CallSummaryWords } from './call-summary-words.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

/** The e-mail's sentences in every language we speak. */
export const callSummaryWords: Record<Language, CallSummaryWords> = { fr, en };
