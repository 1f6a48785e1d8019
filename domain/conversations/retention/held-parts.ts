import type { Conversation } from '../conversation.ts';
import { KeptPart } from './kept-parts.ts';

/** Which parts of a conversation are still kept, in the order of `KeptPart`. */
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

/** When it ended, as far as anybody knows, in epoch milliseconds: of one that may go on, when it was last heard of. */
export const endOf = ({
  endedAt,
  heardAt,
  startedAt,
  createdAt,
}: Pick<Conversation, 'endedAt' | 'startedAt' | 'createdAt'> & { heardAt?: number }): number =>
  endedAt ?? heardAt ?? startedAt ?? createdAt;

const fieldOf = { recording: 'recordingUrl', transcript: 'transcript', summary: 'analysis' } as const;

/** The conversation without what is no longer kept of it, so that an event that comes again brings nothing back. */
export function withoutForgotten(conversation: Conversation): Conversation {
  const { forgotten = [] } = conversation;
  const gone = forgotten.map((part) => [fieldOf[part], undefined]);
  return gone.length ? { ...conversation, ...Object.fromEntries(gone) } : conversation;
}
