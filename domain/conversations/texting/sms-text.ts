/** Characters of GSM-7 (3GPP TS 23.038); one that is not among them makes the whole message Unicode. */
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** These take the place of two. */
const extended = new Set('\f^{}\\[~]|€');

export interface SmsParts {
  encoding: 'gsm-7' | 'ucs-2';
  /** Places taken, of which one part has 160 or 70; each of several has 153 or 67. */
  length: number;
  parts: number;
}

/** How a text is sent and paid for. */
export function smsParts(text: string): SmsParts {
  const isGsm = [...text].every((character) => basic.has(character) || extended.has(character));
  const length = isGsm ? [...text].reduce((sum, character) => sum + (extended.has(character) ? 2 : 1), 0) : text.length;
  const [one, each] = isGsm ? [160, 153] : [70, 67];
  return { encoding: isGsm ? 'gsm-7' : 'ucs-2', length, parts: length <= one ? 1 : Math.ceil(length / each) };
}

/** More nobody reads on a telephone, and each part is paid for. */
export const mostParts = 3;

/** Typography that a telephone does not need and that would double the price. Accents belong to the words and stay. */
export const plainTypography = (text: string): string =>
  text
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/\s*[\u00ab\u201c]\s*|\s*[\u00bb\u201d]\s*/g, (found) =>
      /[\u00ab\u201c]/.test(found) ? `${/^\s/.test(found) ? ' ' : ''}"` : `"${/\s$/.test(found) ? ' ' : ''}`,
    )
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\u2026/g, '...')
    .replace(/[\u00a0\u2000-\u200a\u202f]/g, ' ')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[^\S\n]+/g, ' ')
    .trim();

/** As much of a text as goes into the most parts: up to the end of a sentence if there is one, else of a word. */
export function withinParts(text: string, most = mostParts): string {
  if (smsParts(text).parts <= most) return text;
  const ends = [...text.matchAll(/[.!?](?=\s|$)/g)].map(({ index }) => index + 1);
  const words = [...text.matchAll(/\s/g)].map(({ index }) => index);
  const fits = (cuts: readonly number[], mark: string) =>
    cuts.map((cut) => `${text.slice(0, cut).trimEnd()}${mark}`).findLast((cut) => smsParts(cut).parts <= most);
  return fits(ends, '') ?? fits(words, '...') ?? text.slice(0, most * 67);
}
