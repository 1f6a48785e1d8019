import type { E164 } from '../../clinics/clinic.ts';
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

export type TextOutcome =
  | { outcome: 'accepted'; textId: string }
  /** The vendor will never send it. `opted-out`: its own list says so. `code`: the vendor's. */
  | { outcome: 'refused'; reason: 'opted-out' | 'unreachable' | 'not-ours' | 'other'; code?: number };

export interface TextSender {
  /** @throws TextNotSent; any other error when it is not known what became of it */
  send(text: OutgoingText): Promise<TextOutcome>;
}

/** What was written to a number, each once by its name. */
export interface SentTexts {
  /**
   * Sends unless it was sent, refused, or begun and never heard of again: a person is written to once at most. Gives
   * its place back for a `TextNotSent`, which it throws on.
   */
  once(
    clinicId: ClinicId,
    to: E164,
    name: string,
    send: () => Promise<TextOutcome>,
  ): Promise<TextOutcome | { outcome: 'already' }>;
}

/** Accounts at the vendor that belong to one clinic, whoever is configured with them. */
export interface TextServices {
  /** Whether the service is this clinic's; the first that asks for it has it. */
  claim(clinicId: ClinicId, messagingServiceSid: string): Promise<boolean>;
}
