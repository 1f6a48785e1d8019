import * as z from 'zod';
import type { PendingAuditEvent } from '../../audit/audit-event.ts';
import { type Clock, isoInstant } from '../../clock.ts';
import { ClinicId, derivedUuid, UserId } from '../../ids.ts';
import type { Notices } from '../../messages/notice.ts';
import { isFresh, type Link, type LinkAsk, type LinkStore, nextAsk } from '../links/link.ts';
import { linkDue } from '../links/tell-owed-links.ts';
import { type Member, Role } from './member.ts';
import { allows, mayChangeRole } from './rights.ts';
import type { UserDirectory } from './user-directory.ts';

/** Where somebody is invited, as it is stored and compared. */
export const InvitedEmail = z.email('must be an e-mail address').max(254).toLowerCase();

export const InvitationId = z.uuid().brand('InvitationId');
export type InvitationId = z.infer<typeof InvitationId>;

/** Who invited: a member of the clinic, or the platform, which gives a new clinic its first owner. */
export const Inviter = z.object({ actorType: z.enum(['user', 'platform']), actorId: z.string() });
export type Inviter = z.infer<typeof Inviter>;

/** Somebody is asked by e-mail to be a member of a clinic. One per clinic and address, however often it is repeated. */
export const Invitation = z.object({
  clinicId: ClinicId,
  invitationId: InvitationId,
  email: InvitedEmail,
  role: Role,
  state: z.enum(['awaiting', 'accepted', 'withdrawn']),
  invitedBy: Inviter,
  /** Epoch milliseconds. */
  invitedAtMs: z.int(),
  /** Who accepted. */
  userId: UserId.optional(),
});
export type Invitation = z.infer<typeof Invitation>;

export const invitationIdOf = (clinicId: ClinicId, email: string): InvitationId =>
  InvitationId.parse(derivedUuid('invitation', clinicId, email));

export interface InvitationStore {
  get(clinicId: ClinicId, invitationId: InvitationId): Promise<Invitation | undefined>;
  /** Those that await an answer, oldest first. */
  awaiting(clinicId: ClinicId): Promise<Invitation[]>;
  /** Those that were accepted, oldest first: by what address each person became a member. */
  accepted(clinicId: ClinicId): Promise<Invitation[]>;
  /** Invites, asks for the link and puts it on record, in one write. `before`: what was read of either. */
  invite(
    invitation: Invitation,
    ask: LinkAsk,
    before: { invitation?: Invitation; ask?: LinkAsk },
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'saved' | 'changed-meanwhile' }>;
  /** Takes an invitation back, on record; its link opens nothing any more. */
  withdraw(invitation: Invitation, event: PendingAuditEvent): Promise<{ outcome: 'withdrawn' | 'changed-meanwhile' }>;
  /**
   * Uses the link up, closes the invitation, makes the person a member and puts it on record: all or nothing.
   * `member` is absent for somebody who is one already.
   */
  accept(
    accepted: { invitation: Invitation; link: Link; userId: UserId; member?: Member },
    event: PendingAuditEvent,
  ): Promise<{ outcome: 'accepted' | 'changed-meanwhile' }>;
}

export interface Invited {
  /** `unchanged`: the same person was invited as the same a moment ago; their link is on its way or there. */
  outcome: 'invited' | 'unchanged';
  invitation: Invitation;
}

export interface Invitations {
  /**
   * Writes to somebody who may become a member by a click; until then they are none. Repeated at once it changes
   * nothing while that link can be accepted; later, or as something else, it sends another link instead of the last.
   * Whether the inviter may, the caller has asked; `owners-only`: they may not take back what stands there already.
   */
  invite(
    clinicId: ClinicId,
    asked: { email: string; role: Role; invitedBy: Inviter; requestId: string },
  ): Promise<Invited | { outcome: 'too-often' | 'too-many' | 'owners-only' }>;
}

/** A clinic that has so many answers to wait for has made a mistake. */
const mostAwaiting = 50;
/** People who invite one person at one moment are few. */
const mostRounds = 5;

interface Deps {
  invitations: InvitationStore;
  members: { list(clinicId: ClinicId): Promise<Member[]> };
  links: Pick<LinkStore, 'asked'>;
  notices: Notices;
  clock: Clock;
}

