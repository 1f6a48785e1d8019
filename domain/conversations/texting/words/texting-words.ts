/** What we write by ourselves, without a model: a language that lacks a sentence does not compile. */
export interface TextingWords {
  /** Before the first answer of a conversation by SMS: who this is, and that it is a machine. */
  disclosure(clinic: string): string;
  /** A picture or sound came without words. */
  wordsOnly: string;
  /** A conversation is as long as one may be. */
  tooLong(phone?: string): string;
  /** Nothing answers, and nobody knows why. */
  tryAgain(phone?: string): string;
  /** Chats were begun one after the other; it is shown in the chat’s window. */
  tooMany(phone?: string): string;
}
