import type { TalkEvent, TalkEvents } from '#domain/conversations/talk/talk-event.ts';

/** What was told of talks, in order. */
export function rememberedTalkEvents(): TalkEvents & { told: TalkEvent[] } {
  const told: TalkEvent[] = [];
  return {
    told,
    async tell(event) {
      told.push(structuredClone(event));
    },
  };
}