export function createInvitations({ invitations, members, links, notices, clock }: Deps): Invitations {
  return {
    async invite(clinicId, { email: written, role, invitedBy, requestId }) {
      const email = InvitedEmail.parse(written);
      const invitationId = invitationIdOf(clinicId, email);
      const matter = { purpose: 'invitation', id: invitationId } as const;
      for (let round = 0; round < mostRounds; round++) {
        const [invitation, ask] = await Promise.all([
          invitations.get(clinicId, invitationId),
          links.asked(clinicId, matter),
        ]);
        const now = clock.now();
        if (invitation?.state === 'awaiting') {
          const team = await members.list(clinicId);
          if (!mayStillInvite({ invitedBy, role: invitation.role }, team)) return { outcome: 'owners-only' };
          if (invitation.role === role && ask && isFresh(ask, now) && mayStillInvite(invitation, team)) {
            // Whoever wrote it may have died before it was queued.
            await notices.tell(linkDue(ask));
            return { outcome: 'unchanged', invitation };
          }
        } else if ((await invitations.awaiting(clinicId)).length >= mostAwaiting) {
          return { outcome: 'too-many' };
        }
        const next = nextAsk(ask, clinicId, matter, now);
        if (next === 'too-often') return { outcome: 'too-often' };
        const made: Invitation = {
          clinicId,
          invitationId,
          email,
          role,
          state: 'awaiting',
          invitedBy,
          invitedAtMs: now,
        };
        const event: PendingAuditEvent = {
          v: 1,
          clinicId,
          occurredAt: isoInstant(now),
          ...invitedBy,
          act: 'member.invite',
          outcome: 'success',
          resourceType: 'invitation',
          resourceId: invitationId,
          reason: `invited as ${role}`,
          requestId,
        };
        const { outcome } = await invitations.invite(made, next, { invitation, ask }, event);
        if (outcome === 'changed-meanwhile') continue;
        await notices.tell(linkDue(next));
        return { outcome: 'invited', invitation: made };
      }
      throw new Error('an invitation was changed by others five times in a row');
    },
  };
}

/** Whether an inviter could still invite so: an invitation outlives nobody's right to it. */
export function mayStillInvite(
  { invitedBy, role }: Pick<Invitation, 'invitedBy' | 'role'>,
  members: readonly Member[],
): boolean {
  if (invitedBy.actorType === 'platform') return true;
  const inviter = members.find(({ userId }) => userId === invitedBy.actorId);
  return inviter !== undefined && allows(inviter.role, 'members.manage') && mayChangeRole(inviter, role, role);
}

interface AcceptDeps {
  invitations: Pick<InvitationStore, 'get' | 'accept'>;
  members: { list(clinicId: ClinicId): Promise<Member[]> };
  users: UserDirectory;
  clock: Clock;
}

/** The invitation that an open link is about, while it can be accepted. */
export async function openInvitation(
  { invitations, members }: Pick<AcceptDeps, 'invitations' | 'members'>,
  { clinicId, id }: Pick<Link, 'clinicId' | 'id'>,
): Promise<Invitation | undefined> {
  const invitationId = InvitationId.safeParse(id);
  const invitation = invitationId.success ? await invitations.get(clinicId, invitationId.data) : undefined;
  if (invitation?.state !== 'awaiting') return undefined;
  return mayStillInvite(invitation, await members.list(clinicId)) ? invitation : undefined;
}

/** What a click on the link of an invitation does: the account first, which can be made twice, then all the rest at once. */
export function acceptInvitation(deps: AcceptDeps) {
  const { invitations, members, users, clock } = deps;
  return async (link: Link, requestId: string): Promise<'done' | 'gone'> => {
    for (let round = 0; round < mostRounds; round++) {
      const outcome = await accept(link, requestId);
      if (outcome !== 'changed-meanwhile') return outcome === 'accepted' ? 'done' : 'gone';
    }
    throw new Error('an invitation was changed by others five times in a row');
  };

  async function accept(link: Link, requestId: string) {
    const invitation = await openInvitation(deps, link);
    if (!invitation) return 'gone';
    const { clinicId, invitationId, email, role, invitedBy } = invitation;
    const userId = await users.ensure(email);
    const standing = (await members.list(clinicId)).some((member) => member.userId === userId);
    const member = standing ? undefined : { clinicId, userId, role };
    const event: PendingAuditEvent = {
      v: 1,
      clinicId,
      occurredAt: isoInstant(clock.now()),
      actorType: 'user',
      actorId: userId,
      onBehalfOf: invitedBy.actorId,
      act: 'member.role',
      outcome: 'success',
      resourceType: 'member',
      resourceId: userId,
      reason: member ? `added as ${role} by invitation ${invitationId}` : `invitation ${invitationId} of a member`,
      requestId,
    };
    const { outcome } = await invitations.accept({ invitation, link, userId, ...(member && { member }) }, event);
    return outcome;
  }
}
