import type { TextingWords } from './texting-words.ts';

const orCall = (phone?: string): string => (phone ? `, ou appelez-nous au ${phone}` : '');

export const fr: TextingWords = {
  disclosure: (clinic) => `${clinic}, assistant automatique (IA).`,
  wordless: '[Photo, son ou autre envoi sans texte]',
  wordsOnly:
    'Je ne peux ni voir les photos ni écouter les messages vocaux. Écrivez-moi ce que je peux faire pour vous.',
  tooLong: (phone) =>
    `Cette conversation est trop longue pour que je la continue.${phone ? ` Appelez-nous au ${phone}.` : ''}`,
  tryAgain: (phone) => `Je n’ai pas pu traiter votre message. Renvoyez-le dans un moment${orCall(phone)}.`,
  tooMany: (phone) => `Trop de conversations ont été commencées d’ici. Réessayez dans une heure${orCall(phone)}.`,
};
