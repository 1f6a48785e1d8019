import type { TextingWords } from './texting-words.ts';

export const en: TextingWords = {
  disclosure: (clinic) => `${clinic}, automated assistant (AI).`,
  wordsOnly: 'I can only read written messages. What can I do for you?',
  tooLong: (phone) => `This conversation is too long for me to go on with. Please call us at ${phone}.`,
  tryAgain: (phone) => `I couldn’t handle your message. Send it again in a moment, or call us at ${phone}.`,
  tooMany: (phone) => `Too many chats were begun from here. Try again in an hour, or call us at ${phone}.`,
};
