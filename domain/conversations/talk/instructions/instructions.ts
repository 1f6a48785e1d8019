import * as z from 'zod';
import type { ClinicId } from '../../../ids.ts';

/** Whom a text of a clinic's instructions is for: both, the one on the line, or the one behind it. */
export const InstructionScope = z.enum(['base', 'receptionist', 'supervisor']);
export type InstructionScope = z.infer<typeof InstructionScope>;

/** Channels that can have instructions of their own. */
export const InstructionChannel = z.enum(['voice', 'web', 'whatsapp', 'sms']);
export type InstructionChannel = z.infer<typeof InstructionChannel>;

/** A clinic's own words, without blanks around them. Whatever they say, the prompt sets them apart and outweighs them. */
export const InstructionText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(12_000, 'must have at most 12000 characters');

/** A published text; it never changes. */
export const Instructions = z.object({
  channel: InstructionChannel,
  scope: InstructionScope,
  version: z.int().positive(),
  text: InstructionText,
  publishedAtMs: z.int(),
});
export type Instructions = z.infer<typeof Instructions>;

/** Who publishes, and in which request. */
export interface PublishedBy {
  actorType: 'user' | 'system' | 'platform';
  actorId: string;
  requestId: string;
}

export interface InstructionStore {
  /** What is published now, by scope; a scope without one is absent. One read. */
  current(clinicId: ClinicId, channel: InstructionChannel): Promise<Partial<Record<InstructionScope, Instructions>>>;
  /** The very versions a talk was opened with. @throws Error when one does not exist */
  pinned(
    clinicId: ClinicId,
    channel: InstructionChannel,
    versions: Partial<Record<InstructionScope, number>>,
  ): Promise<Partial<Record<InstructionScope, Instructions>>>;
  /**
   * Publishes the next version of one text, on record in the same write, and answers it. What is published already stays as
   * it is and is the answer.
   */
  publish(
    clinicId: ClinicId,
    text: Pick<Instructions, 'channel' | 'scope' | 'text'>,
    by: PublishedBy,
  ): Promise<Instructions>;
}
