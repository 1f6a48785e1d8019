import type { Clinic } from '../../clinics/clinic.ts';
import type { E164 } from '../../e164.ts';
import type { ConversationId, OutboundCallId } from '../../ids.ts';
import type { LanguageTag } from '../../language.ts';
import type { OutboundPurpose } from './outbound-call.ts';

/** One call, as a vendor is to place it. Nothing in it says who is called or about what. */
export interface DialOrder {
  clinic: Clinic;
  callId: OutboundCallId;
  purpose: OutboundPurpose;
  from: E164;
  to: E164;
  language: LanguageTag;
}

export type Dialled = { outcome: 'placed'; conversationId: ConversationId } | { outcome: 'refused'; reason: string };

/**
 * The vendor certainly was not asked, or certainly did nothing: the same call may be tried again. With a `KeyRefused` as its
 * cause, in vain until the clinic has given another key.
 */
export class NotDialled extends Error {
  override readonly name = 'NotDialled';
}

/** A vendor's way to ring somebody. It is asked once: whatever it may have heard is not said again. */
export interface Dialer {
  /** @throws NotDialled; any other error: nobody knows whether a telephone rings. */
  dial(order: DialOrder): Promise<Dialled>;
}
