import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { isoInstant, systemClock } from '#domain/clock.ts';
import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { derivedUuid, UserId } from '#domain/ids.ts';
import type { LocalJson, TableNames } from './local-json.ts';

/** Somebody invented who can sign in on this machine. */
export interface DemoPerson {
  /** What `npm run sign-in` calls them. */
  name: string;
  userId: UserId;
  email: string;
  /** Of the platform. */
  groups: PlatformRole[];
  /** Of which clinics, by slug. */
  memberships: { slug: string; role: Role }[];
}

const person = (name: string, more: Partial<Pick<DemoPerson, 'groups' | 'memberships'>>): DemoPerson => ({
  name,
  userId: UserId.parse(derivedUuid('demo-person', name)),
  email: `${name}@frontdesk.example`,
  groups: [],
  memberships: [],
  ...more,
});

const demoSlugs = ['cabinet-du-parc', 'clinique-benin', 'lakeside-dental'];

/** One person for each role of each demo clinic, one who is of two clinics, and one for each role of the platform. */
export const demoPeople: readonly DemoPerson[] = [
  ...demoSlugs.flatMap((slug) =>
    Role.options.map((role) => person(`${role}-${slug}`, { memberships: [{ slug, role }] })),
  ),
  person('two-clinics', {
    memberships: [
      { slug: 'clinique-benin', role: 'manager' },
      { slug: 'lakeside-dental', role: 'staff' },
    ],
  }),
  ...PlatformRole.options.map((role) => person(role.replace('_', '-'), { groups: [role] })),
];

/** Makes the demo people members of the clinics that are there. Who was a member before, in whatever role, stays it. */
export async function seedDemoMembers(
  client: DynamoDBClient,
  tables: TableNames,
  clinics: readonly ClinicProfile[],
): Promise<void> {
  const members = createMemberStore({
    core: openTable(client, tables.core),
    routing: openTable(client, tables.routing),
    audit: openTable(client, tables.audit),
  });
  const requestId = `start-${randomUUID()}`;
  const wanted = demoPeople.flatMap(({ userId, memberships }) =>
    memberships.flatMap(({ slug, role }) => {
      const clinic = clinics.find((one) => one.slug === slug);
      return clinic ? [{ clinicId: clinic.id, userId, role }] : [];
    }),
  );
  await Promise.all(
    wanted.map((member) =>
      members.add(member, {
        v: 1,
        clinicId: member.clinicId,
        occurredAt: isoInstant(systemClock.now()),
        actorType: 'system',
        actorId: 'npm-start',
        act: 'member.role',
        outcome: 'success',
        resourceType: 'member',
        resourceId: member.userId,
        reason: `added as ${member.role}`,
        requestId,
      }),
    ),
  );
}

/** Who can sign in, as `local.json` tells of it. */
export const announcedPeople = (): NonNullable<LocalJson['signIn']>['members'] =>
  demoPeople.map(({ name, userId, email, groups, memberships }) => ({
    name,
    userId,
    email,
    ...(groups[0] && { platformRole: groups[0] }),
    clinics: memberships,
  }));
