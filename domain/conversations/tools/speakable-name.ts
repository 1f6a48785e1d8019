import { splitName } from '../../scheduling/patients/split-name.ts';

/** Longer is no first name. */
const longest = 30;

/**
 * The first given name of a name as it was told, if it can be said: letters, hyphens and apostrophes alone. Whatever
 * markup or sentence a model put in a name is not read aloud.
 */
export function speakableFirstName(name: string): string | undefined {
  const [first = ''] = (splitName(name)?.givenName ?? '').split(' ');
  return first.length <= longest && /^\p{L}[\p{L}\p{M}'’-]*$/u.test(first) ? first : undefined;
}
