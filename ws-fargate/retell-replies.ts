import { type AfterSpeaking, llmFrames } from '#adapters/retell/llm-socket.ts';
import type { Clock } from '#domain/clock.ts';
import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import type { Ending } from '#domain/conversations/talk/talk.ts';
import type { Prompted, TextDialogue, Told } from '#domain/conversations/talk/text/text-dialogue.ts';
import { type Timers, within } from '#domain/conversations/talk/timers.ts';
import { talkWordsOf } from '#domain/conversations/talk/words/words.ts';
import { errorFields, type Log, type LogFields } from '#domain/log.ts';

/** Nobody of ours reads on this wire how a talk was to end; a store that is down must not keep a caller. */
const recordWithinMs = 2_000;

interface Deps {
  talk: LiveTalk;
  dialogue: TextDialogue;
  send(frame: string): void;
  onBegun(): void;
  /** An answer was sent: whole, or until it was given up. */
  onSent(text: string, how: { isCut: boolean }): void;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** What is being said now, and the only thing that may be. */
interface Running {
  channel: Channel;
  abort: AbortController;
  askedAtMs: number;
  text: string;
}

/** An answer to a request, or words of ours that nobody asked for. */
type Channel = { kind: 'response' | 'interrupt'; id: number };

/** The agent's side of a call: one answer at a time, to the newest request alone. */
export interface Replies {
  /** Whether a request counts: Retell numbers them, and only the newest is ever spoken. */
  isNewer(responseId: number): boolean;
  /** What is being said is given up at once: nothing of it is sent any more, and its model request is ended. */
  giveUp(): void;
  /** Answers a newer request. */
  request(responseId: number, prompted: Prompted): void;
  /** Answers though nobody asked: after a reconnect Retell may not ask again. */
  speakUp(prompted: Prompted): void;
  /** To be said before the next answer. */
  announce(text: string): void;
  /** Says what is still to be announced, if no answer came to say it before. */
  announceNow(): void;
  /** The last word, from now on to whatever is asked. */
  finish(text: string, ending: Ending): void;
  /** The whole of an answer that ends the call was sent, and the caller has said nothing since. */
  readonly isEnding: boolean;
  /** Resolves when nothing is being said. */
  settled(): Promise<void>;
  stop(): void;
}

export const afterSpeaking = (ending: Ending | undefined): AfterSpeaking => {
  if (!ending) return {};
  return ending.kind === 'transfer' ? { transferNumber: ending.number } : { endCall: true };
};

const frameOf = ({ kind, id }: Channel, spoken: Parameters<typeof llmFrames.response>[1]): string =>
  kind === 'response' ? llmFrames.response(id, spoken) : llmFrames.interrupt(id, spoken);

export function createReplies({ talk, dialogue, send, onBegun, onSent, clock, timers, log }: Deps): Replies {
  const where: LogFields = { clinicId: talk.clinic.id, conversationId: talk.conversationId };
  let newestId = -1;
  let interruptId = 0;
  let running: Running | undefined;
  let done: Promise<void> = Promise.resolve();
  let announcement = '';
  /** How the call was to end. Retell forgets it when the caller interrupts, we do not. */
  let standing: Ending | undefined;
  /** The caller was asked whether they are in danger; the answer decides who is rung. */
  let isDangerAsked = false;
  let isEnding = false;
  let lastWord: { text: string; ending: Ending } | undefined;

  function giveUp(): void {
    if (!running) return;
    const { abort, text } = running;
    running = undefined;
    abort.abort(new Error('superseded'));
    onSent(text, { isCut: true });
  }

  function begin(channel: Channel): Running {
    giveUp();
    onBegun();
    isEnding = false;
    return (running = { channel, abort: new AbortController(), askedAtMs: clock.now(), text: '' });
  }

  function answer(channel: Channel, prompted: Prompted): void {
    const own = begin(channel);
    if (lastWord) {
      const { text, ending } = lastWord;
      return whole(own, text, ending);
    }
    // The caller says nothing more, and Retell did not do as it was told.
    if (prompted.kind === 'reminder' && standing && !isDangerAsked) return whole(own, '', standing);
    done = reply(own, prompted);
  }

  /** Everything there is to say, in one frame. */
  function whole(own: Running, text: string, ending: Ending): void {
    const spoken = { content: text, isComplete: true, isUninterruptible: true };
    send(frameOf(own.channel, { ...spoken, ...afterSpeaking(ending) }));
    running = undefined;
    isEnding = true;
    onSent(text, { isCut: false });
  }

  async function reply(own: Running, prompted: Prompted): Promise<void> {
    const isNewest = () => running === own;
    let usesTools = false;
    let isGuarded = false;
    // Who speaks, and that it is a machine, is heard by everybody.
    let isUninterruptible = prompted.kind === 'begun';
    let ending: Ending | undefined;
    const say = (content: string) => {
      if (content === '') return;
      const isFirst = own.text === '';
      own.text += content;
      send(frameOf(own.channel, { content, isComplete: false, isUninterruptible }));
      if (isFirst) log.info('voice.first-token', { ...where, durationMs: clock.now() - own.askedAtMs });
    };
    function tell(told: Told): void {
      switch (told.kind) {
        case 'say':
          isGuarded ||= told.guarded === true;
          isUninterruptible ||= isGuarded;
          return say(told.text);
        case 'filler':
          return say(`${told.text} `);
        case 'tool-call':
          usesTools = true;
          return send(llmFrames.toolCall(told));
        case 'tool-result': {
          const { code, say: sentence } = told.outcome;
          const content = JSON.stringify({ code, say: sentence });
          return send(llmFrames.toolResult({ callId: told.callId, content, isSuccess: code === 'OK' }));
        }
        case 'ending':
          // On record here before anything can come in between: it is not lost with an answer that is given up.
          ending = standing = told.ending;
      }
    }
    try {
      if (announcement) {
        say(`${announcement} `);
        announcement = '';
      }
      for await (const told of dialogue.reply(prompted, { signal: own.abort.signal })) {
        if (!isNewest()) return;
        tell(told);
      }
      if (!isNewest()) return;
      const isAsked = own.text.trimEnd().endsWith('?');
      isDangerAsked = isGuarded && isAsked && !ending;
      if (!ending && standing) {
        // Who is asked something, or was helped with something new, is not hung up on; who was to be put through, is,
        // unless it may be somebody else who has to be rung.
        const isWithdrawn = standing.kind !== 'transfer' && (usesTools || isAsked);
        if (isWithdrawn) standing = undefined;
        else if (!isDangerAsked) ending = standing;
      }
      if (ending) await record(ending);
    } catch (error) {
      if (!isNewest()) return;
      log.error('request.failed', { ...where, route: 'reply', ...errorFields(error) });
      if (own.text === '') say(talkWordsOf(talk.language).couldYouRepeat);
    } finally {
      // An answer that is never completed leaves the agent mute.
      if (isNewest()) {
        const spoken = { content: '', isComplete: true, isUninterruptible };
        send(frameOf(own.channel, { ...spoken, ...afterSpeaking(ending) }));
        running = undefined;
        isEnding = ending !== undefined;
        onSent(own.text, { isCut: false });
      }
    }
  }

  async function record(ending: Ending): Promise<void> {
    try {
      await within(timers, talk.end(ending), recordWithinMs);
    } catch (error) {
      log.error('talk.save-failed', { ...where, reason: 'ending', ...errorFields(error) });
    }
  }

  return {
    isNewer: (responseId) => responseId > newestId,
    giveUp,
    request(responseId, prompted) {
      newestId = responseId;
      answer({ kind: 'response', id: responseId }, prompted);
    },
    speakUp: (prompted) => answer({ kind: 'interrupt', id: ++interruptId }, prompted),
    announce: (text) => void (announcement = text),
    announceNow() {
      if (!announcement || running) return;
      const content = announcement;
      announcement = '';
      send(llmFrames.interrupt(++interruptId, { content, isComplete: true, isUninterruptible: true }));
    },
    finish(text, ending) {
      const interrupted = running?.channel;
      lastWord = { text, ending };
      if (interrupted) send(frameOf(interrupted, { content: '', isComplete: true }));
      whole(begin({ kind: 'interrupt', id: ++interruptId }), text, ending);
      done = record(ending);
    },
    get isEnding() {
      return isEnding;
    },
    settled: () => done,
    stop() {
      running?.abort.abort(new Error('the call is gone'));
      running = undefined;
    },
  };
}
