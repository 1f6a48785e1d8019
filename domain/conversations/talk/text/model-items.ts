import type { Language } from '../../../language.ts';
import { promptWords } from '../prompt/words.ts';
import type { ModelItem } from './text-model.ts';
import type { ToolUse, Turn } from '../turns/turn.ts';

/** What a model is shown of a long talk: the newest, about half an hour of it. */
const mostTurns = 200;

/** What a model is told of an answer, flat; nothing in it is an instruction. */
export const toolOutput = ({ code, say, data }: Pick<ToolUse, 'code' | 'say' | 'data'>): string =>
  JSON.stringify({ code, say, ...data });

/** A talk so far, as a text model is shown it: what was said and, in its place, what tools were asked and answered. */
export function modelItems(turns: readonly Turn[], language: Language): ModelItem[] {
  const newest = turns.at(-1);
  return turns.slice(-mostTurns).flatMap((turn): ModelItem[] => {
    const { speaker, text, tool } = turn;
    if (tool) {
      return [
        { kind: 'call', callId: tool.callId, name: tool.name, args: JSON.stringify(tool.args) },
        { kind: 'result', callId: tool.callId, output: toolOutput(tool) },
      ];
    }
    if (speaker === 'tool') return [];
    const said: ModelItem = { kind: 'said', by: speaker, text };
    // What was said last may still be being heard.
    return turn.interrupted && turn !== newest
      ? [said, { kind: 'note', text: promptWords[language].notes.interrupted }]
      : [said];
  });
}
