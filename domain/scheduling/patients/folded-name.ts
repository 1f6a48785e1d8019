/** Letters that Unicode does not take apart into a plain one and a mark. */
const undecomposed: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ɖ: 'd',
  ɛ: 'e',
  ɔ: 'o',
  ŋ: 'ng',
};
const undecomposedLetters = new RegExp(`[${Object.keys(undecomposed).join('')}]`, 'g');

/** Nothing to see: soft hyphen, zero-width characters, marks of writing direction, fillers. */
const invisible = /[\p{Cf}\u115f\u1160\u3164\uffa0]/gu;

/** Hyphens and dashes; apostrophes, quotes and primes that stand for one. */
const joins = /[\p{Pd}\u2212'`’‘‛′ʹʻʼʽʾʿˈꞌ]/gu;

/**
 * A name without what spelling, keyboards and hearing make of it: no accents, no capitals, letters of West Africa and
 * the North as plain ones, words apart where a hyphen or an apostrophe joined them. `Œdipe N’Dɔ` is `oedipe n do`.
 */
export function foldName(name: string): string {
  return name
    .replace(invisible, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(undecomposedLetters, (letter) => undecomposed[letter] ?? letter)
    .replace(joins, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The words of a folded name, each once and without the comma or full stop that may stand behind it. */
export const nameTokens = (name: string): string[] => [
  ...new Set(
    foldName(name)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((token) => token !== ''),
  ),
];
