import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { AppointmentTypeId, PatientId, WaitlistEntryId } from '#domain/ids.ts';
import type { HeldTime } from '#domain/scheduling/slots/slot.ts';
import {
  type FreedTime,
  WaitlistEntry,
  type WaitlistOfferSender,
  type WaitlistStore,
  type WaitlistWorkflow,
} from '#domain/scheduling/waitlist/waitlist.ts';
import { cotonou } from './conversation.ts';

/** A wish for any consultation, made by phone and with consent, changed where a test says so. */
export function waitlistEntry(changes: Partial<WaitlistEntry> = {}): WaitlistEntry {
  const createdAtMs = Date.parse('2026-10-01T08:00:00.000Z');
  return {
    clinicId: cotonou,
    entryId: WaitlistEntryId.parse('c4b5a6d7-1e2f-4a3b-8c4d-5e6f7a8b9c0d'),
    typeId: AppointmentTypeId.parse('3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23'),
    patientId: PatientId.parse('a1f6c3d2-7b48-4e59-8c6d-0f1e2d3c4b5a'),
    contact: '+12025550117',
    language: 'fr',
    consentAtMs: createdAtMs,
    status: 'waiting',
    createdAtMs,
    updatedAtMs: createdAtMs,
    version: 1,
    ...changes,
  };
}

export interface FakeWaitlist extends WaitlistStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
  /** Run before the next update is looked at, as if somebody else wrote first. */
  beforeNextUpdate?: () => Promise<void>;
}

/** Waitlists in memory, keeping every promise of the real ones. */
export function inMemoryWaitlist(...initial: WaitlistEntry[]): FakeWaitlist {
  const entries = new Map<string, WaitlistEntry>();
  const keyOf = ({ clinicId, entryId }: Pick<WaitlistEntry, 'clinicId' | 'entryId'>) => `${clinicId} ${entryId}`;
  const keep = (entry: WaitlistEntry) => entries.set(keyOf(entry), structuredClone(WaitlistEntry.parse(entry)));
  initial.forEach(keep);
  const waitlist: FakeWaitlist = {
    records: [],

    async join(entry, audit) {
      if (entries.has(keyOf(entry))) return { outcome: 'already-joined' };
      keep(entry);
      waitlist.records.push(...audit);
      return { outcome: 'joined' };
    },
    get: async (clinicId, entryId) => structuredClone(entries.get(keyOf({ clinicId, entryId }))),
    ofType: async (clinicId, typeId) =>
      structuredClone([...entries.values()])
        .filter((entry) => entry.clinicId === clinicId && entry.typeId === typeId)
        .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.entryId < b.entryId ? -1 : 1)),
    async update(entry, audit) {
      const meanwhile = waitlist.beforeNextUpdate;
      waitlist.beforeNextUpdate = undefined;
      await meanwhile?.();
      if (entries.get(keyOf(entry))?.version !== entry.version - 1) return { outcome: 'changed-meanwhile' };
      keep(entry);
      waitlist.records.push(...audit);
      return { outcome: 'updated' };
    },
  };
  return waitlist;
}

/** A workflow that remembers what it was started for, each freeing once. */
export function rememberedWaitlistWorkflow(): WaitlistWorkflow & { started: FreedTime[] } {
  const started: FreedTime[] = [];
  return {
    started,
    async start(freed) {
      if (started.some(({ freedId }) => freedId === freed.freedId)) return 'already-started';
      started.push(freed);
      return 'started';
    },
  };
}

/** Reaches everybody, and remembers what it sent: each offer once, as the port promises. */
export function rememberedOffers(): WaitlistOfferSender & { sent: { entry: WaitlistEntry; offer: HeldTime }[] } {
  const sent: { entry: WaitlistEntry; offer: HeldTime }[] = [];
  return {
    sent,
    tellableFrom: async (_entry, _clinic, nowMs) => nowMs,
    async send(entry, offer) {
      if (!sent.some((one) => one.offer.holdId === offer.holdId)) sent.push({ entry, offer });
      return { outcome: 'sent' };
    },
  };
}
