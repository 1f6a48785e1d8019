import type { Utterance } from '#adapters/retell/llm-socket.ts';
import { foldSpeech } from '#domain/conversations/folded-speech.ts';
import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import { showObjection } from '#domain/conversations/talk/turns/stored-turns.ts';

/**
 * Puts on record that the caller has heard the notice of the recording, has agreed to it where they are asked, or has
 * objected to it, as Retell's transcript tells: what stands in it was really heard. Whoever objects is not recorded by
 * Retell, nor who has not agreed by the time that they were asked.
 *
 * @param stopRecording given again by whoever takes the call over: the former holder may have died before
 */
export function heedRecording(
  talk: Pick<LiveTalk, 'clinic' | 'turns' | 'unheardNotice' | 'hasObjected' | 'agreement' | 'consent'>,
  stopRecording: () => void,
) {
  const notice = foldSpeech(talk.unheardNotice ?? '');
  let hasHeard = notice === '';
  let isStopped = false;

  function stop(): void {
    if (!isStopped) stopRecording();
    isStopped = true;
  }
  async function heed(): Promise<void> {
    stop();
    await talk.consent('objected');
  }
  const isObjectedTo = () => showObjection(talk.turns(), talk.clinic.voice);
  if (talk.hasObjected || isObjectedTo()) void heed();

  /** To be asked once what the caller says is whole. */
  async function settled(): Promise<void> {
    if (talk.hasObjected) return;
    if (isObjectedTo()) return heed();
    if (talk.agreement === 'given') await talk.consent('agreed');
    if (talk.agreement === 'missed') stop();
  }

  return {
    /** The whole call, as the newest frame tells it. */
    noticed(utterances: readonly Utterance[]): void {
      if (hasHeard || !utterances.some(({ by, text }) => by === 'agent' && foldSpeech(text).includes(notice))) return;
      hasHeard = true;
      void talk.consent('notice-heard');
    },

    settled,

    /** The line is gone, and with it, most likely, the call: who objects and hangs up is not asked anything any more. */
    async ended(): Promise<void> {
      await settled();
      if (talk.agreement === 'open') stop();
    },
  };
}
