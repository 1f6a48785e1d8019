import type { Language } from '../../../language.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { LinkPageWords } from './link-page-words.ts';

/** The page behind a link in every language we speak. */
export const linkPageWords: Record<Language, LinkPageWords> = { fr, en };
