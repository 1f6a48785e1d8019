import type { Language } from '#domain/language.ts';

const nbsp = '\u00a0';

/** Inside times and durations, and between the groups of a number. */
const inNumbers = (text: string): string =>
  text
    .replace(/(\d) (?=(?:h|min|s|AM|PM)\b)/g, `$1${nbsp}`)
    .replace(/(\d\u00a0(?:h|min)) (?=\d)/g, `$1${nbsp}`)
    .replace(/(\d\)?) (?=\d)/g, `$1${nbsp}`);

/** French sets a blank before high punctuation and inside its quotation marks; a day stays with its month. */
const inFrench = (text: string): string =>
  text
    .replace(/ (?=[:;!?»%])/g, nbsp)
    .replace(/« /g, `«${nbsp}`)
    .replace(/(\d|1er) (?=(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))/g, `$1${nbsp}`);

/** A text for HTML, with no-break blanks where the typography of its language lets no line end. */
export const unbroken = (text: string, language: Language): string =>
  language === 'fr' ? inFrench(inNumbers(text)) : inNumbers(text);
