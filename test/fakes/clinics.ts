import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { isoInstant } from '#domain/clock.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Slug } from '#domain/clinics/slug.ts';
import type { E164 } from '#domain/e164.ts';
import type { CalendarOwner, ClinicChange, ClinicRegistry, Holders } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile, ClinicStore, RecipientState } from '#domain/clinics/clinic-store.ts';
import { type LinkAsk, nextAsk } from '#domain/clinics/links/link.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import type { ClinicId } from '#domain/ids.ts';
import { type Appointment, ownsCells } from '#domain/scheduling/calendar/appointment.ts';
import { type Cell, occupies } from '#domain/scheduling/calendar/cell.ts';
import { type FakeLinks, inMemoryLinks } from './links.ts';

interface Kept {
  clinic: Clinic;
  version: number;
  changedByPeopleAtMs?: number;
  disabled: Map<string, RecipientState['disabled']>;
  awaiting: Map<string, { sinceMs: number }>;
}

export interface FakeClinics extends ClinicRegistry, ClinicStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
  /** Who held a number before, oldest first; instants in ISO 8601. */
  formerly: { number: E164; clinicId: ClinicId; from: string; to: string }[];
  /** What stands in calendars; a test puts it there. */
  cells: (Cell & { clinicId: ClinicId })[];
  appointments: Pick<Appointment, 'clinicId' | 'typeId' | 'startMs' | 'status'>[];
  /** Recipients of a clinic that await their link; taken out, they are written to. */
  awaiting(clinicId: ClinicId): Map<string, { sinceMs: number }>;
}

/** Clinics in memory, for both ports, keeping every promise of the real ones but the size of a transaction. */
export function inMemoryClinics(...initial: Clinic[]): FakeClinics {
  return inMemoryClinicsWith(inMemoryLinks(), ...initial);
}

