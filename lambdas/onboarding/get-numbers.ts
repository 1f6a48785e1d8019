import type { Clock } from '#domain/clock.ts';
import { E164 } from '#domain/clinics/clinic.ts';
import {
  type HeldNumber,
  type NumberMarket,
  NumberNotGiven,
  type Onboarding,
  type OnboardingOrder,
  OnboardingRefused,
  PurchaseInFlight,
} from '#domain/onboarding/onboarding.ts';

interface Deps {
  numbers: NumberMarket;
  clock: Clock;
  /** Longer than a purchase can take, so that two are never under way. */
  leaseMs: number;
  save(before: Onboarding, change: Partial<Onboarding>): Promise<Onboarding>;
}

/** What will not be given later either ends the onboarding; anything else is tried again. */
const refusedForGood = (error: unknown): unknown =>
  error instanceof NumberNotGiven && error.forGood ? new OnboardingRefused(error.message, { cause: error }) : error;

/**
 * Gets the clinic its numbers, each once: a purchase is on record under its reservation before it is made, and one that
 * may have been made is looked for before another.
 */
export function getNumbers({ numbers, clock, leaseMs, save }: Deps) {
  async function buy(onboarding: Onboarding, wish: NonNullable<OnboardingOrder['buyNumber']>): Promise<Onboarding> {
    if (onboarding.numbers.some(({ came }) => came === 'bought')) return onboarding;
    const { reservation, purchase } = onboarding;
    if ((purchase?.leaseUntilMs ?? 0) > clock.now()) throw new PurchaseInFlight('a purchase is under way');
    const reserved = await save(onboarding, { purchase: { leaseUntilMs: clock.now() + leaseMs } });
    try {
      const [found] = purchase ? await numbers.find(reservation) : [];
      const number = E164.parse(found ?? (await numbers.buy({ ...wish, reservation })));
      return { ...reserved, numbers: [...reserved.numbers, { number, came: 'bought' }] };
    } catch (error) {
      if (error instanceof NumberNotGiven) await save(reserved, { purchase: { leaseUntilMs: 0 } });
      throw refusedForGood(error);
    }
  }

  async function brought({ reservation }: Onboarding, order: OnboardingOrder): Promise<HeldNumber[]> {
    const held: HeldNumber[] = [];
    for (const { number } of order.clinic.numbers) {
      const wish = order.importNumbers.find((one) => one.number === number);
      const came = wish && (await numbers.bring({ ...wish, reservation }));
      held.push({ number, came: came === 'imported' ? 'imported' : 'attached' });
    }
    return held;
  }

  return async (onboarding: Onboarding, order: OnboardingOrder): Promise<Onboarding> => {
    if (order.buyNumber) return buy(onboarding, order.buyNumber);
    try {
      return { ...onboarding, numbers: await brought(onboarding, order) };
    } catch (error) {
      throw refusedForGood(error);
    }
  };
}
