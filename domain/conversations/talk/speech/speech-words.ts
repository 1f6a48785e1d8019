import type { Language } from '../../../language.ts';
import type { PreparedName } from './prepared-audio.ts';

/** What the speech engine says of its own accord. */
export interface SpeechWords {
  /** While a tool takes its time; one after the other, so that nobody hears the same words twice in a row. */
  fillers: readonly string[];
  /** The caller says nothing. */
  stillThere: string;
  /** The caller has said nothing for so long that the call ends. */
  silentGoodbye: string;
  /** The call was cut off and goes on. */
  resumed: string;
  /** What the caller said last was not understood. */
  sayAgain: string;
  /** The longest a call may be is nearly reached, and somebody can take over, or not. */
  timeIsUpTransfer: string;
  timeIsUpGoodbye: string;
  goodbye: string;
  /** Keys the caller pressed, as words of theirs. */
  keyed(keys: string): string;
  /** Told to the model, not said. */
  toolAnswered(name: string, answer: string): string;
  askAgain: string;
  wentOn: string;
  recordingStopped: string;
  /** Sentences that are shipped as audio, to the letter. */
  prepared: Record<PreparedName, string>;
}

export const speechWords: Record<Language, SpeechWords> = {
  fr: {
    fillers: ['Un instant, je regarde.', 'Je vérifie, un petit moment.', 'Voyons cela, un instant.'],
    stillThere: 'Êtes-vous toujours là ?',
    silentGoodbye: 'Je ne vous entends plus. N’hésitez pas à nous rappeler. Au revoir.',
    resumed: 'Excusez-moi, la ligne a été coupée un instant. Nous pouvons continuer.',
    sayAgain: 'Excusez-moi, je n’ai pas bien entendu. Pouvez-vous répéter, s’il vous plaît ?',
    timeIsUpTransfer: 'Notre appel a duré longtemps. Je vous passe l’équipe pour la suite.',
    timeIsUpGoodbye: 'Notre appel arrive à sa durée maximale. N’hésitez pas à nous rappeler pour la suite. Au revoir.',
    goodbye: 'Au revoir.',
    keyed: (keys) => `Au clavier : ${keys}.`,
    toolAnswered: (name, answer) => `La fonction ${name} a répondu : ${answer}`,
    askAgain:
      'La personne a repris la parole avant la réponse. Rien de nouveau n’a été commencé depuis : rappelez la fonction avec ce qu’elle dit maintenant, si elle en a encore besoin.',
    wentOn:
      'La liaison a été interrompue un instant. Continuez là où vous en étiez, sans saluer et sans redemander ce qui a été dit.',
    recordingStopped:
      'La personne a refusé l’enregistrement, et il est arrêté. Dites-le-lui en une courte phrase, puis continuez l’appel.',
    prepared: {
      'one-moment': 'Un instant, s’il vous plaît.',
      'trouble-transfer': 'Excusez-moi, j’ai une difficulté technique. Je vous passe l’équipe, restez en ligne.',
      'trouble-callback': 'Excusez-moi, j’ai une difficulté technique. L’équipe va vous rappeler.',
      'busy-transfer': 'Toutes nos lignes sont occupées. Je vous passe l’équipe, restez en ligne.',
      'busy-callback': 'Toutes nos lignes sont occupées. L’équipe va vous rappeler.',
      goodbye: 'Merci de votre appel. Au revoir.',
    },
  },
  en: {
    fillers: ['One moment, let me check.', 'I’m looking that up, just a second.', 'Let me see, one moment.'],
    stillThere: 'Are you still there?',
    silentGoodbye: 'I can’t hear you any more. Please call us back any time. Goodbye.',
    resumed: 'Sorry, the line was cut for a moment. We can go on.',
    sayAgain: 'Sorry, I didn’t quite hear that. Could you say it again, please?',
    timeIsUpTransfer: 'We have been talking for a long time. Let me put you through to the team for the rest.',
    timeIsUpGoodbye: 'This call has reached its longest time. Please call us back for the rest. Goodbye.',
    goodbye: 'Goodbye.',
    keyed: (keys) => `On the keypad: ${keys}.`,
    toolAnswered: (name, answer) => `The function ${name} answered: ${answer}`,
    askAgain:
      'The caller went on speaking before the answer. Nothing new was begun since: call the function again with what they say now, if they still need it.',
    wentOn:
      'The connection was interrupted for a moment. Go on where you were, without greeting and without asking again for what was said.',
    recordingStopped:
      'The caller objected to the recording, and it has been stopped. Tell them so in one short sentence, then go on with the call.',
    prepared: {
      'one-moment': 'One moment, please.',
      'trouble-transfer':
        'I’m sorry, I have a technical problem. I’ll put you through to the team, please stay on the line.',
      'trouble-callback': 'I’m sorry, I have a technical problem. The team will call you back.',
      'busy-transfer': 'All our lines are busy. I’ll put you through to the team, please stay on the line.',
      'busy-callback': 'All our lines are busy. The team will call you back.',
      goodbye: 'Thank you for calling. Goodbye.',
    },
  },
};
