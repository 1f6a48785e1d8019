import * as z from 'zod';
import type { Clock } from '#domain/clock.ts';
import { E164 } from '#domain/e164.ts';
import type { ClinicId } from '#domain/ids.ts';
import { nextReservation } from '#domain/onboarding/begin.ts';
import {
  type CarrierNumbers,
  type HeldNumber,
  type NumberMarket,
  type Onboarding,
  type OnboardingChange,
  PurchaseInFlight,
} from '#domain/onboarding/onboarding.ts';

interface Deps {
  numbers: NumberMarket;
  carrier: CarrierNumbers;
  /** The clinic that answers on a number now. */
  clinicOn(number: E164): Promise<ClinicId | undefined>;
  inboundUrl: string;
  clock: Clock;
}

/** Of an order nothing else is read here: what is asked of orders by now keeps no clinic of long ago from leaving. */
const Imports = z.object({ importNumbers: z.array(z.object({ number: z.string() })).default([]) });
const importedBy = (order: string): string[] =>
  Imports.parse(JSON.parse(order)).importNumbers.map(({ number }) => number);

/** Gives every number back the way it came. One that a clinic answers on by now is that clinic's. */
export function releaseNumbers({ numbers, carrier, clinicOn, inboundUrl, clock }: Deps) {
  /** The record knows what came how; of a purchase or an import that broke off, the vendor alone does. */
  async function heldOf(onboarding: Onboarding): Promise<HeldNumber[]> {
    const { numbers: held, order, purchase, reservation } = onboarding;
    const imports = order === undefined ? [] : importedBy(order);
    const settled = held.some(({ came }) => came !== 'attached');
    if (settled || (!purchase && imports.length === 0)) return held;
    const found = (await numbers.find(reservation)).map((number) => E164.parse(number));
    return [
      ...held.filter(({ number }) => !found.includes(number)),
      ...found.map((number): HeldNumber => ({ number, came: imports.includes(number) ? 'imported' : 'bought' })),
    ];
  }

  return async (onboarding: Onboarding): Promise<OnboardingChange> => {
    const { purchase, numbers: known } = onboarding;
    const bought = known.some(({ came }) => came === 'bought');
    if (!bought && (purchase?.leaseUntilMs ?? 0) > clock.now()) {
      throw new PurchaseInFlight('a number may still be bought');
    }
    for (const { number, came } of await heldOf(onboarding)) {
      if (await clinicOn(number)) continue;
      await (came === 'attached' ? numbers.unbind(number, inboundUrl) : numbers.release(number));
      if (came !== 'bought') await carrier.detach(number);
    }
    return { reservation: nextReservation(onboarding), purchase: undefined, numbers: [] };
  };
}
