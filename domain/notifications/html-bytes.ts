import type { EmailEntry } from './email-document.ts';

/** What a character takes at worst: escaped, as a line break, as a blank that may not break. */
const escapedBytes = 6;
const blankBytes = 2;
const escaped = /[&<>"'\n]/;

/** What one character takes in the HTML of an e-mail. */
export function bytesOf(character: string): number {
  if (escaped.test(character)) return escapedBytes;
  return character === ' ' ? blankBytes : new TextEncoder().encode(character).length;
}

const textBytes = (text: string): number => [...text].reduce((sum, character) => sum + bytesOf(character), 0);

/** What an entry, a row of facts and a paragraph take besides their words: their markup, generously. */
const entryMarkup = 900;
const factMarkup = 850;
const paragraphMarkup = 150;

/** What an entry takes in the HTML of an e-mail. */
export function entryBytes({ kicker, title, facts, paragraphs }: EmailEntry): number {
  const texts = [kicker, title, ...facts.flatMap(({ label, value }) => [label, value]), ...paragraphs];
  const words = texts.reduce((sum, text) => sum + textBytes(text), 0);
  return entryMarkup + facts.length * factMarkup + paragraphs.length * paragraphMarkup + words;
}

/** The entries from the beginning that fit into so many bytes of HTML. */
export function entriesWithin(
  entries: readonly EmailEntry[],
  maxBytes: number,
): { entries: EmailEntry[]; cut: boolean } {
  let left = maxBytes;
  const kept = entries.filter((entry) => (left -= entryBytes(entry)) >= 0);
  return { entries: kept, cut: kept.length < entries.length };
}
