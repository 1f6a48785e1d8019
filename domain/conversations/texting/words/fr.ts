import type { TextingWords } from './texting-words.ts';

export const fr: TextingWords = {
  disclosure: (clinic) => `${clinic}, assistant automatique (IA).`,
  wordsOnly: 'Je ne lis que les messages écrits. Que puis-je faire pour vous ?',
  tooLong: (phone) => `Cette conversation est trop longue pour que je la continue. Appelez-nous au ${phone}.`,
  tryAgain: (phone) => `Je n’ai pas pu traiter votre message. Renvoyez-le dans un moment, ou appelez-nous au ${phone}.`,
  tooMany: (phone) =>
    `Trop de conversations ont été commencées d’ici. Réessayez dans une heure, ou appelez-nous au ${phone}.`,
};
