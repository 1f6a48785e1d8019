import { createListener, frameMs, silence, speak, unknownSound } from '#local/vendors/speech-codec.ts';
import { createHandset, type WiredHandset } from '#local/vendors/phone/handset.ts';
import type { Metronome } from '#local/vendors/phone/metronome.ts';
import { createPlayback } from '#local/vendors/phone/playback.ts';
import type { LlmReply, SpokenReply } from './llm-frames.ts';
import { keepLlmSocket, type SocketLoss } from './llm-socket.ts';
import { createLiveTranscript, type LiveTranscript } from './llm-transcript.ts';
import type { TimelineEntry } from './timeline.ts';

/** How a live call ended, in Retell's words. */
export type LiveEnd = 'user_hangup' | 'agent_hangup' | 'call_transfer' | SocketLoss;

export interface LlmTalkWorld {
  /** Where the agent's brain listens, with the call's id at its end. */
  url: string;
  callDetails(): object;
  hums: boolean;
  /** Whether a person picks up at a number that is dialled; where nobody does, the talk goes on. */
  answersDial: boolean;
  metronome: Metronome;
  now(): number;
  wait(ms: number): Promise<void>;
  signal: AbortSignal;
  tell(entry: TimelineEntry): void;
}

export interface LlmTalk {
  readonly phone: WiredHandset;
  readonly isConnected: () => boolean;
  /** How often the socket was open. */
  readonly connections: () => number;
  readonly transcript: LiveTranscript;
  readonly ended: Promise<LiveEnd>;
  /** Whatever still goes on is dropped. */
  drop(): void;
}

/** Speech is over after so much silence of the caller. */
const turnEndMs = 160;
/** Ten seconds at Retell, of a talk ten times as slow; but a caller here still needs a moment to think. */
const reminderShare = 0.4;
const usualReminder = { triggerMs: 10_000, maxCount: 1 };
const dialRingsMs = 600;

/**
 * A live call whose agent is our own model behind a socket: what the caller says is told as a growing transcript, and
 * what comes back is spoken, in order, as long as it answers the newest request.
 */
