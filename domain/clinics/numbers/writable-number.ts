import type { E164 } from '../../e164.ts';
import { destinationProblem, isBarred, normalizePhone } from '../../phone-number.ts';
import type { Clinic } from '../clinic.ts';

type Where = Pick<Clinic, 'country' | 'texting'>;

const countriesOf = ({ country, texting }: Where) => texting.countries ?? [country];

/** Whether a number can get an SMS, and lies where the clinic writes to. */
export function isWritable(number: E164, clinic: Where): boolean {
  const phone = normalizePhone(number, clinic.country);
  return phone.type !== 'FIXED_LINE' && !destinationProblem(phone, countriesOf(clinic));
}

/** Whether a number that wrote to a clinic may be answered: `abroad` lies outside the countries the clinic writes to. */
export function answerableAs(number: E164, clinic: Where): 'any-other' | 'abroad' | 'nobody' {
  const phone = normalizePhone(number, clinic.country);
  if (isBarred(phone)) return 'nobody';
  return destinationProblem(phone, countriesOf(clinic)) ? 'abroad' : 'any-other';
}
