/** The last words of a talk are still being saved: a wait that was foreseen, after which whoever asks comes back. */
export class TalkNotFinished extends Error {
  override readonly name = 'TalkNotFinished';
}
