import type { ClaimConflict } from '#domain/clinics/claim-conflicts.ts';

const words: Record<ClaimConflict['how'], string> = {
  'same-id': 'the id of another clinic',
  number: 'a number of another clinic',
  slug: 'the slug of another clinic',
  'former-slug': 'a former slug of another clinic, and stays with it',
  'dedicated-agent': 'an agent dedicated to another clinic',
  'shared-agent': 'an agent that other clinics share',
};

/** What a clinic cannot have, without naming whose it is. */
export const conflictText = ({ claim, how }: ClaimConflict): string => `${claim} is ${words[how]}`;
