import type { Link, LinkAsk, LinkMatter, LinkStore } from '#domain/clinics/links/link.ts';
import { newLinkToken } from '#domain/clinics/links/link.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeLinks extends LinkStore {
  /** As a part of a larger write: whether it may be written, and then writing it. */
  mayAsk(next: LinkAsk, before: LinkAsk | undefined): boolean;
  keepAsk(next: LinkAsk): void;
  mayUse(link: Link, nowMs: number): boolean;
  use(link: Link, nowMs: number): void;
}

/** Links in memory, keeping every promise of the real ones. */
export function inMemoryLinks(): FakeLinks {
  const asks = new Map<string, LinkAsk & { owed: boolean }>();
  const tokens = new Map<string, Omit<Link, 'state'>>();
  const nameOf = (clinicId: ClinicId, { purpose, id }: LinkMatter) => JSON.stringify([clinicId, purpose, id]);
  const kept = (one: LinkMatter & { clinicId: ClinicId }) => asks.get(nameOf(one.clinicId, one));
  const plain = ({ owed: _owed, ...ask }: LinkAsk & { owed: boolean }): LinkAsk => structuredClone(ask);
  const stateOf = ({ round, ...matter }: Omit<Link, 'state'>, nowMs: number): Link['state'] => {
    const ask = kept(matter);
    if (ask?.round !== round) return 'dead';
    if (ask.usedAtMs !== undefined) return 'used';
    return ask.untilMs > nowMs ? 'open' : 'dead';
  };
  return {
    mayAsk: (next, before) => kept(next)?.round === before?.round,
    keepAsk: (next) => void asks.set(nameOf(next.clinicId, next), { ...structuredClone(next), owed: true }),
    mayUse: (link, nowMs) => stateOf(link, nowMs) === 'open',
    use: (link, nowMs) => void Object.assign(kept(link)!, { usedAtMs: nowMs, owed: false }),
    asked: async (clinicId, matter) => {
      const ask = asks.get(nameOf(clinicId, matter));
      return ask && plain(ask);
    },
    askedOf: async (clinicId, purpose) =>
      [...asks.values()].filter((ask) => ask.clinicId === clinicId && ask.purpose === purpose).map(plain),
    async mint({ clinicId, purpose, id, round }) {
      const token = newLinkToken();
      tokens.set(token, { clinicId, purpose, id, round });
      return token;
    },
    async settle(ask, sentAtMs) {
      const found = kept(ask);
      if (found?.round !== ask.round) return;
      Object.assign(found, { owed: false, ...(sentAtMs !== undefined && { sentAtMs }) });
    },
    async bounced(clinicId, matter, round, bouncedAtMs) {
      const found = asks.get(nameOf(clinicId, matter));
      if (found?.round === round) Object.assign(found, { bouncedAtMs });
    },
    owed: async (fromMs, toMs, upTo) =>
      [...asks.values()]
        .filter(({ owed, askedAtMs }) => owed && askedAtMs >= fromMs && askedAtMs <= toMs)
        .sort((a, b) => a.askedAtMs - b.askedAtMs)
        .slice(0, upTo)
        .map(plain),
    async find(token, nowMs) {
      const link = tokens.get(token);
      return link && { ...link, state: stateOf(link, nowMs) };
    },
  };
}
