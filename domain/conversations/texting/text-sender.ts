import * as z from 'zod';
import type { E164 } from '../../e164.ts';
import type { ClinicId } from '../../ids.ts';

/** A message to one person. */
export interface OutgoingText {
  channel: 'sms' | 'whatsapp';
  to: E164;
  /** The clinic's number; with a service, the service chooses among the clinic's. */
  from: E164;
  messagingServiceSid?: string;
  body: string;
}

/** For certain nothing was sent: it may be tried again. Of any other error nobody knows. */
export class TextNotSent extends Error {
  override name = 'TextNotSent';
}

/** Why a vendor will never send a message. `opted-out`: its own list says so. */
export const TextRefusal = z.enum(['opted-out', 'unreachable', 'not-ours', 'other']);
export type TextRefusal = z.infer<typeof TextRefusal>;

export type TextOutcome =
  | { outcome: 'accepted'; textId: string }
  /** `code`: the vendor's. */
  | { outcome: 'refused'; reason: TextRefusal; code?: number };

export interface TextSender {
  /** @throws TextNotSent; any other error when it is not known what became of it */
  send(text: OutgoingText): Promise<TextOutcome>;
}

/** What was written to a number, each once by its name. */
export interface SentTexts {
  /**
   * Sends unless it was sent, refused, or begun and never heard of again: a person is written to once at most. Asked
   * again it answers what is known: `already` sent, `unknown`, or the refusal. Gives its place back for a `TextNotSent`,
   * which it throws on.
   */
  once(
    clinicId: ClinicId,
    to: E164,
    name: string,
    send: () => Promise<TextOutcome>,
  ): Promise<TextOutcome | { outcome: 'already' | 'unknown' }>;
}

/** Accounts at the vendor that belong to one clinic, whoever is configured with them. */
export interface TextServices {
  /** Whether the service is this clinic's; the first that asks for it has it. */
  claim(clinicId: ClinicId, messagingServiceSid: string): Promise<boolean>;
}
