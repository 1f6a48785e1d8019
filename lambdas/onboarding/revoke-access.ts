import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ApiKeyStore } from '#domain/clinics/api-key.ts';
import type { CalendarFeedStore } from '#domain/clinics/calendar-feed.ts';
import type { InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import { socketKeyId, type SocketKeyStore } from '#domain/clinics/socket-key.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { Onboarding } from '#domain/onboarding/onboarding.ts';

export interface AccessDeps {
  apiKeys: Pick<ApiKeyStore, 'ofClinic' | 'revoke'>;
  socketKeys: Pick<SocketKeyStore, 'ofClinic' | 'revoke'>;
  feeds: Pick<CalendarFeedStore, 'ofClinic' | 'replace'>;
  members: Pick<MemberStore, 'list' | 'dismiss'>;
  invitations: Pick<InvitationStore, 'awaiting' | 'withdraw'>;
  clock: Clock;
}

/** Ends every key, feed, invitation and membership of a clinic, each on record. What ended before is left alone. */
export function revokeAccess({ apiKeys, socketKeys, feeds, members, invitations, clock }: AccessDeps) {
  return async ({ clinicId, by, reservation }: Onboarding): Promise<void> => {
    const nowMs = clock.now();
    const event = (what: Pick<PendingAuditEvent, 'act' | 'resourceType' | 'resourceId'>): PendingAuditEvent => ({
      v: 1,
      clinicId,
      occurredAt: isoInstant(nowMs),
      actorType: 'system',
      actorId: 'onboarding',
      onBehalfOf: by.actorId,
      ...what,
      outcome: 'success',
      reason: 'the clinic left',
      requestId: reservation,
    });
    const ended = (resourceType: string, resourceId: string) =>
      event({ act: 'credential.rotate', resourceType, resourceId });
    const live = <Key extends { expiresAtMs?: number }>(keys: Key[]) =>
      keys.filter(({ expiresAtMs = Infinity }) => expiresAtMs > nowMs);

    for (const { keyId } of live(await apiKeys.ofClinic(clinicId))) {
      await apiKeys.revoke(clinicId, keyId, nowMs, ended('api-key', keyId));
    }
    for (const { keyHash } of live(await socketKeys.ofClinic(clinicId))) {
      await socketKeys.revoke(clinicId, keyHash, nowMs, ended('socket-key', socketKeyId({ keyHash })));
    }
    for (const feed of await feeds.ofClinic(clinicId)) {
      await feeds.replace([feed], undefined, nowMs, ended('calendar-feed', feed.providerId));
    }
    for (const invitation of await invitations.awaiting(clinicId)) {
      const { invitationId } = invitation;
      const taken = event({ act: 'member.invite', resourceType: 'invitation', resourceId: invitationId });
      const { outcome } = await invitations.withdraw(invitation, taken);
      // Accepted at this moment: they are among the members, who are put out when it is tried again.
      if (outcome === 'changed-meanwhile') throw new Error('an invitation was answered while the clinic left');
    }
    for (const { userId } of await members.list(clinicId)) {
      const out = event({ act: 'member.role', resourceType: 'member', resourceId: userId });
      await members.dismiss(clinicId, userId, out);
    }
  };
}
