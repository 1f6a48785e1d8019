import { languageOf } from '../../../language.ts';
import type { LiveTalk } from '../live-talk.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { Deadlines } from './deadlines.ts';
import type { ModelLink } from './model-link.ts';
import { speechWords } from './speech-words.ts';
import type { ToolRuns } from './tool-runs.ts';

/** A tool that takes longer than this is covered with a sentence. */
const fillerAfterMs = 700;

/** Covers functions that take long with a sentence: one for all that run together, never the same twice in a row. */
export interface Fillers {
  /** A function is about to run, perhaps beside others. */
  cover(): void;
  /** None runs any more, or nothing is to be covered. */
  clear(): void;
}

interface Deps {
  talk: Pick<LiveTalk, 'language'>;
  link: Pick<ModelLink, 'session'>;
  voice: Pick<AgentVoice, 'isPlaying' | 'remainingMs'>;
  runs: Pick<ToolRuns, 'count'>;
  deadlines: Deadlines<'filler'>;
}

interface Standing {
  /** The caller would not hear it, or has something else to hear. */
  isOff(): boolean;
  /** The model makes a response. */
  isResponding(): boolean;
}

export function createFillers({ talk, link, voice, runs, deadlines }: Deps, standing: Standing): Fillers {
  let said = 0;
  let hasFilled = false;

  function fill(): void {
    if (runs.count === 0 || hasFilled || standing.isOff()) return;
    // Somebody speaks: silence begins when that has been heard.
    if (voice.isPlaying || standing.isResponding()) {
      deadlines.set('filler', voice.remainingMs + fillerAfterMs, fill);
      return;
    }
    hasFilled = true;
    const { fillers } = speechWords[languageOf(talk.language)];
    link.session?.respond({ purpose: 'filler', say: fillers[said++ % fillers.length] as string });
  }

  return {
    cover() {
      if (runs.count === 0) hasFilled = false;
      if (!hasFilled) deadlines.set('filler', fillerAfterMs, fill);
    },
    clear: () => deadlines.clear('filler'),
  };
}
