import type { NewTalk } from '#domain/conversations/talk/talk.ts';
import { aConversationId, cotonou } from '#test/fakes/conversation.ts';

/** A talk of Retell's that was just opened. */
export const openedTalk = (nowMs: number): NewTalk => ({
  clinicId: cotonou,
  conversationId: aConversationId,
  provider: 'retell',
  direction: 'inbound',
  fromNumber: '+12025550117',
  toNumber: '+12025550142',
  language: 'fr',
  agents: 'single',
  instructions: {},
  openedAtMs: nowMs,
});
