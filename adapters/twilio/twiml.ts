import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { LanguageTag } from '#domain/language.ts';
import { recordingOf } from './recording-of.ts';

/** A sentence and its language: a voice of another language than the text is hard to understand. */
export interface Spoken {
  text: string;
  language: LanguageTag;
}

/** TwiML is read aloud as it stands when it is not declared as XML. */
export const twimlType = 'text/xml; charset=utf-8';

/** How long a person's telephone rings before the caller hears that nobody answers. */
const ringSeconds = 25;
/** Between two keys, and before the first. */
const keypadSeconds = 8;

interface Stream {
  /** The media socket of the voice service. */
  url: string;
  /** Opens it, once. Twilio's logs show it: it tells nothing. */
  token: string;
  /** Told when the stream begins, ends or breaks. */
  statusCallback: string;
  /** Asked when the stream is over. */
  action: string;
}

interface Before {
  say?: Spoken;
  /** Silence first. */
  waitSeconds?: number;
  /** The call is recorded, and this is told when it is kept. */
  recordingCallback?: string;
}

/** Connects the caller to the voice service. */
export function connectStream(
  { url, token, statusCallback, action }: Stream,
  { say, waitSeconds = 0, recordingCallback }: Before = {},
): string {
  const response = new VoiceResponse();
  if (say) speak(response, say);
  if (waitSeconds > 0) response.pause({ length: waitSeconds });
  // Before the stream, or Twilio does not start it.
  if (recordingCallback) {
    const { recordingChannels, recordingTrack, ...told } = recordingOf(recordingCallback);
    response.start().recording({ channels: recordingChannels, track: recordingTrack, ...told });
  }
  response
    .connect({ action, method: 'POST' })
    .stream({ url, statusCallback, statusCallbackMethod: 'POST' })
    .parameter({ name: 'token', value: token });
  return response.toString();
}

/** Ends the call after these sentences. */
export function hangUp(...said: readonly Spoken[]): string {
  const response = new VoiceResponse();
  for (const each of said) speak(response, each);
  response.hangup();
  return response.toString();
}

interface Transfer {
  number: string;
  /** A number of ours at Twilio: the caller's own may not be shown. */
  callerId: string;
  /** Asked when the person hung up, or nobody answered. */
  action: string;
}

/** Rings a person. The caller hears it ring, and is billed, only once somebody answers. */
export function transfer({ number, callerId, action }: Transfer, ...said: readonly Spoken[]): string {
  const response = new VoiceResponse();
  for (const each of said) speak(response, each);
  response.dial({ callerId, answerOnBridge: true, timeout: ringSeconds, action, method: 'POST' }).number(number);
  return response.toString();
}

/** Asks for a number by keypad, ended with `#`. `action` is asked in any case, with `Digits` where there are any. */
export function gatherNumber(action: string, ...said: readonly Spoken[]): string {
  const response = new VoiceResponse();
  const gather = response.gather({
    input: ['dtmf'],
    finishOnKey: '#',
    timeout: keypadSeconds,
    actionOnEmptyResult: true,
    action,
    method: 'POST',
  });
  for (const each of said) speak(gather, each);
  response.hangup();
  return response.toString();
}

/** Asks `url` what comes next. */
export function redirectTo(url: string): string {
  const response = new VoiceResponse();
  response.redirect({ method: 'POST' }, url);
  return response.toString();
}

type Speaker = Pick<VoiceResponse, 'say'>;

function speak(speaker: Speaker, { text, language }: Spoken): void {
  speaker.say(voiceOf(language), text);
}

/** The voice of a region where there is one, else of the language's largest. */
function voiceOf(tag: LanguageTag): VoiceResponse.SayAttributes {
  if (tag === 'fr-CA') return { language: 'fr-CA', voice: 'Polly.Gabrielle-Neural' };
  if (tag === 'en-GB') return { language: 'en-GB', voice: 'Polly.Amy-Neural' };
  if (tag.startsWith('fr')) return { language: 'fr-FR', voice: 'Polly.Lea-Neural' };
  return { language: 'en-US', voice: 'Polly.Joanna-Neural' };
}
