import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ApiKeyStore } from '#domain/clinics/keys/api-key.ts';
import type { CalendarFeedStore } from '#domain/clinics/keys/calendar-feed.ts';
import { CredentialKind } from '#domain/clinics/credentials/credential.ts';
import type { CredentialVault } from '#domain/clinics/credentials/vault.ts';
import type { InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import { relaySecretId, type RelaySecretStore } from '#domain/clinics/keys/relay-secret.ts';
import { socketKeyId, type SocketKeyStore } from '#domain/clinics/keys/socket-key.ts';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { Onboarding } from '#domain/onboarding/onboarding.ts';

export interface AccessDeps {
  apiKeys: Pick<ApiKeyStore, 'ofClinic' | 'revoke'>;
  socketKeys: Pick<SocketKeyStore, 'ofClinic' | 'revoke'>;
  relaySecrets: Pick<RelaySecretStore, 'ofClinic' | 'revoke'>;
  credentials: Pick<CredentialVault, 'retire'>;
  feeds: Pick<CalendarFeedStore, 'ofClinic' | 'replace'>;
  members: Pick<MemberStore, 'list' | 'dismiss'>;
  invitations: Pick<InvitationStore, 'awaiting' | 'withdraw'>;
  clock: Clock;
}

/**
 * Ends every key, feed, invitation and membership of a clinic and puts away what it gave us of its own, each on record.
 * What ended before is left alone.
 */
export function revokeAccess(deps: AccessDeps) {
  const { apiKeys, socketKeys, relaySecrets, credentials, feeds, members, invitations, clock } = deps;
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

    // People first: whoever is still a member could give the clinic another key.
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
    for (const { keyId } of live(await apiKeys.ofClinic(clinicId))) {
      await apiKeys.revoke(clinicId, keyId, nowMs, ended('api-key', keyId));
    }
    for (const { keyHash } of live(await socketKeys.ofClinic(clinicId))) {
      await socketKeys.revoke(clinicId, keyHash, nowMs, ended('socket-key', socketKeyId({ keyHash })));
    }
    for (const secret of live(await relaySecrets.ofClinic(clinicId))) {
      const gone = ended('relay-secret', relaySecretId(secret));
      await relaySecrets.revoke(clinicId, secret.secretHash, nowMs, gone);
    }
    for (const kind of CredentialKind.options) {
      const by = { actorType: 'system', actorId: 'onboarding', requestId: reservation } as const;
      const { outcome } = await credentials.retire(clinicId, kind, by);
      if (outcome === 'changed-meanwhile') throw new Error('a key was replaced while the clinic left');
    }
    for (const feed of await feeds.ofClinic(clinicId)) {
      await feeds.replace([feed], undefined, nowMs, ended('calendar-feed', feed.providerId));
    }
  };
}
