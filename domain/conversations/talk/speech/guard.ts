import type { LiveTalk } from '../live-talk.ts';
import type { AgentVoice } from './agent-voice.ts';
import type { Deadlines } from './deadlines.ts';
import type { ModelLink } from './model-link.ts';
import { attentive, guarded, type Purpose, type ResponseEnd } from './speech-model.ts';

/**
 * Words that have to be heard to their end, such as the greeting: until they were, the model neither answers nor stops,
 * and what the caller says is answered after them.
 */
export interface Guard {
  /** Something has to be heard. */
  readonly isUp: boolean;
  /** Not all of it was made yet: another session has to. */
  readonly isDue: boolean;
  /** Whether this is what the words are said for. */
  isFor(purpose: Purpose | undefined): boolean;
  /** From now on these are the words; `say` has them said. */
  raise(purpose: Purpose, words: string): void;
  say(): void;
  /** The caller said something, which is to be answered after the words, if there are any. */
  spokenOver(): void;
  /** A response is over: perhaps it was the words. */
  made(end: ResponseEnd): void;
  /** Sound that was made for this has all been sent. */
  sent(purpose: Purpose | undefined): void;
  /** Nothing plays any more: if the words were made, they were heard. */
  heard(): void;
  /** The words do not matter any more. */
  drop(): void;
}

interface Deps {
  talk: Pick<LiveTalk, 'unheardNotice' | 'consent'>;
  link: Pick<ModelLink, 'session'>;
  voice: Pick<AgentVoice, 'isPlaying' | 'heardWithinMs'>;
  deadlines: Deadlines<'guard'>;
}

interface GuardHandlers {
  /** A session was asked to say the words, or the next one will be. */
  asked(): void;
  /** They were heard; `isUnanswered`: the caller said something meanwhile. */
  lowered(isUnanswered: boolean): void;
}

export function createGuard({ talk, link, voice, deadlines }: Deps, { asked, lowered }: GuardHandlers): Guard {
  let up: { purpose: Purpose; words: string; isMade: boolean; givesNotice: boolean } | undefined;
  let isUnanswered = false;

  const isFor = (purpose: Purpose | undefined) => up !== undefined && up.purpose === purpose;

  function put(purpose: Purpose, words: string): void {
    up = { purpose, words, isMade: false, givesNotice: false };
  }

  function say(): void {
    if (!up) return;
    link.session?.respond({ purpose: up.purpose, say: up.words, urgent: true });
    asked();
  }

  function drop(): void {
    deadlines.clear('guard');
    up = undefined;
  }

  function lower(): void {
    if (!up) return;
    const { purpose, givesNotice } = up;
    const notice = talk.unheardNotice;
    if (givesNotice && !voice.isPlaying && notice) void talk.consent('notice-heard');
    drop();
    if (purpose === 'alarm' && notice) {
      // Cut off by the alarm, or never begun.
      put('notice', notice);
      return say();
    }
    link.session?.listen(attentive);
    const wasSpokenOver = isUnanswered;
    isUnanswered = false;
    lowered(wasSpokenOver);
  }

  return {
    get isUp() {
      return up !== undefined;
    },
    get isDue() {
      return up !== undefined && !up.isMade;
    },
    isFor,
    raise(purpose, words) {
      // What it stood up for before may still be due.
      drop();
      put(purpose, words);
      isUnanswered = false;
      link.session?.listen(guarded);
    },
    say,
    spokenOver() {
      if (up) isUnanswered = true;
    },
    made({ purpose, status }) {
      if (!up || !isFor(purpose)) return;
      up.isMade = true;
      up.givesNotice = status === 'completed' && purpose !== 'alarm';
    },
    sent(purpose) {
      if (isFor(purpose)) deadlines.set('guard', voice.heardWithinMs, lower);
    },
    heard() {
      if (up?.isMade) lower();
    },
    drop,
  };
}
