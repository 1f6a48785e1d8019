import { wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

export const endCall = defineTool({
  name: 'end_call',
  description: {
    fr: 'Donne la phrase d’au revoir. À appeler quand l’appelant n’a plus besoin de rien, juste avant de raccrocher.',
    en: 'Gives the closing sentence. Call it when the caller needs nothing more, just before hanging up.',
  },
  input: inputOf([]),
  effect: 'read',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 50,
  codes: ['OK'],
  answers: { end_call: 'true when the call may be ended after the sentence' },

  run: async (_, args, call) => goodbye(args, call),
  withoutStores: goodbye,
});

function goodbye(_: unknown, call: ToolCall): ToolAnswer {
  return { code: 'OK', say: wordsOfTag(call.language).goodbye, data: { end_call: true } };
}