/** The same, asking for the links of new recipients where a test looks for them. */
export function inMemoryClinicsWith(links: FakeLinks, ...initial: Clinic[]): FakeClinics {
  const kept = new Map<ClinicId, Kept>();
  const slugs: Holders['slugs'] = new Map();
  const mappedAt = new Map<E164, string>();
  const records: PendingAuditEvent[] = [];
  const formerly: FakeClinics['formerly'] = [];
  const cells: FakeClinics['cells'] = [];
  const appointments: FakeClinics['appointments'] = [];

  function holders(wanted: Clinic[]): Holders {
    const found: Holders = { numbers: new Map(), agents: new Map(), slugs: new Map() };
    const numbers = new Set(wanted.flatMap((clinic) => clinic.numbers.map(({ number }) => number)));
    const agents = new Set(wanted.flatMap((clinic) => clinic.agents.map(({ id }) => id)));
    for (const { clinic } of kept.values()) {
      for (const { number } of clinic.numbers) if (numbers.has(number)) found.numbers.set(number, clinic.id);
      for (const { id, kind } of clinic.agents) {
        if (!agents.has(id)) continue;
        const agent = found.agents.get(id) ?? { sharedBy: [] };
        if (kind === 'dedicated') agent.dedicatedTo = clinic.id;
        else agent.sharedBy = [...agent.sharedBy, clinic.id].sort();
        found.agents.set(id, agent);
      }
    }
    for (const { slug } of wanted) {
      const holder = slugs.get(slug);
      if (holder) found.slugs.set(slug, holder);
    }
    return found;
  }

  /** Whether a clinic outside the changes stands in the way of one of them. */
  function inTheWay(changes: ClinicChange[]): boolean {
    const ours = new Set(changes.map(({ after }) => after.id));
    const stranger = (id: ClinicId | undefined) => id !== undefined && !ours.has(id);
    return changes.some(({ after }) => {
      const held = holders([after]);
      const slug = held.slugs.get(after.slug);
      return (
        (slug && slug.clinicId !== after.id) ||
        [...held.numbers.values()].some(stranger) ||
        after.agents.some(({ id, kind }) => {
          const agent = held.agents.get(id);
          return stranger(agent?.dedicatedTo) || (kind === 'dedicated' && agent?.sharedBy.some(stranger));
        })
      );
    });
  }

  function release({ before, after }: ClinicChange, at: number): void {
    for (const { number } of before?.numbers ?? []) {
      if (after.numbers.some((wanted) => wanted.number === number)) continue;
      formerly.push({ number, clinicId: after.id, from: mappedAt.get(number) ?? '', to: isoInstant(at) });
      mappedAt.delete(number);
    }
  }

  async function linksFor({ before, after, unverified = [] }: ClinicChange, at: number): Promise<LinkAsk[]> {
    const were = new Set(before?.recipients.map(({ recipientId }) => recipientId));
    const asks: LinkAsk[] = [];
    for (const id of unverified.filter((one) => !were.has(one))) {
      const matter = { purpose: 'recipient', id } as const;
      const next = nextAsk(await links.asked(after.id, matter), after.id, matter, at);
      if (next !== 'too-often') asks.push(next);
    }
    return asks;
  }

  function keep({ before, after, events, by, unverified = [] }: ClinicChange, at: number): void {
    const disabled = kept.get(after.id)?.disabled ?? new Map();
    const awaiting = kept.get(after.id)?.awaiting ?? new Map();
    const were = new Set(before?.recipients.map(({ recipientId }) => recipientId));
    const addresses = new Set(after.email.recipients.map(({ address }) => recipientIdOf(address)));
    for (const recipientId of disabled.keys()) if (!addresses.has(recipientId)) disabled.delete(recipientId);
    for (const recipientId of awaiting.keys()) if (!addresses.has(recipientId)) awaiting.delete(recipientId);
    for (const recipientId of unverified) if (!were.has(recipientId)) awaiting.set(recipientId, { sinceMs: at });
    const changedByPeopleAtMs = by ? (by === 'people' ? at : undefined) : kept.get(after.id)?.changedByPeopleAtMs;
    kept.set(after.id, {
      clinic: structuredClone(after),
      version: (before?.version ?? 0) + 1,
      ...(changedByPeopleAtMs !== undefined && { changedByPeopleAtMs }),
      disabled,
      awaiting,
    });
    if (before && before.slug !== after.slug) slugs.set(before.slug, { clinicId: after.id, current: false });
    slugs.set(after.slug, { clinicId: after.id, current: true });
    for (const { number } of after.numbers) if (!mappedAt.has(number)) mappedAt.set(number, isoInstant(at));
    records.push(...events);
  }

  for (const clinic of initial) keep({ after: clinic, events: [] }, 0);

  return {
    records,
    formerly,
    cells,
    appointments,
    awaiting: (clinicId) => kept.get(clinicId)?.awaiting ?? new Map(),

    async profile(clinicId): Promise<ClinicProfile | undefined> {
      const found = kept.get(clinicId);
      if (!found) return undefined;
      const clinic = structuredClone(found.clinic);
      const recipients = clinic.email.recipients.map((recipient): RecipientState => {
        const recipientId = recipientIdOf(recipient.address);
        const disabled = found.disabled.get(recipientId);
        const awaiting = found.awaiting.get(recipientId);
        return { ...recipient, recipientId, ...(disabled && { disabled }), ...(awaiting && { awaiting }) };
      });
      const { version, changedByPeopleAtMs } = found;
      return { ...clinic, version, ...(changedByPeopleAtMs !== undefined && { changedByPeopleAtMs }), recipients };
    },

    async disableRecipient(clinicId, recipientId, why) {
      const found = kept.get(clinicId);
      const known = found?.clinic.email.recipients.some(({ address }) => recipientIdOf(address) === recipientId);
      if (!found || !known) return { outcome: 'no-such-recipient' };
      if (found.disabled.has(recipientId)) return { outcome: 'already-disabled' };
      found.disabled.set(recipientId, why);
      return { outcome: 'disabled' };
    },

    async enableRecipient(clinicId, recipientId, event) {
      const found = kept.get(clinicId);
      const known = found?.clinic.email.recipients.some(({ address }) => recipientIdOf(address) === recipientId);
      if (!found || !known) return { outcome: 'no-such-recipient' };
      if (!found.disabled.delete(recipientId)) return { outcome: 'not-disabled' };
      records.push(event);
      return { outcome: 'enabled' };
    },

    async list() {
      return [...kept.values()]
        .map(({ clinic: { id, slug, name, status, defaultLanguage, zone, numbers } }) => {
          return { id, slug, name, status, defaultLanguage, zone, numbers };
        })
        .sort((a, b) => (a.slug < b.slug ? -1 : 1));
    },

    find: async (slug: Slug) => slugs.get(slug)?.clinicId,
    holders: async (clinics) => holders(clinics),

    async calendarsInUse(clinicId, owners, fromMs, nowMs) {
      const standing = cells.filter((cell) => cell.clinicId === clinicId && occupies(cell, undefined, nowMs));
      const isOf = ({ resource, startMs }: Cell, { kind, id }: CalendarOwner) =>
        resource.kind === kind && resource.id === id && startMs >= fromMs;
      return owners.filter((owner) => standing.some((cell) => isOf(cell, owner)));
    },

    async typesAhead(clinicId, types, fromMs) {
      const ahead = appointments.filter(
        (one) => one.clinicId === clinicId && one.startMs >= fromMs && ownsCells(one.status),
      );
      return types.filter((type) => ahead.some(({ typeId }) => typeId === type));
    },

    async save(changes, at) {
      const asks = (await Promise.all(changes.map((change) => linksFor(change, at)))).flat();
      const stale = changes.some(({ before, after }) => kept.get(after.id)?.version !== before?.version);
      if (stale || inTheWay(changes)) return { outcome: 'changed-meanwhile' };
      for (const change of changes) release(change, at);
      for (const change of changes) keep(change, at);
      for (const ask of asks) links.keepAsk(ask);
      return { outcome: 'saved' };
    },
  };
}
