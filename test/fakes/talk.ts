import type { NewTalk } from '#domain/conversations/talk/talk.ts';
import { turnsPerEpoch, type Turn } from '#domain/conversations/talk/turns/turn.ts';
import { twilioConversationId } from '#domain/ids.ts';
import { cotonou } from './conversation.ts';

export const aCallSid = 'CA0123456789abcdef0123456789abcdef';
export const aTalkId = twilioConversationId(aCallSid);

/** A talk that is about to begin, changed where a test says so. */
export const newTalk = (changes: Partial<NewTalk> = {}): NewTalk => ({
  clinicId: cotonou,
  conversationId: aTalkId,
  provider: 'twilio',
  direction: 'inbound',
  fromNumber: '+12025550117',
  toNumber: '+12025550142',
  language: 'fr',
  agents: 'single',
  instructions: {},
  openedAtMs: Date.parse('2026-10-05T12:30:00.000Z'),
  ...changes,
});

/** The `n`th turn of an epoch. */
export const turn = (epoch: number, n: number, changes: Partial<Turn> = {}): Turn => ({
  seq: epoch * turnsPerEpoch + n,
  speaker: 'caller',
  text: 'Bonjour, je voudrais un rendez-vous.',
  atMs: Date.parse('2026-10-05T12:30:05.000Z'),
  ...changes,
});
