import { randomBytes } from 'node:crypto';

/** Ids in the vendor's manner, all of one length: `item_Ca1A9kP2s1`. */
export const newId = (prefix: string): string =>
  `${prefix}_${randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')}`;
