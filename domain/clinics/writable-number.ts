import type { E164 } from '../e164.ts';
import { destinationProblem, normalizePhone } from '../phone-number.ts';
import type { Clinic } from './clinic.ts';

/** Whether a number can get an SMS, and lies where the clinic writes to. */
export function isWritable(number: E164, clinic: Pick<Clinic, 'country' | 'texting'>): boolean {
  const phone = normalizePhone(number, clinic.country);
  return phone.type !== 'FIXED_LINE' && !destinationProblem(phone, clinic.texting.countries ?? [clinic.country]);
}
