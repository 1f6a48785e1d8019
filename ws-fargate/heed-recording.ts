import type { Utterance } from '#adapters/retell/llm-socket.ts';
import { foldSpeech } from '#domain/conversations/folded-speech.ts';
import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import { showObjection } from '#domain/conversations/talk/stored-turns.ts';

/**
 * Puts on record that the caller has heard the notice of the recording, or has objected to it, as Retell's transcript
 * tells: what stands in it was really heard. Whoever objects is not recorded by Retell.
 *
 * @param stopRecording given again by whoever takes the call over: the former holder may have died before
 */
export function heedRecording(
  talk: Pick<LiveTalk, 'clinic' | 'turns' | 'unheardNotice' | 'hasObjected' | 'consent'>,
  stopRecording: () => void,
) {
  const notice = foldSpeech(talk.unheardNotice ?? '');
  let hasHeard = notice === '';

  async function heed(): Promise<void> {
    stopRecording();
    await talk.consent('objected');
  }
  const isObjectedTo = () => showObjection(talk.turns(), talk.clinic.voice);
  if (talk.hasObjected || isObjectedTo()) void heed();

  return {
    /** The whole call, as the newest frame tells it. */
    noticed(utterances: readonly Utterance[]): void {
      if (hasHeard || !utterances.some(({ by, text }) => by === 'agent' && foldSpeech(text).includes(notice))) return;
      hasHeard = true;
      void talk.consent('notice-heard');
    },

    /** To be asked once what the caller says is whole. */
    async objected(): Promise<void> {
      if (!talk.hasObjected && isObjectedTo()) await heed();
    },
  };
}
