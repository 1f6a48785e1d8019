import { foldName, nameTokens } from '#domain/scheduling/patients/folded-name.ts';
import { Refused } from './command-line.ts';

/** A thing of a clinic that a person may name. */
export interface Named {
  id: string;
  name: string;
}

/**
 * The one thing a person means: by its id, its whole name, or words of its name, whatever the accents.
 * @throws Refused, with all names when none fits and with those that fit when several do
 */
export function findNamed<Thing extends Named>(what: string, things: readonly Thing[], wanted: string): Thing {
  const exact = things.filter(({ id, name }) => id === wanted || foldName(name) === foldName(wanted));
  const words = nameTokens(wanted);
  const fitting = exact.length
    ? exact
    : things.filter(({ name }) => {
        const known = nameTokens(name);
        return words.length > 0 && words.every((word) => known.some((token) => token.startsWith(word)));
      });
  const [found, ...others] = fitting;
  if (found && others.length === 0) return found;
  const list = (named: readonly Named[]) => named.map(({ name }) => name).join(', ');
  if (found) throw new Refused(`${wanted} may be ${list(fitting)}; name one of them`);
  throw new Refused(`there is no ${what} ${wanted}; there ${things.length ? `are ${list(things)}` : 'are none'}`);
}
