import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { emergencyScript, noticeEmergency, openEmergencyLine } from '../emergency-answer.ts';
import { inputOf } from '../fields.ts';
import { refused } from '../refusals.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

export const reportEmergency = defineTool({
  name: 'report_emergency',
  description: {
    fr: 'À appeler dès que quelque chose ressemble à un danger pour la vie : douleur à la poitrine, gêne pour respirer, saignement fort, malaise, convulsions, AVC, idées suicidaires, accouchement. Demandez d’abord une fois « est-ce que cela se passe en ce moment ? ». Ne donnez aucun conseil médical et lisez la phrase de réponse telle quelle.',
    en: 'Call it as soon as something sounds like a danger to life: chest pain, trouble breathing, heavy bleeding, fainting, seizure, stroke, suicidal thoughts, birth. First ask once “is it happening now?”. Give no medical advice and read the sentence of the answer as it is.',
  },
  input: inputOf([], ['happening_now']),
  effect: 'write',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 400,
  codes: ['OK', 'EMERGENCY_TO_CONFIRM'],
  answers: {
    emergency: 'true when it is one; nothing can be booked from then on',
    transfer_number: 'number of the clinic’s team on call, E.164, when it answers now',
  },

  async run(deps, { happening_now = 'unknown' }, call) {
    const { state } = call;
    if (happening_now === 'no' && state.emergency !== 'active') {
      // The caller's own words decide: a model's “no” does not answer a question that the caller has not answered.
      if (state.emergency === 'asked') return refused(call, 'EMERGENCY_TO_CONFIRM');
      const [number1 = '112', number2] = call.clinic.emergencyNumbers;
      return {
        code: 'OK',
        say: sentences(wordsOfTag(call.language).notAnEmergency(number1, number2)),
        data: { emergency: false },
      };
    }
    await noticeEmergency(deps, call);
    return happening(call);
  },
  withoutStores: ({ happening_now }, call) => (happening_now === 'no' ? undefined : happening(call)),
});

function happening(call: ToolCall): ToolAnswer {
  const line = openEmergencyLine(call, call.nowMs);
  return {
    code: 'OK',
    say: emergencyScript(call, line),
    data: { emergency: true, ...(line && { transfer_number: line }) },
    remember: (state) => ({ ...state, emergency: 'active', emergencyAskedAtMs: undefined }),
  };
}
