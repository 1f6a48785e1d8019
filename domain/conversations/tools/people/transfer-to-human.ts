import { lineOpen } from '../../../clinics/numbers/human-line.ts';
import { wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { openEmergencyLine } from '../emergency-answer.ts';
import { inputOf } from '../fields.ts';
import { refused } from '../refusals.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

export const transferToHuman = defineTool({
  name: 'transfer_to_human',
  description: {
    fr: 'Donne le numéro vers lequel transférer l’appel quand l’appelant demande une personne ou que vous ne pouvez pas l’aider. Si personne ne répond en ce moment, propose un message.',
    en: 'Gives the number to transfer the call to when the caller asks for a person or you cannot help. When nobody answers now, offers to take a message.',
  },
  input: inputOf([], ['reason']),
  effect: 'write',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 300,
  codes: ['OK', 'NOBODY_AVAILABLE'],
  answers: { transfer_number: 'number to transfer to, E.164; empty when nobody answers' },

  async run({ acts }, _, call) {
    const answer = transfer(call);
    if (answer.code === 'OK') {
      await acts.record(call.clinic.id, call.conversation.conversationId, { act: 'transferred', audit: [] });
    }
    return answer;
  },
  // A person is what is left when machines fail.
  withoutStores: (_, call) => transfer(call),
});

function transfer(call: ToolCall): ToolAnswer {
  const { clinic, state, nowMs } = call;
  const number =
    (state.emergency === 'active' ? openEmergencyLine(call, nowMs) : undefined) ??
    (lineOpen('humanLine', clinic, nowMs) ? clinic.humanLine?.number : undefined);
  if (!number) return refused(call, 'NOBODY_AVAILABLE');
  return { code: 'OK', say: wordsOfTag(call.language).transferring, data: { transfer_number: number } };
}
