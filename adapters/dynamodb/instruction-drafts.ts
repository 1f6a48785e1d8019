import * as z from 'zod';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type {
  InstructionDrafts,
  InstructionPlace,
  InstructionState,
  PublishedVersion,
} from '#domain/conversations/talk/instructions/instruction-drafts.ts';
import { Instructions } from '#domain/conversations/talk/instructions/instructions.ts';
import type { ClinicId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { publication, toInstructions } from './instructions.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** It stays when its text was published, so that its revision is never given again. */
const DraftRow = z.object({
  revision: z.int().positive(),
  text: z.string().optional(),
  savedAt: z.iso.datetime(),
  savedBy: z.string(),
});

const VersionFacts = z.object({ publishedBy: z.string().optional(), restoredFrom: z.int().optional() });
const versionOf = (item: Item): PublishedVersion => ({ ...toInstructions(item), ...VersionFacts.parse(item) });

/** Drafts beside the published texts of a clinic. */
export function createInstructionDrafts(
  { core, audit }: { core: Table; audit: Table },
  clock: Clock,
): InstructionDrafts {
  async function read(clinicId: ClinicId, { channel, scope }: InstructionPlace): Promise<InstructionState> {
    const items = await core.getMany([
      keys.currentInstructions(clinicId, channel, scope),
      keys.instructionDraft(clinicId, channel, scope),
    ]);
    const current = items.find(({ entity }) => entity === 'Instructions');
    const kept = items.find(({ entity }) => entity === 'InstructionDraft');
    const draft = kept && DraftRow.parse(kept);
    return {
      ...(current && { published: versionOf(current) }),
      ...(draft?.text !== undefined && {
        draft: { text: draft.text, savedAtMs: Date.parse(draft.savedAt), savedBy: draft.savedBy },
      }),
      revision: draft?.revision ?? 0,
    };
  }

  /** The next revision of a draft, in the place of the one that was seen; without a text once it is published. */
  function draftStep(
    clinicId: ClinicId,
    { channel, scope }: InstructionPlace,
    { revision }: InstructionState,
    { text, at, by }: { text?: string; at: string; by: string },
  ): Step<'changed'> {
    const row = {
      entity: 'InstructionDraft',
      schemaVersion: 1,
      clinicId,
      channel,
      scope,
      revision: revision + 1,
      text,
      savedAt: at,
      savedBy: by,
      createdAt: at,
      updatedAt: at,
    };
    const seen = revision
      ? {
          ConditionExpression: '#revision = :seen',
          ExpressionAttributeNames: { '#revision': 'revision' },
          ExpressionAttributeValues: toItem({ ':seen': revision }),
        }
      : { ConditionExpression: 'attribute_not_exists(PK)' };
    const Item = toItem({ ...keys.instructionDraft(clinicId, channel, scope), ...row });
    return { word: 'changed', action: { Put: { TableName: core.name, Item, ...seen } } };
  }

  return {
    read,

    async save(clinicId, place, text, seen, by) {
      const at = isoInstant(clock.now());
      const event: PendingAuditEvent = {
        v: 1,
        clinicId,
        occurredAt: at,
        ...by,
        act: 'settings.update',
        outcome: 'success',
        resourceType: 'instructions-draft',
        resourceId: `${place.channel}/${place.scope}`,
        fields: ['text'],
      };
      const refused = await transact(core.client, [
        draftStep(clinicId, place, seen, { text, at, by: by.actorId }),
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'saved' };
    },

    async publish(clinicId, place, seen, what, by) {
      const text = what === 'draft' ? seen.draft?.text : what.restored.text;
      if (text === undefined) throw new Error('a draft is to be published that was not there when it was read');
      const publishedAtMs = clock.now();
      const before = seen.published?.version;
      const version: PublishedVersion = {
        ...Instructions.parse({ ...place, version: (before ?? 0) + 1, text, publishedAtMs }),
        publishedBy: by.actorId,
        ...(what !== 'draft' && { restoredFrom: what.restored.version }),
      };
      const refused = await transact(core.client, [
        ...publication({ core, audit }, clinicId, { published: version, before, by }),
        ...(what === 'draft'
          ? [draftStep(clinicId, place, seen, { at: isoInstant(publishedAtMs), by: by.actorId })]
          : []),
      ]);
      return refused.length ? { outcome: 'changed-meanwhile' } : { outcome: 'published', version };
    },

    async versions(clinicId, { channel, scope }, { before, upTo }) {
      const { PK, SK } = keys.instructions(clinicId, channel, scope, before ?? 999_999);
      const first = keys.instructions(clinicId, channel, scope, 1).SK;
      const items = await core.query({
        pk: PK,
        sk: 'SK BETWEEN :first AND :last',
        values: { ':first': first, ':last': SK },
        upTo: before === undefined ? upTo : upTo + 1,
        newestFirst: true,
      });
      return items
        .map(versionOf)
        .filter(({ version }) => version !== before)
        .slice(0, upTo);
    },

    async version(clinicId, { channel, scope }, version) {
      const item = await core.get(keys.instructions(clinicId, channel, scope, version));
      return item && versionOf(item);
    },
  };
}
