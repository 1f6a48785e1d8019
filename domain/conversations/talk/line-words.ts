import type { Language } from '../../language.ts';

/** What the telephone line itself says, where no model speaks. */
export interface LineWords {
  /** To whoever calls a number of no clinic; tells nothing. */
  notInService: string;
  /** Something of ours does not work; nothing is known of the clinic. */
  apology: string;
  /** Before a person's telephone rings, when the talk broke. */
  connecting: string;
  /** The caller's own number is known. */
  askNumberOrOwn: string;
  askNumber: string;
  notANumber: string;
  willCallBack: string;
  noNumber: string;
  /** For the clinic's people: why there is a message. */
  brokenOff: string;
  brokenOffWithoutNumber: string;
  lastSaid(text: string): string;
  /** Of a call in which nobody said anything that could be summed up. */
  nothingSaid: string;
  hardlyAnythingSaid: string;
  /** Of a call whose caller objected to being recorded before anything else. */
  notKept: string;
}

export const lineWords: Record<Language, LineWords> = {
  fr: {
    notInService: 'Ce numéro n’est pas en service.',
    apology:
      'Un problème technique nous empêche de prendre votre appel. Merci de rappeler dans quelques minutes. En cas d’urgence vitale, appelez tout de suite les secours.',
    connecting: 'Je ne peux pas poursuivre cet appel. Je vous mets en relation avec l’équipe. Ne quittez pas.',
    askNumberOrOwn:
      'Je ne peux pas poursuivre cet appel. Pour que l’équipe vous rappelle au numéro dont vous appelez, appuyez sur 1, puis sur dièse. Pour un autre numéro, composez-le, puis appuyez sur dièse.',
    askNumber:
      'Je ne peux pas poursuivre cet appel. Pour que l’équipe vous rappelle, composez votre numéro, puis appuyez sur dièse.',
    notANumber: 'Je n’ai pas reconnu ce numéro.',
    willCallBack: 'Merci. L’équipe vous rappellera. Au revoir.',
    noNumber: 'Je n’ai pas pu noter de numéro. Merci de rappeler la clinique un peu plus tard. Au revoir.',
    brokenOff: 'L’appel a été interrompu. La personne demande à être rappelée.',
    brokenOffWithoutNumber: 'L’appel a été interrompu et la personne n’a pas composé de numéro de rappel.',
    lastSaid: (text) => `Ses derniers mots : « ${text} »`,
    nothingSaid: 'La personne n’a rien dit.',
    hardlyAnythingSaid: 'La personne n’a presque rien dit.',
    notKept: 'La personne a refusé l’enregistrement : rien de ce qu’elle a dit ensuite n’est conservé.',
  },
  en: {
    notInService: 'This number is not in service.',
    apology:
      'A technical problem keeps us from taking your call. Please call again in a few minutes. If your life is in danger, call emergency services right away.',
    connecting: "I can't go on with this call. Let me connect you with the team. Please stay on the line.",
    askNumberOrOwn:
      "I can't go on with this call. To have the team call you back at the number you are calling from, press 1, then the pound key. For another number, enter it, then press the pound key.",
    askNumber:
      "I can't go on with this call. To have the team call you back, enter your number, then press the pound key.",
    notANumber: "I didn't recognise that number.",
    willCallBack: 'Thank you. The team will call you back. Goodbye.',
    noNumber: "I couldn't take down a number. Please call the clinic again a little later. Goodbye.",
    brokenOff: 'The call was cut off. The caller asks to be called back.',
    brokenOffWithoutNumber: 'The call was cut off, and the caller entered no number to call back.',
    lastSaid: (text) => `Their last words: “${text}”`,
    nothingSaid: 'The caller said nothing.',
    hardlyAnythingSaid: 'The caller said next to nothing.',
    notKept: 'The caller objected to being recorded: nothing of what they said after that is kept.',
  },
};
