/** Keys and places that lead to a value. */
export type Path = (string | number)[];

/** A path as people write it: `numbers[0].number`. */
export const pathText = (path: Path): string =>
  path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index ? '.' : ''}${part}`)).join('');
