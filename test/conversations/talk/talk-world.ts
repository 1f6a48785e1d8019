import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { TalkDeps } from '#domain/conversations/talk/talk-deps.ts';
import type { NewTalk } from '#domain/conversations/talk/talk.ts';
import { inMemoryActs } from '../../fakes/acts.ts';
import { inMemoryConversations } from '../../fakes/conversations.ts';
import { inMemoryInstructions } from '../../fakes/instructions.ts';
import { rememberedTalkEvents } from '../../fakes/talk-events.ts';
import { aTalkId, newTalk } from '../../fakes/talk.ts';
import { inMemoryTalks } from '../../fakes/talks.ts';
import { toolWorld, type ToolWorldOptions } from '../tools/tool-world.ts';

export interface TalkWorldOptions extends ToolWorldOptions {
  talk?: Partial<NewTalk>;
}

/** A clinic on whose number talks are held: stores in memory, rules real, no time passes while somebody tries again. */
export function talkWorld(options: TalkWorldOptions = {}) {
  const conversations = inMemoryConversations();
  const acts = inMemoryActs(conversations);
  const tools = toolWorld({ ...options, conversations, deps: { acts, ...options.deps } });
  const talks = inMemoryTalks();
  const instructions = inMemoryInstructions(tools.clock);
  const events = rememberedTalkEvents();
  const opened = newTalk({ openedAtMs: tools.clock.now(), ...options.talk });
  const deps: TalkDeps = {
    ...tools.deps,
    clinics: { profile: async (clinicId) => (clinicId === tools.clinic.id ? tools.clinic : undefined) },
    talks,
    instructions,
    conversations,
    events,
    pause: async () => {},
  };

  return {
    ...tools,
    acts,
    conversations,
    talks,
    instructions,
    events,
    deps,
    clinicId: tools.clinic.id,
    conversationId: opened.conversationId,
    open: () => talks.open(tools.clinic.id, opened),
    /** A task of its own takes the talk, which is opened if need be. Its stores behave otherwise where a test says so. */
    async take(changes: Partial<TalkDeps> = {}): Promise<LiveTalk> {
      await talks.open(tools.clinic.id, opened);
      const talk = await takeTalk({ ...deps, ...changes })(tools.clinic.id, opened.conversationId);
      if (!talk) throw new Error('there is no talk to take');
      return talk;
    },
    talk: () => talks.get(tools.clinic.id, opened.conversationId),
    storedTurns: () => talks.turns(tools.clinic.id, opened.conversationId),
    dialogue: () => tools.dialogues.get(tools.clinic.id, opened.conversationId),
    conversation: () => conversations.get(tools.clinic.id, opened.conversationId),
  };
}
export type TalkWorld = ReturnType<typeof talkWorld>;

/** Somebody says something, and it is known at once. */
export function say(talk: LiveTalk, speaker: 'agent' | 'caller', text: string): void {
  talk.begin(speaker).fill(text);
}

export { aTalkId };
