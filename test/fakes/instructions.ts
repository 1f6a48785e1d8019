import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import {
  Instructions,
  type InstructionScope,
  type InstructionStore,
} from '#domain/conversations/talk/instructions/instructions.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeInstructions extends InstructionStore {
  /** Put on record, in order. */
  records: PendingAuditEvent[];
}

/** Published texts in memory. */
export function inMemoryInstructions(clock: Clock): FakeInstructions {
  const published: { clinicId: ClinicId; text: Instructions }[] = [];
  const records: PendingAuditEvent[] = [];
  const ofChannel = (clinicId: ClinicId, channel: string) =>
    published.filter((one) => one.clinicId === clinicId && one.text.channel === channel).map(({ text }) => text);
  const byScope = (texts: Instructions[]): Partial<Record<InstructionScope, Instructions>> =>
    Object.fromEntries(texts.map((text) => [text.scope, text]));
  return {
    records,
    async current(clinicId, channel) {
      return byScope(ofChannel(clinicId, channel));
    },
    async pinned(clinicId, channel, versions) {
      const found = ofChannel(clinicId, channel).filter(({ scope, version }) => versions[scope] === version);
      const wanted = Object.values(versions).filter((version) => version !== undefined);
      if (found.length < wanted.length) throw new Error('a talk is pinned to instructions that do not exist');
      return byScope(found);
    },
    async publish(clinicId, { channel, scope, text }, by) {
      const publishedAtMs = clock.now();
      const before = ofChannel(clinicId, channel).filter((one) => one.scope === scope);
      const version = before.length + 1;
      const next = Instructions.parse({ channel, scope, version, text, publishedAtMs });
      const current = before.at(-1);
      if (current?.text === next.text) return current;
      published.push({ clinicId, text: next });
      records.push({
        v: 1,
        clinicId,
        occurredAt: isoInstant(publishedAtMs),
        ...by,
        act: 'settings.update',
        outcome: 'success',
        resourceType: 'instructions',
        resourceId: `${channel}/${scope}/${version}`,
        fields: ['text'],
      });
      return next;
    },
  };
}
