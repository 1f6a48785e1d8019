import { fill } from '../retell/placeholders.ts';
import { languageOfText, variablesFrom } from './brain-facts.ts';
import { remembered, saidBy } from './brain-history.ts';
import { placeIn } from './brain-place.ts';
import type { Situation } from './brain.ts';
import type { Known } from './json-answer.ts';

const intentOf: Record<string, string> = {
  book_appointment: 'book',
  reschedule_appointment: 'reschedule',
  cancel_appointment: 'cancel',
  report_emergency: 'emergency',
  transfer_to_human: 'person',
  take_message: 'message',
};

/** What a scripted analyst makes of a talk, by the names a schema may have for it; `undefined` where the scenario has none. */
export function scriptedAnalysis(situation: Situation): Known | undefined {
  const history = remembered(situation.history);
  const place = placeIn(history, true);
  if ('reply' in place) {
    const language = /\bFrench\b/.test(situation.instructions) ? 'fr' : languageOfText(situation.instructions);
    const first = saidBy('caller', history)[0] ?? '';
    const summary = language === 'fr' ? `La personne a dit : ${first}` : `The caller said: ${first}`;
    return { summary: [summary], sentiment: ['neutral'], success: [false], successful: [false], language: [language] };
  }
  const { talk, language } = place;
  if (!talk.analysis) return undefined;
  const { summary, sentiment, successful } = talk.analysis;
  const called = talk.script.flatMap((step) => ('call' in step ? [intentOf[step.call]] : []));
  const intent = called.findLast((one) => one !== undefined) ?? 'question';
  return {
    summary: [fill(summary ?? '', variablesFrom(situation, history, language), new Set())],
    sentiment: [sentiment.toLowerCase(), sentiment],
    success: [successful],
    successful: [successful],
    language: [language],
    emergency: [intent === 'emergency'],
    intents: [[intent], []],
    'intents[]': [intent],
    kind: [intent],
    detail: [''],
  };
}
