import type { Language } from '../../../language.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { PromptWords } from './prompt-words.ts';

/** What models are told, in every language we speak. */
export const promptWords: Record<Language, PromptWords> = { fr, en };
