/**
 * Rules over several fields run even when another field is wrong, so that a clinic file gets all its problems at once.
 * They therefore meet values of any kind where a type promises one.
 */
export const always = { when: ({ value }: { value: unknown }) => typeof value === 'object' && value !== null };

/** A list, or nothing where something else stands in its place. */
export const listed = <T>(value: readonly T[] | undefined): (T | undefined)[] => (Array.isArray(value) ? value : []);
