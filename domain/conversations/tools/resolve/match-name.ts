import { jaroWinkler } from '@skyra/jaro-winkler';
import { wordsOf } from '../../folded-speech.ts';

/** Likeness at which two words count as the same word misheard. */
const alike = 0.92;

const isLike = (heard: string, known: string): boolean =>
  heard === known || (heard.length > 2 && known.length > 2 && jaroWinkler(heard, known) >= alike);

/** How well what was heard names something; a smaller number is better, nothing is no match. */
export type Closeness = 0 | 1 | 2 | undefined;

/**
 * 0: the same words in any order. 1: all words heard are in the name, or all of the name among those heard.
 * 2: so with words that sound alike.
 */
export function closeness(heard: readonly string[], name: string): Closeness {
  const known = wordsOf(name);
  if (heard.length === 0 || known.length === 0) return undefined;
  const [shorter, longer] = heard.length <= known.length ? [heard, known] : [known, heard];
  if (shorter.every((word) => longer.includes(word))) return heard.length === known.length ? 0 : 1;
  return shorter.every((word) => longer.some((other) => isLike(word, other))) ? 2 : undefined;
}

/** Those that are named best; several when they are named equally well. */
export function bestNamed<Thing>(
  heard: readonly string[],
  things: readonly Thing[],
  namesOf: (thing: Thing) => readonly string[],
): Thing[] {
  const rated = things.flatMap((thing) => {
    const ratings = namesOf(thing).flatMap((name) => closeness(heard, name) ?? []);
    return ratings.length ? [{ thing, rating: Math.min(...ratings) }] : [];
  });
  const best = Math.min(...rated.map(({ rating }) => rating));
  return rated.filter(({ rating }) => rating === best).map(({ thing }) => thing);
}
