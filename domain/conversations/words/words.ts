import { type Language, type LanguageTag, languageOf } from '../../language.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { ToolWords } from './tool-words.ts';

/** The sentences of the tools in every language we speak. */
export const toolWords: Record<Language, ToolWords> = { fr, en };

/** Sentences end once, also after `9:00 a.m.` and `S.A.`. */
const endOnce = (text: string): string => text.replace(/\.{2,}(?=\s|$)/g, '.');

/** Sentences to be spoken one after the other; those that are not there are left out. */
export const sentences = (...parts: readonly (string | undefined | false)[]): string =>
  endOnce(parts.filter(Boolean).join(' '));

/** The sentences of a language tag: those of `fr` for `fr-BJ`. */
export const wordsOfTag = (tag: LanguageTag): ToolWords => toolWords[languageOf(tag)];
