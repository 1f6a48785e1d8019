import { wordsOf } from '../../folded-speech.ts';

const ordinals: readonly (readonly string[])[] = [
  ['premier', 'premiere', '1er', '1ere', '1', 'first', '1st', 'one'],
  ['deuxieme', 'second', 'seconde', '2e', '2eme', '2', '2nd', 'two', 'deux'],
  ['troisieme', '3e', '3eme', '3', 'third', '3rd', 'three', 'trois'],
];
const last = new Set(['dernier', 'derniere', 'last']);
/** Words that may stand around an ordinal without changing it. */
const around = new Set(
  (
    'le la l les the option choix choice creneau horaire slot time rendez vous appointment medecin docteur doctor ' +
    'number numero no proposition offer propose svp s il vous plait please'
  ).split(' '),
);

/**
 * The index that words like “le premier”, “the second one”, “3” or “le dernier” mean in a list of `length`; nothing when
 * they mean none, or one that is not there.
 */
export function spokenOrdinal(said: string, length: number): number | undefined {
  const words = wordsOf(said);
  // “The first one” names one, not two.
  const told = words.filter((word, index) => !around.has(word) && !(word === 'one' && index > 0));
  const [word] = told;
  if (word === undefined || told.length !== 1) return undefined;
  const index = last.has(word) ? length - 1 : ordinals.findIndex((names) => names.includes(word));
  return index >= 0 && index < length ? index : undefined;
}
