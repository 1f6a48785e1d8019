import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { Invitation, type InvitationStore } from '#domain/clinics/members/invitation.ts';
import type { ClinicId } from '#domain/ids.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { askWrite, useWrite } from './links.ts';
import { addMemberSteps } from './members.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

interface Tables {
  core: Table;
  routing: Table;
  audit: Table;
}

const InvitationRow = Invitation.omit({ invitedAtMs: true }).extend({
  invitedAt: z.iso.datetime().transform((text) => Date.parse(text)),
});

function invitationOf(item: Item): Invitation {
  const { invitedAt, ...invitation } = InvitationRow.parse(item);
  return { ...invitation, invitedAtMs: invitedAt };
}

/** Who was invited to each clinic. Nothing is deleted: the record names what was. */
export function createInvitationStore({ core, routing, audit }: Tables): InvitationStore {
  /** It is still the invitation that was read. */
  const stands = ({ invitedAtMs, state }: Invitation) => ({
    ConditionExpression: '#invitedAt = :invitedAt AND #state = :state',
    ExpressionAttributeNames: { '#invitedAt': 'invitedAt', '#state': 'state' },
    ExpressionAttributeValues: { ':invitedAt': isoInstant(invitedAtMs), ':state': state },
  });

  function close(invitation: Invitation, to: Partial<Invitation>, at: string): Step<'changed'> {
    const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = stands(invitation);
    const changes = Object.entries({ ...to, updatedAt: at });
    return {
      word: 'changed',
      action: {
        Update: {
          TableName: core.name,
          Key: toItem({ ...keys.invitation(invitation.clinicId, invitation.invitationId) }),
          UpdateExpression: `SET ${changes.map(([name]) => `#${name} = :new_${name}`).join(', ')}`,
          ConditionExpression,
          ExpressionAttributeNames: {
            ...ExpressionAttributeNames,
            ...Object.fromEntries(changes.map(([name]) => [`#${name}`, name])),
          },
          ExpressionAttributeValues: toItem({
            ...ExpressionAttributeValues,
            ...Object.fromEntries(changes.map(([name, value]) => [`:new_${name}`, value])),
          }),
        },
      },
    };
  }

  async function inState(clinicId: ClinicId, wanted: Invitation['state']): Promise<Invitation[]> {
    const items = await core.query({ pk: keys.invitationsOf(clinicId) });
    return items
      .map(invitationOf)
      .filter(({ state }) => state === wanted)
      .sort((a, b) => a.invitedAtMs - b.invitedAtMs);
  }

  return {
    async get(clinicId, invitationId) {
      const item = await core.get(keys.invitation(clinicId, invitationId));
      return item && invitationOf(item);
    },

    awaiting: (clinicId) => inState(clinicId, 'awaiting'),
    accepted: (clinicId) => inState(clinicId, 'accepted'),

    async invite({ invitedAtMs, ...invitation }, ask, before, event) {
      const { clinicId, invitationId } = invitation;
      const at = isoInstant(invitedAtMs);
      const condition = before.invitation && stands(before.invitation);
      const refused = await transact(core.client, [
        {
          word: 'changed',
          action: {
            Put: {
              TableName: core.name,
              Item: toItem({
                ...keys.invitation(clinicId, invitationId),
                entity: 'Invitation',
                schemaVersion: 1,
                ...invitation,
                invitedAt: at,
                createdAt: at,
                updatedAt: at,
              }),
              ...(condition
                ? { ...condition, ExpressionAttributeValues: toItem(condition.ExpressionAttributeValues) }
                : { ConditionExpression: 'attribute_not_exists(PK)' }),
            },
          },
        },
        { word: 'changed', action: askWrite(routing.name, ask, before.ask) },
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'saved' };
    },

    async withdraw(invitation, event) {
      const refused = await transact(core.client, [
        close(invitation, { state: 'withdrawn' }, event.occurredAt),
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'withdrawn' };
    },

    async accept({ invitation, link, userId, member }, event) {
      const refused = await transact(core.client, [
        close(invitation, { state: 'accepted', userId }, event.occurredAt),
        { word: 'changed', action: useWrite(routing.name, link, event.occurredAt) },
        ...(member ? addMemberSteps({ core, routing }, member, event) : []),
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'accepted' };
    },
  };
}
