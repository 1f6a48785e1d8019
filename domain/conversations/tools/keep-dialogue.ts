import type { LanguageTag } from '../../language.ts';
import type { DialogueState } from '../dialogue.ts';
import type { EmergencyState } from '../judge-emergency.ts';
import type { ToolAnswer, ToolCall, ToolDeps } from './tool.ts';

/** Writes what the dialogue is to know from now on, if anything changed. */
export async function keepDialogue(
  { dialogues }: Pick<ToolDeps, 'dialogues'>,
  { clinic, conversation }: ToolCall,
  before: DialogueState,
  changes: {
    judged: EmergencyState;
    language?: LanguageTag;
    remember?: ToolAnswer['remember'];
    wrote?: boolean;
  },
): Promise<DialogueState> {
  const { judged, language, remember, wrote } = changes;
  const speaksAnother = language !== undefined && language !== before.language;
  if (judged === before && !speaksAnother && !remember && !wrote) return before;
  return dialogues.change(clinic.id, conversation.conversationId, (current) => {
    // Another tool of the same moment may know more of the emergency: what is active stays active.
    const withEmergency =
      judged === before || current.emergency === 'active'
        ? current
        : { ...current, emergencyAskedAtMs: undefined, ...judgementOf(judged) };
    const withLanguage = speaksAnother ? { ...withEmergency, language } : withEmergency;
    const remembered = remember ? remember(withLanguage) : withLanguage;
    return wrote ? { ...remembered, writes: remembered.writes + 1 } : remembered;
  });
}

const judgementOf = ({ emergency, judgedUtterances, emergencyAskedAtMs }: EmergencyState): EmergencyState => ({
  emergency,
  judgedUtterances,
  ...(emergencyAskedAtMs !== undefined && { emergencyAskedAtMs }),
});
