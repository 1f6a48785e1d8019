import type { Alarm } from '../live-talk.ts';
import type { Deadlines } from './deadlines.ts';

const silentAfterMs = 8_000;
/** So often they are asked whether they are still there, before the call ends. */
const mostPrompts = 2;

/** Counts how often a caller who has the word says nothing. */
export interface CallerSilence {
  /** Nobody speaks, and nobody owes a word: from now on the caller's silence counts. */
  expect(): void;
  /** Somebody speaks, or something runs. */
  clear(): void;
  /** They said something: the counting begins anew. */
  broken(): void;
}

interface SilenceHandlers {
  /** Nobody speaks, is about to, or owes a word. */
  isQuiet(): boolean;
  /** Nothing was said for long; `isLast`: nor when they were asked. */
  silent(alarm: Alarm | undefined, isLast: boolean): void;
}

interface Deps {
  deadlines: Deadlines<'silence'>;
  /** Judges their words and this silence. */
  danger: () => Promise<Alarm | undefined>;
}

export function createCallerSilence({ deadlines, danger }: Deps, { isQuiet, silent }: SilenceHandlers): CallerSilence {
  let prompts = 0;

  async function silence(): Promise<void> {
    if (!isQuiet()) return;
    // Whether it is happening now is answered by silence as well.
    const alarm = await danger();
    if (isQuiet()) silent(alarm, prompts++ >= mostPrompts);
  }

  return {
    expect() {
      if (!deadlines.has('silence')) deadlines.set('silence', silentAfterMs, () => void silence());
    },
    clear: () => deadlines.clear('silence'),
    broken() {
      prompts = 0;
    },
  };
}
