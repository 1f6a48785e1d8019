import type { ClinicId } from '../ids.ts';
import { type Onboarding, type OnboardingOrder, type OrderedBy, orderText } from './onboarding.ts';

const reservationOf = (clinicId: ClinicId, n: number): string => `frontdesk-${clinicId}-${n}`;

/** The reservation after one whose number was given back. */
export const nextReservation = ({ clinicId, reservation }: Onboarding): string =>
  reservationOf(clinicId, Number(reservation.split('-').at(-1)) + 1);

/** Whether a number of that name at the vendor came under a reservation of ours. */
export const isReservation = (name: string): boolean => /^frontdesk-[0-9a-f-]{36}-\d+$/.test(name);

/** Joining, for the first time or after an earlier one came to nothing or the clinic left, with what was to be kept. */
export function joining(
  order: OnboardingOrder,
  by: OrderedBy,
  before: Onboarding | undefined,
  retainUntil: string | undefined,
): Onboarding {
  const clinicId = order.clinic.id;
  return {
    clinicId,
    state: 'joining',
    go: 'join',
    order: orderText(order),
    by,
    done: {},
    run: (before?.run ?? 0) + 1,
    reservation: before?.reservation ?? reservationOf(clinicId, 1),
    numbers: [],
    ...(retainUntil !== undefined && { retainUntil }),
    version: (before?.version ?? 0) + 1,
  };
}

/** Leaving, of a clinic that joined or was there before there was onboarding. */
export function leaving(clinicId: ClinicId, by: OrderedBy, before: Onboarding | undefined): Onboarding {
  return {
    ...(before ?? { clinicId, reservation: reservationOf(clinicId, 1), numbers: [] }),
    state: 'leaving',
    go: 'leave',
    by,
    done: {},
    run: (before?.run ?? 0) + 1,
    version: (before?.version ?? 0) + 1,
  };
}
