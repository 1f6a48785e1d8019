import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { ClinicId, UserId } from '../../ids.ts';

/** What somebody is to a clinic. */
export const Role = z.enum(['owner', 'manager', 'staff', 'auditor']);
export type Role = z.infer<typeof Role>;

/** What somebody is to the deployment; the identity provider says so in a group of the same name. */
export const PlatformRole = z.enum(['platform_ops', 'platform_auditor']);
export type PlatformRole = z.infer<typeof PlatformRole>;

/** A person of one clinic. The same person may be of several, in another role in each. */
export const Member = z.object({ clinicId: ClinicId, userId: UserId, role: Role });
export type Member = z.infer<typeof Member>;

/** A member as lists show them. `sinceMs`: epoch milliseconds. */
export interface ListedMember extends Member {
  sinceMs: number;
}

/** How a change of members ended. `last-owner`: nobody would be left who can give the clinic an owner. */
export type MemberChange = { outcome: 'saved' | 'last-owner' | 'not-a-member' | 'changed-meanwhile' };

export interface MemberStore {
  /** Of which clinics a person is, and as what: what every request of signed-in people begins with. */
  of(userId: UserId): Promise<Member[]>;
  /** The clinic a slug names now or named once. It proves nothing about who asks. */
  clinicNamed(slug: string): Promise<ClinicId | undefined>;
  /** Oldest first. */
  list(clinicId: ClinicId): Promise<ListedMember[]>;
  /** Makes somebody a member, also one who was before, on record in the same write. */
  add(member: Member, event: PendingAuditEvent): Promise<{ outcome: 'saved' | 'already-a-member' }>;
  /**
   * Gives a member another role, or none at all: then they are out at once. On record in the same
   * write. `member.role` is what they were when it was decided; whoever is something else by now is left alone, and so is
   * everybody when the actor who makes or unmakes an owner is none by now.
   */
  change(member: Member, to: Role | 'removed', event: PendingAuditEvent): Promise<MemberChange>;
  /** Puts somebody out of a clinic that is no more, its last owner too. Whoever is out already stays as they are. */
  dismiss(clinicId: ClinicId, userId: UserId, event: PendingAuditEvent): Promise<void>;
}
