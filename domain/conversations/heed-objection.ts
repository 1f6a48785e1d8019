import type { CallEvent } from './call-event.ts';
import type { Analysis } from './conversation.ts';
import { objectsToRecording, placeOfObjection, type RecordingSetting } from './recording-objection.ts';

/** One for each speaker; a line that names nobody goes on with the one before. */
const utterancesOf = (transcript: string): string[] => transcript.split(/\n(?=(?:Agent|User|Transfer Target):)/);

/** Whether a caller objects to being recorded in a transcript, lines of `Agent: …` and `User: …`. */
export const showsObjection = (transcript: string, setting: RecordingSetting): boolean =>
  utterancesOf(transcript).some((said) => objectsToRecording(saidByCaller(said), setting));

const saidByCaller = (utterance: string): string =>
  utterance.startsWith('User:') ? utterance.slice('User:'.length) : '';

/**
 * What may be kept of a call whose caller objected to being recorded: the words up to the objection and the objection
 * itself, or none where they do not show it. Twilio's recording ends there; Retell's is of the whole call, as is what
 * Retell made of the words.
 */
export function untilObjection<Told extends Pick<CallEvent, 'provider' | 'transcript' | 'recordingUrl' | 'analysis'>>(
  told: Told,
  setting?: RecordingSetting,
): Told {
  const utterances = utterancesOf(told.transcript ?? '');
  const kept = utterances.slice(0, placeOfObjection(utterances.map(saidByCaller), setting) + 1).join('\n');
  return {
    ...told,
    transcript: kept || undefined,
    ...(told.provider === 'retell' && { recordingUrl: undefined, analysis: told.analysis && wordless(told.analysis) }),
  };
}

function wordless({ sentiment, successful, inVoicemail }: Analysis): Analysis {
  return { sentiment, successful, inVoicemail };
}
