import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ListedMember, MemberStore } from '#domain/clinics/members/member.ts';
import type { ClinicId } from '#domain/ids.ts';

export interface FakeMembers extends MemberStore {
  /** Acts put on record, in order. */
  records: PendingAuditEvent[];
}

/** Members in memory, keeping every promise of the real ones. `slugs` name clinics. */
export function inMemoryMembers(slugs: Record<string, ClinicId> = {}): FakeMembers {
  let kept: ListedMember[] = [];
  const records: PendingAuditEvent[] = [];
  const same = (one: Pick<ListedMember, 'clinicId' | 'userId'>) => (other: ListedMember) =>
    other.clinicId === one.clinicId && other.userId === one.userId;
  return {
    records,
    of: async (userId) =>
      kept.filter((member) => member.userId === userId).map(({ clinicId, role }) => ({ clinicId, userId, role })),
    clinicNamed: async (slug) => slugs[slug],
    list: async (clinicId) => kept.filter((member) => member.clinicId === clinicId).map((member) => ({ ...member })),
    async add(member, event) {
      if (kept.some(same(member))) return { outcome: 'already-a-member' };
      kept.push({ ...member, sinceMs: Date.parse(event.occurredAt) });
      records.push(event);
      return { outcome: 'saved' };
    },
    async change(member, to, event) {
      const now = kept.find(same(member));
      if (!now) return { outcome: 'not-a-member' };
      if (now.role !== member.role) return { outcome: 'changed-meanwhile' };
      const owners = kept.filter(({ clinicId, role }) => clinicId === member.clinicId && role === 'owner');
      if (now.role === 'owner' && to !== 'owner' && owners.length === 1) return { outcome: 'last-owner' };
      const isActorOwner = owners.some(({ userId }) => userId === event.actorId);
      if ((now.role === 'owner' || to === 'owner') && !isActorOwner) return { outcome: 'changed-meanwhile' };
      if (to === 'removed') kept = kept.filter((one) => one !== now);
      else now.role = to;
      records.push(event);
      return { outcome: 'saved' };
    },
    async dismiss(clinicId, userId, event) {
      const isWho = same({ clinicId, userId });
      if (!kept.some(isWho)) return;
      kept = kept.filter((member) => !isWho(member));
      records.push(event);
    },
  };
}
