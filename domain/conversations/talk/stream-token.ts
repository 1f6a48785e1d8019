import { createHash, randomBytes } from 'node:crypto';
import type { Talk } from './talk.ts';

/** A stream is opened within seconds of being told to; nobody needs the token longer. */
const streamTokenLifeMs = 120_000;

/** A token that opens the next stream of one talk, once, and what is kept of it. */
export interface StreamToken {
  token: string;
  kept: Required<Pick<Talk, 'streamTokenHash' | 'streamTokenExpiresAtMs' | 'streamGivenAtMs'>>;
}

/** 256 random bits; the hash alone is kept. */
export function mintStreamToken(nowMs: number): StreamToken {
  const token = randomBytes(32).toString('base64url');
  return {
    token,
    kept: {
      streamTokenHash: streamTokenHash(token),
      streamTokenExpiresAtMs: nowMs + streamTokenLifeMs,
      streamGivenAtMs: nowMs,
    },
  };
}

export const streamTokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');
