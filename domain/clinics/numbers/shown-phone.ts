import { displayPhone } from '../../phone-number.ts';
import { type Clinic, clinicPhone } from '../clinic.ts';

/** The number patients know, as it is written where the clinic is; none where the clinic has none. */
export function shownPhone(clinic: Clinic): string | undefined {
  const phone = clinicPhone(clinic);
  return phone && displayPhone(phone, clinic.country);
}
