import type { Clinic } from '../../clinics/clinic.ts';
import type { AppointmentType } from '../../clinics/practice/appointment-type.ts';
import type { Provider } from '../../clinics/practice/provider.ts';
import type { AppointmentTypeId, ProviderId } from '../../ids.ts';
import { eligibleOperatories, eligibleProviders } from './free-slots.ts';
import type { Requester } from '../requester.ts';

/** What an asker may book, and with whom. */
export type Bookable =
  | { code: 'OK'; type: AppointmentType; providers: Provider[]; leadTimeMin: number }
  | { code: 'TYPE_NOT_BOOKABLE' | 'PROVIDER_UNKNOWN' | 'NO_OPERATORY' };

/**
 * Whether an asker may book a type with these providers, or with anybody. `PROVIDER_UNKNOWN` also tells of somebody who
 * is known but left or never performs the type, `NO_OPERATORY` of a type the clinic has no room for at all. The clinic's
 * own people book any active type, and without lead time.
 */
export function bookable(
  clinic: Clinic,
  typeId: AppointmentTypeId,
  providerIds: readonly ProviderId[] | undefined,
  { kind }: Requester,
): Bookable {
  const type = clinic.appointmentTypes.find(({ id }) => id === typeId);
  if (!type?.active || (kind === 'agent' && !type.bookableByAgent)) return { code: 'TYPE_NOT_BOOKABLE' };
  const isActive = (id: ProviderId) => clinic.providers.some((provider) => provider.id === id && provider.active);
  if (providerIds && !providerIds.every(isActive)) return { code: 'PROVIDER_UNKNOWN' };
  const providers = eligibleProviders(clinic, type).filter(({ id }) => !providerIds || providerIds.includes(id));
  if (providers.length === 0) return { code: providerIds ? 'PROVIDER_UNKNOWN' : 'TYPE_NOT_BOOKABLE' };
  if (type.needsOperatory && eligibleOperatories(clinic, type).length === 0) return { code: 'NO_OPERATORY' };
  return { code: 'OK', type, providers, leadTimeMin: kind === 'agent' ? clinic.scheduling.leadTimeMin : 0 };
}
