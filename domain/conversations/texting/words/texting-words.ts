/** What we write by ourselves, without a model: a language that lacks a sentence does not compile. */
export interface TextingWords {
  /** Before the first answer of a conversation by SMS: who this is, and that it is a machine. */
  disclosure(clinic: string): string;
  /** Stands in a conversation for what came without words. */
  wordless: string;
  /** The answer to it. */
  wordsOnly: string;
  /** A conversation is as long as one may be. */
  tooLong(phone?: string): string;
  /** Nothing answers, and nobody knows why. */
  tryAgain(phone?: string): string;
  /** Chats were begun one after the other; it is shown in the chat’s window. */
  tooMany(phone?: string): string;
}
