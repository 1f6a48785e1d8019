import * as z from 'zod';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import { type ListedMember, Member, type MemberStore } from '#domain/clinics/members/member.ts';
import { ClinicId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

interface Tables {
  core: Table;
  routing: Table;
  audit: Table;
}

const MemberRow = Member.extend({ createdAt: z.iso.datetime(), removedAt: z.iso.datetime().optional() });
const Pointer = z.object({ clinicId: ClinicId });

/** Those who are members now: whoever left stays in the tables, because the record names them. */
const present = (items: Item[]): ListedMember[] =>
  items
    .map((item) => MemberRow.parse(item))
    .filter(({ removedAt }) => removedAt === undefined)
    .map(({ clinicId, userId, role, createdAt }) => ({ clinicId, userId, role, sinceMs: Date.parse(createdAt) }));

/** Who asks, for the doors of routes. */
export function createMemberships({
  core,
  routing,
}: Pick<Tables, 'core' | 'routing'>): Pick<MemberStore, 'of' | 'clinicNamed'> {
  return {
    async of(userId) {
      const pointers = await routing.query({ pk: keys.clinicsOfUser(userId) });
      if (pointers.length === 0) return [];
      const places = pointers.map((item) => keys.member(Pointer.parse(item).clinicId, userId));
      const found: Item[] = [];
      for (let at = 0; at < places.length; at += 100) found.push(...(await core.getMany(places.slice(at, at + 100))));
      return present(found).map(({ sinceMs: _since, ...member }) => member);
    },

    async clinicNamed(slug) {
      const item = await routing.get(keys.slug(slug));
      return item && Pointer.parse(item).clinicId;
    },
  };
}

/** Makes somebody a member within a larger write; refused for one who is. */
export function addMemberSteps(
  { core, routing }: Pick<Tables, 'core' | 'routing'>,
  { clinicId, userId, role }: Member,
  { occurredAt }: PendingAuditEvent,
): Step<'standing'>[] {
  const row = { schemaVersion: 1, clinicId, userId, createdAt: occurredAt, updatedAt: occurredAt };
  return [
    {
      word: 'standing',
      action: {
        Put: {
          TableName: core.name,
          Item: toItem({ ...keys.member(clinicId, userId), entity: 'Member', ...row, role }),
          ConditionExpression: 'attribute_not_exists(PK) OR attribute_exists(removedAt)',
        },
      },
    },
    {
      word: 'standing',
      action: {
        Put: {
          TableName: routing.name,
          Item: toItem({ ...keys.membership(userId, clinicId), entity: 'Membership', ...row }),
        },
      },
    },
  ];
}

/** The members of every clinic; beside them, by person, the clinics in which to look. */
export function createMemberStore({ core, routing, audit }: Tables): MemberStore {
  const isOwner = '#role = :owner AND attribute_not_exists(removedAt)';
  const owner = {
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: toItem({ ':owner': 'owner' }),
  };

  const list: MemberStore['list'] = async (clinicId) =>
    present(await core.query({ pk: keys.membersOf(clinicId) })).sort((a, b) => a.sinceMs - b.sinceMs);

  return {
    ...createMemberships({ core, routing }),
    list,

    async add(member, event) {
      const refused = await transact(core.client, [
        ...addMemberSteps({ core, routing }, member, event),
        { word: 'standing', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'already-a-member' : 'saved' };
    },

    async change({ clinicId, userId, role }, to, event) {
      const members = await list(clinicId);
      const now = members.find((member) => member.userId === userId);
      if (!now) return { outcome: 'not-a-member' };
      if (now.role !== role) return { outcome: 'changed-meanwhile' };
      const steps: Step<'changed' | 'owner'>[] = [];
      if (role === 'owner' || to === 'owner') {
        const others = members.filter((member) => member.role === 'owner' && member.userId !== userId);
        if (role === 'owner' && to !== 'owner' && others.length === 0) return { outcome: 'last-owner' };
        const isOwnAct = event.actorId === userId;
        const other = isOwnAct ? others[0] : others.find((member) => member.userId === event.actorId);
        if (!other) return { outcome: 'changed-meanwhile' };
        // Two owners who unmake each other at one moment: one of them stays, whoever else is an owner.
        steps.push({
          word: 'owner',
          action: {
            ConditionCheck: {
              TableName: core.name,
              Key: toItem({ ...keys.member(clinicId, other.userId) }),
              ConditionExpression: isOwner,
              ...owner,
            },
          },
        });
      }
      const removed = to === 'removed';
      const refused = await transact(core.client, [
        ...steps,
        {
          word: 'changed',
          action: {
            Update: {
              TableName: core.name,
              Key: toItem({ ...keys.member(clinicId, userId) }),
              UpdateExpression: `SET updatedAt = :at, ${removed ? 'removedAt = :at' : '#role = :to'}`,
              ConditionExpression: '#role = :from AND attribute_not_exists(removedAt)',
              ExpressionAttributeNames: { '#role': 'role' },
              ExpressionAttributeValues: toItem({
                ':at': event.occurredAt,
                ':from': role,
                ...(!removed && { ':to': to }),
              }),
            },
          },
        },
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'saved' };
    },

    async dismiss(clinicId, userId, event) {
      await transact(core.client, [
        {
          word: 'out',
          action: {
            Update: {
              TableName: core.name,
              Key: toItem({ ...keys.member(clinicId, userId) }),
              UpdateExpression: 'SET updatedAt = :at, removedAt = :at',
              ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(removedAt)',
              ExpressionAttributeValues: toItem({ ':at': event.occurredAt }),
            },
          },
        },
        { word: 'out', action: auditWrite(audit.name, event) },
      ]);
    },
  };
}
