/**
 * Names, summaries and transcripts are written by strangers. These make them safe to print: no control characters that
 * break headers, no invisible ones that hide words or turn the line around. Escaping for HTML is the renderer's.
 */

/** Invisible characters, marks of writing direction above all; the two joiners stay, for scripts and emoji need them. */
const invisible = /(?![\u200c\u200d])\p{Cf}/gu;
const lineBreak = /\r\n?|[\u0085\u2028\u2029]/g;

/** Whether a text is all that is seen of it: nothing invisible, no half of a character. */
export const isVisible = (text: string): boolean => text.isWellFormed() && text.search(invisible) < 0;

/** A text on one line, its runs of blanks made one. */
export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(invisible, '')
    .replace(/\s+/gu, ' ')
    .trim();

/** A text with its lines kept, each of them clean; empty lines part paragraphs and are kept once. */
export const cleanLines = (text: string): string =>
  text
    .toWellFormed()
    .replace(lineBreak, '\n')
    .split('\n')
    .map(oneLine)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** A text of at most `max` UTF-16 units, with an ellipsis where it was cut; between words where one is near. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '');
  const betweenWords = cut.replace(/\s\S{0,20}$/, '');
  return `${(betweenWords || cut).trimEnd()}…`;
}
