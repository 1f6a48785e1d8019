import { languageOf } from '../../../language.ts';
import { inputSchema } from '../../tools/input-schema.ts';
import type { LiveTalk } from '../live-talk.ts';
import { askSupervisorFunction } from '../text/model-functions.ts';
import { historyOf } from './history.ts';
import type { Listening, SpeechSetup } from './speech-model.ts';
import { speechWords } from './speech-words.ts';

/** Transcribers take a few names, not a directory. */
const mostKeywords = 20;

/** What a session is set up with for a talk, now. */
export function speechSetup(talk: LiveTalk, listening: Listening): SpeechSetup {
  const { clinic } = talk;
  const role = talk.agents === 'two' ? 'receptionist' : 'single';
  const language = languageOf(talk.language);
  const functions = talk.tools(role).map((tool) => ({
    name: tool.name,
    description: tool.description[language],
    parameters: inputSchema(tool),
  }));
  return {
    role,
    instructions: talk.instructions(role),
    functions: role === 'receptionist' ? [askSupervisorFunction(language), ...functions] : functions,
    voice: clinic.voice.voice,
    turnDetection: clinic.voice.turnDetection,
    languages: [...new Set([talk.language, ...clinic.languages].map((tag) => languageOf(tag)))],
    keywords: [clinic.name, ...clinic.providers.map(({ familyName }) => familyName)].slice(0, mostKeywords),
    listening,
    history: () => historyOf(talk.turns(), speechWords[languageOf(talk.language)]),
  };
}
