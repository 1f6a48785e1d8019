import { timingSafeEqual } from 'node:crypto';
import type { TwilioCalls } from '#adapters/twilio/calls.ts';
import { MediaStream, type StreamStart } from '#adapters/twilio/media-stream.ts';
import type { TextSocket } from '#adapters/websocket/text-socket.ts';
import { createKeptAudio } from '#domain/conversations/talk/speech/kept-audio.ts';
import type { LineEnd } from '#domain/conversations/talk/speech/phone-line.ts';
import { type SpeechDeps, SpeechTalk } from '#domain/conversations/talk/speech/speech-talk.ts';
import type { LiveTalk } from '#domain/conversations/talk/live-talk.ts';
import { streamTokenHash as hashOf } from '#domain/conversations/talk/stream-token.ts';
import type { TakeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import { type ConversationId, twilioConversationId } from '#domain/ids.ts';
import { errorFields } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import type { LiveCalls } from './live-calls.ts';

/** A stream that has not said by then whose it is, is nobody's. */
const startWithinMs = 5_000;

export interface SessionDeps extends SpeechDeps {
  directory: Pick<ClinicDirectory, 'find'>;
  takeTalk: TakeTalk;
  calls: Pick<TwilioCalls, 'hangUp' | 'redirect' | 'startRecording' | 'stopRecording'>;
  liveCalls: LiveCalls;
  /** Where Twilio asks what comes next for a call, such as `https://api.example/api/twilio/after-stream`. */
  afterStreamUrl: string;
  /** Where Twilio tells of a recording that was begun within a call. */
  recordingStatusUrl: string;
}

/** A call on its media socket. */
export interface TwilioSession {
  /** Somebody is on the line and was proven to be. */
  readonly isLive: boolean;
  /** Resolves when the socket is gone and everything is saved. */
  readonly over: Promise<void>;
  /** Since it was last asked, the far end sent nothing, or took nothing. */
  isDead(): boolean;
  handOver(): void;
  giveUp(): void;
}

/** Unsent audio of more than a minute: the far end reads nothing any more. */
const mostUnsentBytes = 1024 * 1024;

/**
 * One stream, from its opening to the last turn saved: silent until its token has proven whose call it is, and closed if
 * that does not come.
 */
export function takeStream(deps: SessionDeps, socket: TextSocket): TwilioSession {
  const { timers, log } = deps;
  const early = createKeptAudio();
  const { promise: over, resolve: done } = Promise.withResolvers<void>();
  let speech: SpeechTalk | undefined;
  let ended: LineEnd | undefined;
  let hasStarted = false;
  let isHandingOver = false;
  let receivedBefore = -1;

  const stream = new MediaStream(socket, {
    onStart(start) {
      hasStarted = true;
      timers.clear(late);
      void begin(start);
    },
    onAudio(payload) {
      if (speech) speech.heard(payload);
      else early.keep(payload);
    },
    onMark: (name) => speech?.marked(name),
    onKey: (key) => speech?.pressed(key),
    onEnd(how) {
      ended = how;
      timers.clear(late);
      early.forget();
      if (speech) speech.ended(how);
      else if (!hasStarted) done();
    },
  });
  const late = timers.set(() => refuse('no-start'), startWithinMs);

  function refuse(reason: string): void {
    log.warn('talk.refused', { reason });
    stream.refuse('');
  }

  async function begin({ callSid, token }: StreamStart): Promise<void> {
    try {
      const talk = await proven(callSid, token);
      if (!talk) {
        stream.refuse('');
        return;
      }
      await hold(talk, callSid);
    } catch (error) {
      // Nothing was said yet: what comes after the stream opens another one.
      log.error('request.failed', { route: 'media', ...errorFields(error) });
      stream.giveUp();
    } finally {
      done();
    }
  }

  /** The talk of a call whose token is the one that was given out for it, and which nobody can use again. */
  async function proven(callSid: string, token: string | undefined): Promise<LiveTalk | undefined> {
    const conversationId = conversationOf(callSid);
    const { session } = conversationId ? await deps.directory.find({ conversationId }) : {};
    if (!conversationId || !session || !token) {
      log.warn('talk.refused', { reason: token ? 'unknown-call' : 'no-token' });
      return undefined;
    }
    const { clinicId } = session;
    let isProven = false;
    const talk = await deps.takeTalk(clinicId, conversationId, (current) => {
      isProven = opens(current, token, deps.clock.now());
      if (!isProven) return undefined;
      const { streamTokenHash: _hash, streamTokenExpiresAtMs: _expiry, ...used } = current;
      return used;
    });
    if (!isProven) log.warn('talk.refused', { clinicId, conversationId, reason: 'token' });
    return talk;
  }

  async function hold(talk: LiveTalk, callSid: string): Promise<void> {
    const where = { clinicId: talk.clinic.id, conversationId: talk.conversationId };
    if (ended) return talk.close({ over: ended === 'hung-up' });
    const admission = deps.liveCalls.admit(talk.clinic.id, { isResumed: talk.isResumed });
    const own = new SpeechTalk(deps, talk, stream, {
      hangUp: () => deps.calls.hangUp(callSid),
      goOn: () => deps.calls.redirect(callSid, deps.afterStreamUrl),
      startRecording: () => deps.calls.startRecording(callSid, deps.recordingStatusUrl),
      stopRecording: () => deps.calls.stopRecording(callSid),
    });
    speech = own;
    try {
      if (admission.outcome === 'full') {
        log.warn('voice.full', { ...where, reason: admission.reason });
        own.refuse();
      } else {
        own.start();
        early.release((payload) => own.heard(payload));
        if (isHandingOver) own.handOver();
      }
      await own.over;
    } finally {
      if (admission.outcome === 'admitted') admission.place.leave();
    }
  }

  return {
    get isLive() {
      return speech !== undefined;
    },
    over,
    isDead() {
      const isSilent = stream.received === receivedBefore;
      receivedBefore = stream.received;
      return isSilent || stream.bufferedBytes > mostUnsentBytes;
    },
    handOver() {
      isHandingOver = true;
      if (speech) speech.handOver();
      else if (!hasStarted) stream.giveUp();
    },
    giveUp: () => stream.giveUp(),
  };
}

function conversationOf(callSid: string): ConversationId | undefined {
  try {
    return twilioConversationId(callSid);
  } catch {
    return undefined; // Whatever it is, it is no call.
  }
}

function opens({ streamTokenHash, streamTokenExpiresAtMs }: Talk, token: string, nowMs: number): boolean {
  if (streamTokenHash === undefined || streamTokenExpiresAtMs === undefined) return false;
  const given = Buffer.from(hashOf(token), 'hex');
  const kept = Buffer.from(streamTokenHash, 'hex');
  return kept.length === given.length && timingSafeEqual(kept, given) && nowMs < streamTokenExpiresAtMs;
}
