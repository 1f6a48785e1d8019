import type { CallEvent } from './call-event.ts';
import type { Analysis } from './conversation.ts';
import { objectsToRecording, type RecordingSetting } from './recording-objection.ts';

/** One for each speaker; a line that names nobody goes on with the one before. */
const utterancesOf = (transcript: string): string[] => transcript.split(/\n(?=(?:Agent|User|Transfer Target):)/);

/** Whether a caller objects to being recorded in a transcript, lines of `Agent: …` and `User: …`. */
export const showsObjection = (transcript: string, setting: RecordingSetting): boolean =>
  objectionIn(utterancesOf(transcript), setting) !== -1;

const objectionIn = (utterances: readonly string[], setting?: RecordingSetting): number =>
  utterances.findIndex((said) => said.startsWith('User:') && objectsToRecording(said.slice('User:'.length), setting));

/**
 * What may be kept of a call whose caller objected to being recorded: the words up to the objection and the objection
 * itself, or none where they do not show it. Twilio's recording ends there; Retell's is of the whole call, as is what
 * Retell made of the words.
 */
export function untilObjection<Told extends Pick<CallEvent, 'provider' | 'transcript' | 'recordingUrl' | 'analysis'>>(
  told: Told,
): Told {
  const utterances = utterancesOf(told.transcript ?? '');
  const kept = utterances.slice(0, objectionIn(utterances) + 1).join('\n');
  return {
    ...told,
    transcript: kept || undefined,
    ...(told.provider === 'retell' && { recordingUrl: undefined, analysis: told.analysis && wordless(told.analysis) }),
  };
}

function wordless({ sentiment, successful, inVoicemail }: Analysis): Analysis {
  return { sentiment, successful, inVoicemail };
}
