import type { TalkWords } from './talk-words.ts';

export const fr: TalkWords = {
  greeting: (clinic) =>
    `Bonjour, vous êtes bien à ${clinic}. Je suis l’assistant vocal automatique de la clinique, une intelligence artificielle.`,
  outboundGreeting: (clinic) =>
    `Bonjour, ici ${clinic}. Je suis l’assistant vocal automatique de la clinique, une intelligence artificielle.`,
  writtenGreeting: (clinic) =>
    `Bonjour, vous êtes bien à ${clinic}. Je suis l’assistant automatique de la clinique, une intelligence artificielle.`,
  recordingNotice:
    'Cet appel est enregistré pour assurer le suivi de votre demande. Si vous vous y opposez, dites « je refuse ».',
  recordingQuestion: 'Dites « j’accepte » si cet appel peut être enregistré pour assurer le suivi de votre demande.',
  howCanIHelp: 'Que puis-je faire pour vous ?',
  resumed: 'Nous avons été coupés, je continue.',
  silenceReminders: ['Êtes-vous toujours là ?', 'Je ne vous entends pas. Pouvez-vous parler un peu plus fort ?'],
  silenceGoodbye: 'Je ne vous entends plus. N’hésitez pas à rappeler. Au revoir.',
  filler: 'Un instant, je regarde.',
  stillHere: 'Merci de patienter un instant.',
  couldYouRepeat: 'Pardon, pouvez-vous répéter ?',
  unintelligible: 'Je vous entends mal. Pouvez-vous répéter, s’il vous plaît ?',
  repair: 'Excusez-moi, je n’ai pas bien suivi. Pouvez-vous répéter, s’il vous plaît ?',
  sorryTransferring:
    'Je suis désolé, j’ai un problème technique. Je vous mets en relation avec l’équipe. Ne quittez pas.',
  sorryLeaveMessage:
    'Je suis désolé, j’ai un problème technique et personne ne peut vous répondre pour l’instant. Dites-moi votre nom, votre numéro et votre demande : je les transmets à l’équipe.',
  supervisorFailed:
    'Je suis désolé, je n’arrive pas à le faire pour l’instant. Voulez-vous parler à une personne de l’équipe ?',
};