export function startLlmTalk(world: LlmTalkWorld): LlmTalk {
  const { metronome, now, tell, answersDial } = world;
  const beganAt = now();
  const transcript = createLiveTranscript(() => (now() - beganAt) / 1000);
  const playback = createPlayback();
  const recogniser = createListener();
  const words = createWordMarks();

  let connections = 0;
  let newestId = 0;
  /** The request that may still be answered. */
  let openId: number | undefined = 0;
  /** A turn ended while there was no socket to ask on. */
  let isUnasked = false;
  let interruptId: number | undefined;
  let unspoken = '';
  let isUninterruptible = false;
  /** Once everything was spoken. */
  let afterwards: { endCall?: boolean; transferNumber?: string } | undefined;
  let callerSpeaks = false;
  let heardWords = false;
  let dialling = false;
  let quietMs = 0;
  let reminders = 0;
  const reminder = { ...usualReminder };
  let settle: (end: LiveEnd) => void = () => undefined;
  let isOver = false;
  const ended = new Promise<LiveEnd>((resolve) => {
    settle = (end) => {
      if (isOver) return;
      isOver = true;
      leave();
      socket.close();
      phone.over();
      resolve(end);
    };
  });

  const phone = createHandset({
    tell,
    hums: world.hums,
    onDigit(digit) {
      transcript.digit(digit);
      request('response_required');
    },
    onHangUp: () => settle('user_hangup'),
  });

  const warn = (text: string) => tell({ step: 'warning', detail: { text } });
  const socket = keepLlmSocket({
    ...world,
    onReply: take,
    onConnected(time, tookMs) {
      connections = time;
      tell({ step: 'connected', detail: { time, tookMs } });
    },
    onBroken(reason) {
      tell({ step: 'broken-off', detail: { reason } });
      // What was being answered is not known to the next connection.
      openId = undefined;
      flushWords();
    },
    onOver: (end) => settle(end),
    onWarning: warn,
  });

  /** Speaks whole words; the rest waits for more of it. */
  function speakText(content: string): void {
    unspoken += content;
    const end = unspoken.search(/\s\S*$/);
    if (end === -1) return;
    enqueue(unspoken.slice(0, end));
    unspoken = unspoken.slice(end);
  }
  function flushWords(): void {
    enqueue(unspoken);
    unspoken = '';
  }
  function enqueue(text: string): void {
    for (const word of text.split(/\s+/).filter((one) => one !== '')) {
      playback.append(speak(word));
      for (const mark of playback.mark(words.markOf(word))) words.reached(mark, transcript);
    }
  }

  function shutUp(): void {
    playback.clear();
    phone.cleared();
    unspoken = '';
    afterwards = undefined;
    isUninterruptible = false;
    transcript.endTurn();
  }

  function take(reply: LlmReply): void {
    switch (reply.response_type) {
      case 'response':
        if (reply.response_id !== openId) return; // Stale: dropped in silence.
        speakReply(reply);
        if (reply.content_complete) openId = undefined;
        return;
      case 'agent_interrupt':
        if (reply.interrupt_id !== interruptId) {
          shutUp();
          interruptId = reply.interrupt_id;
        }
        speakReply(reply);
        return;
      case 'tool_call_invocation': {
        const { tool_call_id, name, arguments: args } = reply;
        transcript.tool({ role: 'tool_call_invocation', tool_call_id, name, arguments: args });
        return;
      }
      case 'tool_call_result': {
        const { tool_call_id, content, successful } = reply;
        transcript.tool({
          role: 'tool_call_result',
          tool_call_id,
          content,
          ...(successful !== undefined && { successful }),
        });
        return;
      }
      case 'update_agent':
        reminder.triggerMs = reply.agent_config.reminder_trigger_ms ?? reminder.triggerMs;
        reminder.maxCount = reply.agent_config.reminder_max_count ?? reminder.maxCount;
        return;
      default:
        return;
    }
  }

  function speakReply(reply: SpokenReply): void {
    quietMs = 0;
    speakText(reply.content);
    isUninterruptible ||= reply.no_interruption_allowed === true;
    if (reply.end_call) afterwards = { endCall: true };
    else if (reply.transfer_number !== undefined) afterwards ??= { transferNumber: reply.transfer_number };
    if (reply.content_complete) flushWords();
  }

  const transcripts = () => ({ transcript: transcript.utterances, transcript_with_tool_calls: transcript.entries });
  function request(interaction_type: 'response_required' | 'reminder_required'): void {
    isUnasked = !socket.isOpen;
    if (isUnasked) return;
    newestId += 1;
    openId = newestId;
    quietMs = 0;
    unspoken = '';
    socket.send({ interaction_type, response_id: newestId, ...transcripts() });
  }
  const update = (turntaking: 'agent_turn' | 'user_turn') =>
    socket.send({ interaction_type: 'update_only', ...transcripts(), turntaking });

  /** What the caller sounded like in 20 ms. */
  function recognise(said: Buffer): void {
    const news = recogniser.hear(said);
    if (news.length > 0 && !callerSpeaks) {
      callerSpeaks = true;
      if (playback.isPlaying && isUninterruptible) warn('the caller speaks over what must not be interrupted');
      else {
        shutUp();
        openId = undefined;
      }
      reminders = 0;
      update('user_turn');
    }
    for (const { text } of news) if (text !== unknownSound) transcript.word('user', text);
    heardWords ||= news.some(({ text }) => text !== unknownSound);
    if (!callerSpeaks || recogniser.silentMs < turnEndMs) return;
    callerSpeaks = false;
    if (heardWords) transcript.endTurn();
    else transcript.unintelligible();
    heardWords = false;
    update('agent_turn');
    request('response_required');
  }

  async function transfer(number: string): Promise<void> {
    dialling = true;
    await phone.until(() => false, dialRingsMs);
    tell({ step: 'dials', detail: { number, status: answersDial ? 'answered' : 'no-answer' } });
    dialling = false;
    if (answersDial) settle('call_transfer');
  }

  const leave = metronome.join(() => {
    if (isOver) return;
    socket.tick();
    const { reached, audio } = playback.next();
    for (const mark of reached) words.reached(mark, transcript);
    recognise(phone.next(audio));
    if (isOver || playback.isPlaying || callerSpeaks || openId !== undefined || dialling) {
      if (openId === undefined) quietMs = 0;
      return;
    }
    isUninterruptible = false;
    if (afterwards) {
      const { endCall, transferNumber } = afterwards;
      afterwards = undefined;
      if (endCall) return settle('agent_hangup');
      if (transferNumber !== undefined) transfer(transferNumber).catch(() => undefined); // The caller hung up meanwhile.
      return;
    }
    transcript.endTurn();
    quietMs += frameMs;
    if (quietMs >= reminder.triggerMs * reminderShare && reminders < reminder.maxCount && socket.isOpen) {
      reminders += 1;
      request('reminder_required');
    }
  });

  recogniser.hear(silence(frameMs));
  return {
    phone,
    isConnected: () => socket.isOpen,
    connections: () => connections,
    transcript,
    ended,
    drop: () => settle('error_llm_websocket_runtime'),
  };
}

/** Marks that stand for words: which was spoken is known when its mark was reached. */
function createWordMarks() {
  const waiting = new Map<string, string>();
  let count = 0;
  return {
    markOf(word: string): string {
      count += 1;
      waiting.set(String(count), word);
      return String(count);
    },
    reached(mark: string, transcript: LiveTranscript): void {
      const word = waiting.get(mark);
      waiting.delete(mark);
      if (word !== undefined) transcript.word('agent', word);
    },
  };
}
