import { type Language, type LanguageTag, languageOf } from '../../../language.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { TextingWords } from './texting-words.ts';

const words: Record<Language, TextingWords> = { fr, en };

export const textingWordsOf = (tag: LanguageTag): TextingWords => words[languageOf(tag)];
