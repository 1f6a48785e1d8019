import { isReservation } from '#domain/onboarding/begin.ts';
import { type CarrierNumbers, type NumberMarket, NumberNotGiven } from '#domain/onboarding/onboarding.ts';
import type { TrunkLogin } from '#domain/onboarding/trunk-login.ts';

export interface HeldThere {
  reservation?: string;
  came: 'bought' | 'imported' | 'attached';
  agentId?: string;
  webhookUrl?: string;
  login?: TrunkLogin;
}

export interface FakeNumbers extends NumberMarket {
  /** The numbers of the account, by number. */
  there: Map<string, HeldThere>;
}

/** The account at the vendor, in memory, keeping every promise of the real one; all its numbers are fictional. */
export function inMemoryNumbers(): FakeNumbers {
  const there = new Map<string, HeldThere>();
  let sold = 0;
  return {
    there,
    find: async (wanted) =>
      [...there].filter(([, { reservation }]) => reservation === wanted).map(([number]) => number),
    async buy({ country, areaCode = 202, reservation }) {
      if (sold === 100) throw new NumberNotGiven('nothing is for sale', { forGood: true });
      const number = `+1${country === 'CA' ? 416 : areaCode}5550${100 + sold++}`;
      there.set(number, { reservation, came: 'bought' });
      return number;
    },
    async bring({ number, reservation, login }) {
      const held = there.get(number);
      if (held) return held.reservation === reservation ? 'imported' : 'there-already';
      there.set(number, { reservation, came: 'imported', ...(login && { login }) });
      return 'imported';
    },
    async bind(number, agentId, webhookUrl) {
      const held = there.get(number);
      if (!held) return 'not-held';
      there.set(number, { ...held, agentId, webhookUrl });
      return 'bound';
    },
    async unbind(number, webhookUrl) {
      const before = there.get(number);
      if (!before) return;
      const { webhookUrl: bound = '', agentId: _agentId, ...held } = before;
      if (bound !== webhookUrl && !bound.startsWith(`${webhookUrl}/`)) return;
      if (isReservation(held.reservation ?? '')) there.delete(number);
      else there.set(number, held);
    },
    release: async (number) => void there.delete(number),
  };
}

/** What a carrier does with a number of the account: `us`, or whom else it asks. */
export interface CarriedThere {
  rings: string;
  messages: string;
  trunk?: boolean;
}

/** The account at the carrier, in memory; empty until a test puts numbers into it. */
export function inMemoryCarrier(): CarrierNumbers & { there: Map<string, CarriedThere> } {
  const there = new Map<string, CarriedThere>();
  return {
    there,
    async attach(number, { voice }) {
      const held = there.get(number);
      if (!held) return 'not-held';
      const ringsHere = voice && !held.trunk;
      there.set(number, { ...held, ...(ringsHere && { rings: 'us' }), messages: 'us' });
      return voice && held.trunk ? 'trunk' : 'attached';
    },
    async detach(number) {
      const held = there.get(number);
      const without = (whom: string) => (whom === 'us' ? 'nobody' : whom);
      if (held) there.set(number, { ...held, rings: without(held.rings), messages: without(held.messages) });
    },
  };
}
