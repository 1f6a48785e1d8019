import type { Clock } from '#domain/clock.ts';
import { E164 } from '#domain/e164.ts';
import {
  type HeldNumber,
  type NumberMarket,
  NumberNotGiven,
  type Onboarding,
  type OnboardingChange,
  type OnboardingOrder,
  OnboardingRefused,
  PurchaseInFlight,
} from '#domain/onboarding/onboarding.ts';
import type { TrunkLogin, TrunkLogins, TrunkName } from '#domain/onboarding/trunk-login.ts';

interface Deps {
  numbers: NumberMarket;
  trunks: TrunkLogins;
  clock: Clock;
  /** Longer than a purchase can take, so that two are never under way. */
  leaseMs: number;
}

/** An onboarding in the hands of a step. */
export interface Progress {
  /** What is stored of it. */
  now: Onboarding;
  /** Changes what is stored. @throws Error when another attempt has changed it */
  save(change: OnboardingChange): Promise<void>;
}

/** What will not be given later either ends the onboarding; anything else is tried again. */
export const refusedForGood = (error: unknown): unknown =>
  error instanceof NumberNotGiven && error.forGood ? new OnboardingRefused(error.message, { cause: error }) : error;

/**
 * Gets the clinic its numbers, each once: a purchase is on record under its reservation before it is made, and one that
 * may have been made is looked for before another.
 */
export function getNumbers({ numbers, trunks, clock, leaseMs }: Deps) {
  async function buy(
    { now, save }: Progress,
    wish: NonNullable<OnboardingOrder['buyNumber']>,
  ): Promise<OnboardingChange> {
    const { reservation, purchase, numbers: held } = now;
    if (held.some(({ came }) => came === 'bought')) return {};
    if ((purchase?.leaseUntilMs ?? 0) > clock.now()) throw new PurchaseInFlight('a purchase is under way');
    await save({ purchase: { leaseUntilMs: clock.now() + leaseMs } });
    try {
      const [found] = purchase ? await numbers.find(reservation) : [];
      const number = E164.parse(found ?? (await numbers.buy({ ...wish, reservation })));
      return { numbers: [...held, { number, came: 'bought' }] };
    } catch (error) {
      if (error instanceof NumberNotGiven) await save({ purchase: { leaseUntilMs: 0 } });
      throw refusedForGood(error);
    }
  }

  async function loginOf(trunk: TrunkName): Promise<TrunkLogin> {
    const login = await trunks.of(trunk);
    if (login) return login;
    const put = `npm run clinic -- trunk ${trunk} --user <name>`;
    throw new OnboardingRefused(`nobody has put the user and password of trunk ${trunk}: ${put}, then begin again`);
  }

  async function brought({ reservation }: Onboarding, order: OnboardingOrder): Promise<HeldNumber[]> {
    const held: HeldNumber[] = [];
    for (const { number } of order.clinic.numbers) {
      const wish = order.importNumbers.find((one) => one.number === number);
      const login = wish?.login === undefined ? undefined : await loginOf(wish.login);
      const came = wish && (await numbers.bring({ ...wish, login, reservation }));
      held.push({ number, came: came === 'imported' ? 'imported' : 'attached' });
    }
    return held;
  }

  return async (progress: Progress, order: OnboardingOrder): Promise<OnboardingChange> => {
    if (order.buyNumber) return buy(progress, order.buyNumber);
    try {
      return { numbers: await brought(progress.now, order) };
    } catch (error) {
      throw refusedForGood(error);
    }
  };
}
