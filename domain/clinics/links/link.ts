import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { ClinicId } from '../../ids.ts';

/** What a click on a link of ours can be for. */
export const LinkPurpose = z.enum(['invitation', 'recipient']);
export type LinkPurpose = z.infer<typeof LinkPurpose>;

/** What within a clinic a link is about: an invitation or a recipient, by its id. */
export interface LinkMatter {
  purpose: LinkPurpose;
  id: string;
}

/**
 * That a link is to be sent about a matter. Asked for again, it is the next round, and links of rounds before it open
 * nothing any more. All times in epoch milliseconds.
 */
export interface LinkAsk extends LinkMatter {
  clinicId: ClinicId;
  round: number;
  askedAtMs: number;
  /** After this the link is worth nothing. */
  untilMs: number;
  /** When links were asked for within the last day, oldest first, this one included. */
  recentMs: number[];
  sentAtMs?: number;
  /** The address does not exist, or its owner complained. */
  bouncedAtMs?: number;
  usedAtMs?: number;
}

/** A link somebody opened. `dead`: it ended, or another was asked for since. */
export interface Link extends LinkMatter {
  clinicId: ClinicId;
  round: number;
  state: 'open' | 'used' | 'dead';
}

const dayMs = 24 * 3_600_000;
/** How long a link can be used. */
export const linkLifetimeMs = 7 * dayMs;
/** Whoever asks again so soon has the same link coming. */
export const sameAskMs = 10 * 60_000;
/** Nobody's mailbox is filled through us. */
const mostAsksADay = 5;

/** The next ask about a matter, after the last there was. */
export function nextAsk(
  before: LinkAsk | undefined,
  clinicId: ClinicId,
  { purpose, id }: LinkMatter,
  nowMs: number,
): LinkAsk | 'too-often' {
  const recentMs = [...(before?.recentMs ?? []).filter((at) => at > nowMs - dayMs), nowMs];
  if (recentMs.length > mostAsksADay) return 'too-often';
  const round = (before?.round ?? 0) + 1;
  return { clinicId, purpose, id, round, askedAtMs: nowMs, untilMs: nowMs + linkLifetimeMs, recentMs };
}

/** Whether a link that was asked for is still on its way or fresh in the mailbox, so that asking again changes nothing. */
export const isFresh = ({ askedAtMs, usedAtMs }: LinkAsk, nowMs: number): boolean =>
  usedAtMs === undefined && nowMs < askedAtMs + sameAskMs;

/** The secret part of a link: 256 random bits. */
export const newLinkToken = (): string => randomBytes(32).toString('base64url');

/** What is kept of a token; nothing for text that cannot be one. */
export const linkHash = (token: string): string | undefined =>
  /^[A-Za-z0-9_-]{43}$/.test(token) ? createHash('sha256').update(token).digest('hex') : undefined;

export interface LinkStore {
  /** What was asked for last about a matter. */
  asked(clinicId: ClinicId, matter: LinkMatter): Promise<LinkAsk | undefined>;
  /** The same of all matters of one kind. */
  askedOf(clinicId: ClinicId, purpose: LinkPurpose): Promise<LinkAsk[]>;
  /** Makes the secret of a link; only its hash is kept. Asked twice, both open the same. */
  mint(ask: LinkAsk, nowMs: number): Promise<string>;
  /** The link was handed to the mail service, or is not to be sent any more: nobody owes it then. */
  settle(ask: LinkAsk, sentAtMs?: number): Promise<void>;
  /** The mail service says that an address does not take what we send. */
  bounced(clinicId: ClinicId, matter: LinkMatter, round: number, atMs: number): Promise<void>;
  /** Links asked for between two instants that nobody has sent yet, oldest first. */
  owed(fromMs: number, toMs: number, upTo: number): Promise<LinkAsk[]>;
  /** Whose link a token is. It changes nothing: programs open links before people do. */
  find(token: string, nowMs: number): Promise<Link | undefined>;
}
