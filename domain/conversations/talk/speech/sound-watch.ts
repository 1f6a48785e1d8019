import type { Log, LogFields } from '../../../log.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { Deadlines } from './deadlines.ts';
import type { Guard } from './guard.ts';
import type { ModelLink } from './model-link.ts';
import type { ToolRuns } from './tool-runs.ts';

/** No sound for so long after the caller has finished, and a sentence is said that needs no model. */
const stalledAfterMs = 3_000;
/** So much longer, and the session is given up. */
const deadAfterMs = 4_000;

/**
 * Watches over the model's silence: a caller who waits for a sound hears a prepared sentence in time, and if still
 * nothing comes after it, another session is sought.
 */
export interface SoundWatch {
  /** From now on a sound is expected. */
  expect(): void;
  /** One has begun. */
  heard(): void;
  /** None is expected any more, though it may be that none has come. */
  clear(): void;
}

interface Deps {
  link: Pick<ModelLink, 'session' | 'renew'>;
  voice: Pick<AgentVoice, 'prepared' | 'isPlaying' | 'remainingMs'>;
  runs: Pick<ToolRuns, 'count'>;
  guard: Pick<Guard, 'isUp'>;
  deadlines: Deadlines<'stall'>;
  log: Log;
  where: LogFields;
}

interface Standing {
  /** Nobody expects a sound of the model. */
  isOff(): boolean;
  /** Somebody waits for a word of ours. */
  isOwed(): boolean;
}

export function createSoundWatch(deps: Deps, { isOff, isOwed }: Standing): SoundWatch {
  const { link, voice, runs, guard, deadlines, log, where } = deps;
  let saidOneMoment = false;

  function expect(afterMs: number): void {
    deadlines.set('stall', afterMs, stalled);
  }

  function stalled(): void {
    if (isOff()) return;
    // What plays is sound, and a running tool is covered by its filler.
    if (voice.isPlaying || runs.count > 0) return expect(voice.remainingMs + stalledAfterMs);
    const { session } = link;
    if (!isOwed() && !guard.isUp && !session?.isBusy) return;
    if (!saidOneMoment) {
      saidOneMoment = true;
      voice.prepared('one-moment');
      // A turn the model let pass is asked for.
      if (session && !session.isBusy && !guard.isUp) session.respond({ purpose: 'answer', urgent: true });
      return expect(voice.remainingMs + deadAfterMs);
    }
    log.warn('model.failed', { ...where, reason: 'silent' });
    expect(deadAfterMs);
    link.renew();
  }

  return {
    expect: () => expect(stalledAfterMs),
    heard() {
      saidOneMoment = false;
      deadlines.clear('stall');
    },
    clear: () => deadlines.clear('stall'),
  };
}
