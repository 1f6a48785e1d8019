import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type {
  InstructionDrafts,
  InstructionPlace,
  InstructionState,
  PublishedVersion,
} from '#domain/conversations/talk/instructions/instruction-drafts.ts';
import { Instructions, type InstructionStore } from '#domain/conversations/talk/instructions/instructions.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeInstructionDrafts extends InstructionDrafts, Pick<InstructionStore, 'current'> {
  /** Put on record, in order. */
  records: PendingAuditEvent[];
}

interface Kept {
  versions: PublishedVersion[];
  draft?: InstructionState['draft'];
  revision: number;
}

/** Drafts and versions in memory, keeping every promise of the real ones. */
export function inMemoryInstructionDrafts(clock: Clock): FakeInstructionDrafts {
  const all = new Map<string, Kept>();
  const records: PendingAuditEvent[] = [];
  const kept = (clinicId: ClinicId, { channel, scope }: InstructionPlace): Kept => {
    const name = `${clinicId} ${channel} ${scope}`;
    const found = all.get(name) ?? { versions: [], revision: 0 };
    all.set(name, found);
    return found;
  };
  const stateOf = ({ versions, draft, revision }: Kept): InstructionState => ({
    ...(versions.length && { published: versions.at(-1)! }),
    ...(draft && { draft }),
    revision,
  });
  const event = (
    clinicId: ClinicId,
    by: { actorType: 'user' | 'system' | 'platform'; actorId: string; requestId: string },
  ) => ({
    v: 1 as const,
    clinicId,
    occurredAt: isoInstant(clock.now()),
    ...by,
    act: 'settings.update' as const,
    outcome: 'success' as const,
    fields: ['text'],
  });
  return {
    records,
    async current(clinicId, channel) {
      const scopes = Instructions.shape.scope.options;
      return Object.fromEntries(
        scopes.flatMap((scope) => {
          const { published } = stateOf(kept(clinicId, { channel, scope }));
          return published ? [[scope, published]] : [];
        }),
      );
    },
    read: async (clinicId, place) => stateOf(kept(clinicId, place)),
    async save(clinicId, place, text, seen, by) {
      const here = kept(clinicId, place);
      if (here.revision !== seen.revision) return { outcome: 'changed-meanwhile' };
      here.draft = { text, savedAtMs: clock.now(), savedBy: by.actorId };
      here.revision += 1;
      const resource = { resourceType: 'instructions-draft', resourceId: `${place.channel}/${place.scope}` };
      records.push({ ...event(clinicId, by), ...resource });
      return { outcome: 'saved' };
    },
    async publish(clinicId, place, seen, what, by) {
      const here = kept(clinicId, place);
      const version = (seen.published?.version ?? 0) + 1;
      const isStale = what === 'draft' && here.revision !== seen.revision;
      if (isStale || here.versions.length !== version - 1) return { outcome: 'changed-meanwhile' };
      const text = what === 'draft' ? seen.draft?.text : what.restored.text;
      const published: PublishedVersion = {
        ...Instructions.parse({ ...place, version, text, publishedAtMs: clock.now() }),
        publishedBy: by.actorId,
        ...(what !== 'draft' && { restoredFrom: what.restored.version }),
      };
      here.versions.push(published);
      if (what === 'draft') {
        here.draft = undefined;
        here.revision += 1;
      }
      records.push({
        ...event(clinicId, by),
        resourceType: 'instructions',
        resourceId: `${place.channel}/${place.scope}/${version}`,
        ...(what !== 'draft' && { reason: `back to version ${what.restored.version}` }),
      });
      return { outcome: 'published', version: published };
    },
    async versions(clinicId, place, { before = Infinity, upTo }) {
      const found = kept(clinicId, place).versions.filter(({ version }) => version < before);
      return found.toReversed().slice(0, upTo);
    },
    version: async (clinicId, place, version) => kept(clinicId, place).versions[version - 1],
  };
}
