import * as z from 'zod';
import type { RetentionSettings } from '../../clinics/clinic.ts';
import type { Conversation } from '../conversation.ts';

/** Parts of a conversation, each kept for a time of its own. */
export const KeptPart = z.enum(['recording', 'transcript', 'summary']);
export type KeptPart = z.infer<typeof KeptPart>;

/** Which of them are still kept, in the order of `KeptPart`. */
export const heldParts = ({ forgotten = [] }: Pick<Conversation, 'forgotten'>): KeptPart[] =>
  KeptPart.options.filter((part) => !forgotten.includes(part));

/**
 * Its vendor must give up now what it keeps of it: its caller objected to being recorded, and of a call Retell keeps the
 * whole, with what was said after that.
 */
export const isObjected = (
  call: Pick<Conversation, 'provider' | 'status' | 'objectedToRecording' | 'forgotten'>,
): boolean =>
  call.provider === 'retell' &&
  // Until the clinic was told, something may still be asked of the vendor.
  call.status === 'closed' &&
  call.objectedToRecording === true &&
  heldParts(call).includes('recording');

/** Every choice of parts that may be all that is left of a conversation. */
export const heldChoices: readonly (readonly KeptPart[])[] = KeptPart.options
  .reduce<KeptPart[][]>((choices, part) => [...choices, ...choices.map((choice) => [...choice, part])], [[]])
  .filter((choice) => choice.length > 0);

const dayMs = 24 * 60 * 60 * 1000;
const daysOf = { recording: 'recordingDays', transcript: 'transcriptDays', summary: 'summaryDays' } as const;

/** A part is kept of conversations that ended after this, in epoch milliseconds. */
export const keptSince = (retention: RetentionSettings, part: KeptPart, nowMs: number): number =>
  nowMs - retention[daysOf[part]] * dayMs;

/** When it ended, as far as anybody knows, in epoch milliseconds. */
export const endOf = ({ endedAt, startedAt, createdAt }: Pick<Conversation, 'endedAt' | 'startedAt' | 'createdAt'>) =>
  endedAt ?? startedAt ?? createdAt;

const fieldOf = { recording: 'recordingUrl', transcript: 'transcript', summary: 'analysis' } as const;

/** The conversation without what is no longer kept of it, so that an event that comes again brings nothing back. */
export function withoutForgotten(conversation: Conversation): Conversation {
  const { forgotten = [] } = conversation;
  const gone = forgotten.map((part) => [fieldOf[part], undefined]);
  return gone.length ? { ...conversation, ...Object.fromEntries(gone) } : conversation;
}
