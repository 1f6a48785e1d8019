import type { Member, PlatformRole, Role } from './member.ts';

/** Everything a signed-in person can be allowed to do. A route asks for exactly one. */
export const rights = [
  'members.read',
  'members.manage',
  'settings.read',
  'settings.write',
  'instructions.read',
  'instructions.publish',
  'credentials.write',
  'agents.read',
  'agents.connect',
  'calls.read',
  'calls.make',
  'appointments.read',
  'appointments.write',
  'patients.read',
  'audit.read',
  'platform.clinics.read',
  'platform.clinics.write',
  'platform.events.read',
  'platform.events.write',
] as const;
export type Right = (typeof rights)[number];

const clinicRights = rights.filter((right) => !right.startsWith('platform.'));
const platformRights = rights.filter((right) => right.startsWith('platform.'));

/** What nobody but the people who answer for the clinic may do. */
const kept: readonly Right[] = ['members.manage', 'settings.write', 'instructions.publish', 'agents.connect'];
/** Opens an account the clinic pays for, or closes it. */
const ownersAlone: readonly Right[] = ['credentials.write'];
/** Who reviews what was done reads it, and reads of patients no more than the record tells. */
const reviewed: readonly Right[] = ['members.read', 'settings.read', 'instructions.read', 'agents.read', 'audit.read'];

/** A role of a clinic has no right of the platform, and a role of the platform none within a clinic. */
const allowed: Record<Role | PlatformRole, readonly Right[]> = {
  owner: clinicRights,
  manager: clinicRights.filter((right) => !ownersAlone.includes(right)),
  staff: clinicRights.filter((right) => ![...kept, ...ownersAlone, 'audit.read'].includes(right)),
  auditor: reviewed,
  platform_ops: platformRights,
  platform_auditor: platformRights.filter((right) => right.endsWith('.read')),
};

export const allows = (role: Role | PlatformRole, right: Right): boolean => allowed[role].includes(right);

/** Owners are made and unmade by owners alone, so that no manager can put themselves above them. */
export const mayChangeRole = (by: Pick<Member, 'role'>, from: Role, to: Role | 'removed'): boolean =>
  by.role === 'owner' || (from !== 'owner' && to !== 'owner');
