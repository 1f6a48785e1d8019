import { foldSpeech } from '../folded-speech.ts';

/** Whole messages only, as carriers and Twilio have them, and their French equivalents. */
const stop = new Set(
  'stop,stopall,stop all,unsubscribe,cancel,end,quit,revoke,optout,opt out,arret,arreter,stop sms,desabonner,desinscrire,ne m ecrivez plus,ne m appelez plus'.split(
    ',',
  ),
);
const start = new Set('start,unstop,reprendre,reabonner'.split(','));

/**
 * What a message says of whether its sender wants to be written to. Twilio's own word, where it has one, counts before
 * ours: it has acted on it.
 */
export function optWordOf(text: string, optOutType?: string): 'stop' | 'start' | 'help' | undefined {
  const told = optOutType?.toLowerCase();
  if (told === 'stop' || told === 'start' || told === 'help') return told;
  const folded = foldSpeech(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (stop.has(folded)) return 'stop';
  return start.has(folded) ? 'start' : undefined;
}
