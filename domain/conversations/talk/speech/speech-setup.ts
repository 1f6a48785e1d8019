import { languageOf } from '../../../language.ts';
import { inputSchema } from '../../tools/input-schema.ts';
import type { LiveTalk } from '../live-talk.ts';
import { historyOf } from './history.ts';
import type { Listening, SpeechFunction, SpeechSetup } from './speech-model.ts';
import { speechWords } from './speech-words.ts';
import { askSupervisorName } from './tool-runs.ts';

/** Transcribers take a few names, not a directory. */
const mostKeywords = 20;

/** The receptionist's way to the larger model behind it. Fillers are ours: one asked to say one says it at every turn. */
const askSupervisor: Record<'fr' | 'en', SpeechFunction> = {
  fr: {
    name: askSupervisorName,
    description:
      'Demande au système de la clinique tout ce qui touche aux rendez-vous, aux patients et aux règles. Appelez-la sans rien annoncer, puis dites la réponse telle quelle.',
    parameters: {
      properties: {
        request: {
          type: 'string',
          description:
            'Ce que veut l’appelant, en une à trois phrases, avec chaque date, nom et numéro donnés jusqu’ici et ses derniers mots.',
        },
      },
      required: ['request'],
    },
  },
  en: {
    name: askSupervisorName,
    description:
      'Asks the clinic’s system for anything about appointments, patients and policy. Call it without announcing it, then say its answer as it stands.',
    parameters: {
      properties: {
        request: {
          type: 'string',
          description:
            'What the caller wants, in one to three sentences, with every date, name and number given so far and their last words.',
        },
      },
      required: ['request'],
    },
  },
};

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
    functions: role === 'receptionist' ? [askSupervisor[language], ...functions] : functions,
    voice: clinic.voice.voice,
    turnDetection: clinic.voice.turnDetection,
    languages: [...new Set([talk.language, ...clinic.languages].map((tag) => languageOf(tag)))],
    keywords: [clinic.name, ...clinic.providers.map(({ familyName }) => familyName)].slice(0, mostKeywords),
    listening,
    history: () => historyOf(talk.turns(), speechWords[languageOf(talk.language)]),
  };
}
