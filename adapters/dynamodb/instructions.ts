import { type Clock, isoInstant } from '#domain/clock.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { PublishedVersion } from '#domain/conversations/talk/instructions/instruction-drafts.ts';
import {
  Instructions,
  type InstructionScope,
  type InstructionStore,
  type PublishedBy,
} from '#domain/conversations/talk/instructions/instructions.ts';
import type { ClinicId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

/** People who publish at one moment are few. */
const mostRounds = 5;

export const toInstructions = ({ publishedAt, ...item }: Item): Instructions =>
  Instructions.parse({ ...item, publishedAtMs: Date.parse(String(publishedAt)) });

const byScope = (texts: readonly Instructions[]): Partial<Record<InstructionScope, Instructions>> =>
  Object.fromEntries(texts.map((text) => [text.scope, text]));

/** Texts alone, for those who speak by them. */
export function createInstructionReader(core: Table): Pick<InstructionStore, 'current' | 'pinned'> {
  return {
    async current(clinicId, channel) {
      const { PK, SK } = keys.currentInstructions(clinicId, channel, '');
      const items = await core.query({ pk: PK, sk: 'begins_with(SK, :current)', values: { ':current': SK } });
      return byScope(items.map(toInstructions));
    },

    async pinned(clinicId, channel, versions) {
      const wanted = Object.entries(versions).filter(([, version]) => version !== undefined);
      if (wanted.length === 0) return {};
      const places = wanted.map(([scope, version]) => keys.instructions(clinicId, channel, scope, version));
      const texts = (await core.getMany(places)).map(toInstructions);
      if (texts.length < wanted.length) throw new Error('a talk is pinned to instructions that do not exist');
      return byScope(texts);
    },
  };
}

/** Publishes a version within a larger write, on record, provided that `before` is still the current one. */
export function publication(
  { core, audit }: { core: Table; audit: Table },
  clinicId: ClinicId,
  { published, before, by }: { published: PublishedVersion; before: number | undefined; by: PublishedBy },
): Step<'changed'>[] {
  const { publishedAtMs, ...text } = published;
  const { channel, scope, version, restoredFrom } = text;
  const publishedAt = isoInstant(publishedAtMs);
  const times = { publishedAt, createdAt: publishedAt, updatedAt: publishedAt };
  const row = { entity: 'Instructions', schemaVersion: 1, clinicId, ...text, ...times };
  const put = (key: Item, condition: object): Step<'changed'> => ({
    word: 'changed',
    action: { Put: { TableName: core.name, Item: toItem({ ...key, ...row }), ...condition } },
  });
  const isNew = { ConditionExpression: 'attribute_not_exists(PK)' };
  const stands = {
    ConditionExpression: '#version = :before',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: toItem({ ':before': before }),
  };
  const event: PendingAuditEvent = {
    v: 1,
    clinicId,
    occurredAt: publishedAt,
    ...by,
    act: 'settings.update',
    outcome: 'success',
    resourceType: 'instructions',
    resourceId: `${channel}/${scope}/${version}`,
    fields: ['text'],
    ...(restoredFrom !== undefined && { reason: `back to version ${restoredFrom}` }),
  };
  return [
    put({ ...keys.instructions(clinicId, channel, scope, version) }, isNew),
    put({ ...keys.currentInstructions(clinicId, channel, scope) }, before === undefined ? isNew : stands),
    { word: 'changed', action: auditWrite(audit.name, event) },
  ];
}

/** Every published text of a clinic for ever, and beside them a copy of the current one of each channel and scope. */
export function createInstructionStore({ core, audit }: { core: Table; audit: Table }, clock: Clock): InstructionStore {
  return {
    ...createInstructionReader(core),

    async publish(clinicId, { channel, scope, text }, by) {
      const place = keys.currentInstructions(clinicId, channel, scope);
      for (let round = 0; round < mostRounds; round++) {
        const item = await core.get(place);
        const current = item && toInstructions(item);
        const before = current?.version;
        const version = (before ?? 0) + 1;
        const published = Instructions.parse({ channel, scope, version, text, publishedAtMs: clock.now() });
        if (current?.text === published.text) return current;
        const written = { published: { ...published, publishedBy: by.actorId }, before, by };
        const refused = await transact(core.client, publication({ core, audit }, clinicId, written));
        if (refused.length === 0) return published;
      }
      throw new Error('instructions were published by others five times in a row');
    },
  };
}
