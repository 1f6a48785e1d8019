/** Somebody invented who calls or is called for. Nothing of them may be read in any log. */
export interface Person {
  name: string;
  dob: string;
  phone: string;
}

/** Inès and her son are demo patients of the clinic in Cotonou; it hears of the others for the first time. */
export const people = {
  ines: { name: 'Inès Rivière', dob: '1989-05-21', phone: '+12025550117' },
  theo: { name: 'Théo Rivière', dob: '2020-03-14', phone: '+12025550117' },
  zelie: { name: 'Zélie Canari', dob: '1987-06-05', phone: '+12025550118' },
  ulysse: { name: 'Ulysse Serinette', dob: '1974-01-23', phone: '+12025550119' },
  ondine: { name: 'Ondine Fauvette', dob: '1995-10-02', phone: '+12025550120' },
  perle: { name: 'Perle Bouvreuil', dob: '1961-12-19', phone: '+12025550121' },
  marius: { name: 'Marius Pinson', dob: '2003-07-30', phone: '+12025550122' },
} as const satisfies Record<string, Person>;

const withoutAccents = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '');

/** Whatever would give one of them away: names with and without accents, numbers however they are written, dates of birth. */
export function tracesOf(persons: readonly Person[], words: readonly string[]): RegExp {
  const names = persons.flatMap(({ name }) => name.split(' ').flatMap((part) => [part, withoutAccents(part)]));
  const digits = persons.flatMap(({ dob, phone }) => [
    dob,
    dob.replaceAll('-', ''),
    phone.slice(2),
    [phone.slice(2, 5), phone.slice(5, 8), phone.slice(8)].join('\\D{1,2}'),
  ]);
  const whole = `(?<!\\p{L})(?:${[...new Set(names)].join('|')})(?!\\p{L})`;
  return new RegExp([whole, ...new Set([...digits, ...words])].join('|'), 'iu');
}
