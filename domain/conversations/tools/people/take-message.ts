import { derivedUuid } from '../../../ids.ts';
import { normalizePhone } from '../../../phone-number.ts';
import { wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';

export const takeMessage = defineTool({
  name: 'take_message',
  description: {
    fr: 'Note un message pour l’équipe de la clinique, avec le nom et le numéro de l’appelant s’il les donne. À appeler quand rien d’autre ne peut aider, ou quand il demande qu’on le rappelle.',
    en: 'Takes a message for the clinic’s team, with the caller’s name and number if given. Call it when nothing else can help, or when they ask to be called back.',
  },
  input: inputOf(['message'], ['caller_name', 'callback_number', 'urgency']),
  effect: 'write',
  discloses: 'nothing',
  refusedInEmergency: false,
  budgetMs: 400,
  codes: ['OK'],
  answers: { message_taken: 'true' },

  async run({ acts }, { message, caller_name, callback_number, urgency }, call) {
    const { clinic, conversation, requester, nowMs } = call;
    const words = wordsOfTag(call.language);
    const phone = normalizePhone(callback_number, clinic.country);
    const number = phone.valid && phone.e164 ? phone.e164 : (callback_number ?? requester.callerNumber);
    const what = [message, caller_name ?? '', callback_number ?? '', urgency ?? ''];
    await acts.record(clinic.id, conversation.conversationId, {
      message: {
        messageId: derivedUuid('message', clinic.id, conversation.conversationId, ...what),
        ...(caller_name !== undefined && { callerName: caller_name }),
        ...(number !== undefined && { callbackNumber: number }),
        text: message,
        urgency: urgency === 'same_day' ? 'today' : 'routine',
        takenAtMs: nowMs,
      },
      audit: [],
    });
    return {
      code: 'OK',
      say: number === undefined ? words.messageWithoutNumber : words.messageTaken,
      data: { message_taken: true },
    };
  },
});
