import type { TextingWords } from './texting-words.ts';

const orCall = (phone?: string): string => (phone ? `, or call us at ${phone}` : '');

export const en: TextingWords = {
  disclosure: (clinic) => `${clinic}, automated assistant (AI).`,
  wordless: '[Picture, sound or the like, without text]',
  wordsOnly: 'I can’t look at pictures or listen to voice messages. Please write what I can do for you.',
  tooLong: (phone) =>
    `This conversation is too long for me to go on with.${phone ? ` Please call us at ${phone}.` : ''}`,
  tryAgain: (phone) => `I couldn’t handle your message. Send it again in a moment${orCall(phone)}.`,
  tooMany: (phone) => `Too many chats were begun from here. Try again in an hour${orCall(phone)}.`,
};
