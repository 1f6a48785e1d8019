/**
 * What a talk says by itself, without a model: a language that lacks a sentence does not compile. Those without
 * parameters are also shipped as prepared audio, for when no model can speak them.
 */
export interface TalkWords {
  /** The first sentence of every call. It names the machine as one, and no clinic can edit it away. */
  greeting(clinic: string): string;
  /** The same where we have called. Nothing of whom or why before somebody is verified. */
  outboundGreeting(clinic: string): string;
  /** The first words of a conversation in writing. */
  writtenGreeting(clinic: string): string;
  recordingNotice: string;
  /** In its place where the clinic records only who agrees. */
  recordingQuestion: string;
  /** Where the clinic has no greeting of its own. */
  howCanIHelp: string;
  /** The stream broke and the talk goes on: nothing is greeted or asked again. */
  resumed: string;
  /** Nobody speaks: asked twice, then the call ends. */
  silenceReminders: readonly [string, string];
  silenceGoodbye: string;
  /** While a tool takes longer than a breath. */
  filler: string;
  /** While a model takes longer than a caller waits. */
  stillHere: string;
  couldYouRepeat: string;
  /** Something was heard that holds no words. */
  unintelligible: string;
  /** A model failed: the caller says it once more, to whichever answers then. */
  repair: string;
  /** No model answers any more, and a person of the clinic does. */
  sorryTransferring: string;
  /** No model answers any more, and nobody at the clinic does. */
  sorryLeaveMessage: string;
  /** The one behind the receptionist could not be asked. */
  supervisorFailed: string;
}
