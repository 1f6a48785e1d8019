import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { Invitation, InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { FakeLinks } from './links.ts';

export interface FakeInvitations extends InvitationStore {
  /** Acts put on record, in order; those of new members are on the record of members. */
  records: PendingAuditEvent[];
}

/** Invitations in memory, keeping every promise of the real ones. */
export function inMemoryInvitations(links: FakeLinks, members: MemberStore): FakeInvitations {
  const kept = new Map<string, Invitation>();
  const records: PendingAuditEvent[] = [];
  const nameOf = ({ clinicId, invitationId }: Pick<Invitation, 'clinicId' | 'invitationId'>) =>
    `${clinicId} ${invitationId}`;
  const stands = (read: Invitation) => {
    const now = kept.get(nameOf(read));
    return now?.invitedAtMs === read.invitedAtMs && now.state === read.state;
  };
  const inState = (clinicId: ClinicId, state: Invitation['state']) =>
    [...kept.values()]
      .filter((one) => one.clinicId === clinicId && one.state === state)
      .sort((a, b) => a.invitedAtMs - b.invitedAtMs)
      .map((one) => structuredClone(one));
  return {
    records,
    get: async (clinicId, invitationId) => structuredClone(kept.get(nameOf({ clinicId, invitationId }))),
    awaiting: async (clinicId) => inState(clinicId, 'awaiting'),
    accepted: async (clinicId) => inState(clinicId, 'accepted'),
    async invite(invitation, ask, before, event) {
      const unchanged = before.invitation ? stands(before.invitation) : !kept.has(nameOf(invitation));
      if (!unchanged || !links.mayAsk(ask, before.ask)) return { outcome: 'changed-meanwhile' };
      kept.set(nameOf(invitation), structuredClone(invitation));
      links.keepAsk(ask);
      records.push(event);
      return { outcome: 'saved' };
    },
    async withdraw(invitation, event) {
      if (!stands(invitation)) return { outcome: 'changed-meanwhile' };
      kept.set(nameOf(invitation), { ...structuredClone(invitation), state: 'withdrawn' });
      records.push(event);
      return { outcome: 'withdrawn' };
    },
    async accept({ invitation, link, userId, member }, event) {
      const at = Date.parse(event.occurredAt);
      if (!stands(invitation) || !links.mayUse(link, at)) return { outcome: 'changed-meanwhile' };
      if (member && (await members.add(member, event)).outcome !== 'saved') return { outcome: 'changed-meanwhile' };
      if (!member) records.push(event);
      kept.set(nameOf(invitation), { ...structuredClone(invitation), state: 'accepted', userId });
      links.use(link, at);
      return { outcome: 'accepted' };
    },
  };
}
