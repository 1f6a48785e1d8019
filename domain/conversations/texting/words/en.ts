import type { TextingWords } from './texting-words.ts';

const orCall = (phone?: string): string => (phone ? `, or call us at ${phone}` : '');

export const en: TextingWords = {
  disclosure: (clinic) => `${clinic}, automated assistant (AI).`,
  wordsOnly: 'I can only read written messages. What can I do for you?',
  tooLong: (phone) =>
    `This conversation is too long for me to go on with.${phone ? ` Please call us at ${phone}.` : ''}`,
  tryAgain: (phone) => `I couldn’t handle your message. Send it again in a moment${orCall(phone)}.`,
  tooMany: (phone) => `Too many chats were begun from here. Try again in an hour${orCall(phone)}.`,
};
