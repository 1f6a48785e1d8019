/** Addressed, not named. */
const titles = /^(?:m|mr|mme|mlle|mrs|ms|mx|miss|monsieur|madame|mademoiselle|dr|docteur|doctor|pr|prof)\.?$/i;

/** Little words that belong to the family name behind them. */
const particles = new Set(
  'de du des d la le les da das do dos di del della van von der den ten ter bin ben ibn al el ould'.split(' '),
);

/** As many characters as a name of a patient may have. */
const longest = 80;

export interface SplitName {
  givenName: string;
  /** Empty when only one word was told. */
  familyName: string;
}

const isParticle = (word: string): boolean => particles.has(word.toLowerCase().replace(/['’]$/, ''));
const hasLetter = (word: string): boolean => /\p{L}/u.test(word);
/** `RIVIÈRE`, but not initials such as `J.P.`. */
const inCapitals = (word: string): boolean => /\p{L}{2}/u.test(word) && word === word.toUpperCase();

/** Cut where it is too long, but not through a letter that takes two places. */
const partOf = (words: readonly string[]): string =>
  words
    .join(' ')
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();

/**
 * Given and family name of a full name as it was told. A comma or capitals say which is which (`Rivière, Théo`,
 * `RIVIÈRE Théo`); otherwise the last word is the family name, with the little words before it. It is what the clinic
 * reads until it confirms the patient; matching takes the words in any order.
 *
 * @returns nothing when there is no letter in it
 */
export function splitName(name: string): SplitName | undefined {
  const clean = name
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  const [before = [], after = []] = clean.split(',', 2).map(wordsOf);
  if (before.length && after.length) return { givenName: partOf(after), familyName: partOf(before) };
  const words = wordsOf(clean.replaceAll(',', ' '));
  if (words.length < 2) return words.length ? { givenName: partOf(words), familyName: '' } : undefined;

  const capitals = words.filter(inCapitals);
  if (capitals.length && capitals.length < words.length) {
    return { givenName: partOf(words.filter((word) => !inCapitals(word))), familyName: partOf(capitals) };
  }
  let family = words.length - 1;
  while (family > 1 && isParticle(words[family - 1] ?? '')) family -= 1;
  return { givenName: partOf(words.slice(0, family)), familyName: partOf(words.slice(family)) };
}

function wordsOf(text: string): string[] {
  const words = text.split(/\s+/u).filter(hasLetter);
  while (words.length > 1 && titles.test(words[0] ?? '')) words.shift();
  return words;
}
