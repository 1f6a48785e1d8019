import type { ClinicId } from '../ids.ts';
import type { Clinic } from './clinic.ts';
import type { Holders } from './clinic-registry.ts';

/** Something a clinic claims and cannot have. */
export interface ClaimConflict {
  /** Which of the clinics, by its place in the list. */
  clinic: number;
  /** Where it claims it. */
  path: (string | number)[];
  /** The number, agent or slug, as people write it. */
  claim: string;
  /** The clinic in the way: another of the list, or one that is stored. */
  holder: { clinic: number } | { clinicId: ClinicId };
  how: 'same-id' | 'number' | 'slug' | 'former-slug' | 'dedicated-agent' | 'shared-agent';
}

/**
 * What a set of clinics cannot claim together, or because another clinic holds it. A number or dedicated agent may pass
 * from one clinic of the set to another; a slug, even a former one, never leaves its clinic.
 */
export function claimConflicts(clinics: Clinic[], holders: Holders): ClaimConflict[] {
  return [...conflictsAmong(clinics), ...conflictsWithHolders(clinics, holders)];
}

function conflictsAmong(clinics: Clinic[]): ClaimConflict[] {
  const conflicts: ClaimConflict[] = [];
  clinics.forEach((clinic, index) => {
    const earlier = (claims: (other: Clinic) => boolean) => clinics.slice(0, index).findIndex(claims);
    const complain = (other: number, conflict: Pick<ClaimConflict, 'path' | 'claim' | 'how'>) => {
      if (other >= 0) conflicts.push({ clinic: index, holder: { clinic: other }, ...conflict });
    };
    complain(
      earlier(({ id }) => id === clinic.id),
      { path: ['id'], claim: clinic.id, how: 'same-id' },
    );
    complain(
      earlier(({ slug }) => slug === clinic.slug),
      { path: ['slug'], claim: clinic.slug, how: 'slug' },
    );
    clinic.numbers.forEach(({ number }, at) =>
      complain(
        earlier(({ numbers }) => numbers.some((other) => other.number === number)),
        { path: ['numbers', at, 'number'], claim: number, how: 'number' },
      ),
    );
    clinic.agents.forEach(({ id, kind }, at) => {
      const wants = (otherKind: string) =>
        earlier(({ agents }) => agents.some((other) => other.id === id && other.kind === otherKind));
      complain(wants('dedicated'), { path: ['agents', at, 'id'], claim: id, how: 'dedicated-agent' });
      if (kind === 'dedicated') {
        complain(wants('shared'), { path: ['agents', at, 'id'], claim: id, how: 'shared-agent' });
      }
    });
  });
  return conflicts;
}

function conflictsWithHolders(clinics: Clinic[], holders: Holders): ClaimConflict[] {
  const conflicts: ClaimConflict[] = [];
  const applied = new Map(clinics.map((clinic) => [clinic.id, clinic]));
  clinics.forEach((clinic, index) => {
    /** What a clinic of the set held is given up in this very change, or already told of as a conflict within the set. */
    const stranger = (holder: ClinicId | undefined) => (holder && !applied.has(holder) ? holder : undefined);
    const complain = (holder: ClinicId | undefined, conflict: Pick<ClaimConflict, 'path' | 'claim' | 'how'>) => {
      if (holder) conflicts.push({ clinic: index, holder: { clinicId: holder }, ...conflict });
    };
    const slug = holders.slugs.get(clinic.slug);
    if (slug && slug.clinicId !== clinic.id && applied.get(slug.clinicId)?.slug !== clinic.slug) {
      complain(slug.clinicId, { path: ['slug'], claim: clinic.slug, how: slug.current ? 'slug' : 'former-slug' });
    }
    clinic.numbers.forEach(({ number }, at) =>
      complain(stranger(holders.numbers.get(number)), {
        path: ['numbers', at, 'number'],
        claim: number,
        how: 'number',
      }),
    );
    clinic.agents.forEach(({ id, kind }, at) => {
      const agent = holders.agents.get(id);
      const place = { path: ['agents', at, 'id'], claim: id };
      complain(stranger(agent?.dedicatedTo), { ...place, how: 'dedicated-agent' });
      if (kind === 'dedicated') complain(agent?.sharedBy.find(stranger), { ...place, how: 'shared-agent' });
    });
  });
  return conflicts;
}

/**
 * Puts clinics that hand something to each other into one group, so that it is never held by both or, half-way, by
 * none. Answers lists of places in `changes`.
 */
export function handOvers(changes: { before?: Clinic; after: Clinic }[]): number[][] {
  const groups = changes.map((_, index) => [index]);
  changes.forEach(({ before }, giver) => {
    if (!before) return;
    changes.forEach(({ after }, taker) => {
      const together = groups.find((group) => group.includes(giver));
      const joining = groups.find((group) => group.includes(taker));
      if (!together || !joining || together === joining || !handsOver(before, after)) return;
      together.push(...joining);
      groups.splice(groups.indexOf(joining), 1);
    });
  });
  return groups;
}

const handsOver = (giver: Clinic, taker: Clinic): boolean =>
  giver.numbers.some(({ number }) => taker.numbers.some((taken) => taken.number === number)) ||
  giver.agents.some(({ id, kind }) =>
    taker.agents.some((taken) => taken.id === id && (kind === 'dedicated' || taken.kind === 'dedicated')),
  );
