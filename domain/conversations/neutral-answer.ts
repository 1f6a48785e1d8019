import { type Language, languages } from '../language.ts';
import { soundsLikeEmergency } from './emergency-phrases.ts';
import type { ToolResult } from './tools/tool.ts';
import { toolWords } from './words/words.ts';

/** Which of them answers depends on where the caller stands; two are safer than the wrong one. */
const publicNumbers = ['112', '911'] as const;

const cannotHelp = {
  fr: 'Je ne peux pas consulter l’agenda en ce moment. Merci de rappeler la clinique un peu plus tard.',
  en: "I can't look into the schedule right now. Please call the clinic again a little later.",
} as const satisfies Record<Language, string>;

/**
 * What an agent says while the clinic of its call is not known: nothing of any clinic, nor why; of an emergency, whom to
 * call. In every language we speak while nobody knows the caller's.
 */
export function neutralAnswer(
  { tool, callerUtterances }: { tool?: string; callerUtterances: readonly string[] },
  language?: Language,
): ToolResult {
  const inDanger = tool === 'report_emergency' || callerUtterances.some(soundsLikeEmergency);
  const say = (each: Language) => (inDanger ? toolWords[each].emergency(...publicNumbers) : cannotHelp[each]);
  return {
    code: inDanger ? 'EMERGENCY_ACTIVE' : 'RETRY_LATER',
    say: language ? say(language) : languages.map(say).join(' '),
    data: {},
  };
}
