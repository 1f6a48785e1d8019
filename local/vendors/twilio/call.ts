import { randomBytes } from 'node:crypto';
import type { LiveEntry } from '#local/vendors/live-timeline.ts';
import { createHandset, type WiredHandset } from '#local/vendors/phone/handset.ts';
import type { Metronome } from '#local/vendors/phone/metronome.ts';
import type { MediaStream } from './media-stream.ts';
import type { Form } from './webhook.ts';

export type CallStatus =
  'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled';

/** What comes next in a call whose instructions were replaced from outside. */
export type NewInstructions = { twiml: string } | { url: string; method: string };

/** One call as Twilio holds it. */
export interface Call {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly direction: 'inbound' | 'outbound-api';
  status: CallStatus;
  /** Epoch ms. */
  readonly createdAtMs: number;
  answeredAtMs?: number;
  endedAtMs?: number;
  readonly phone: WiredHandset;
  /** Audio of a verb of our own (`<Say>`, a person who was dialled) is played through it, and a stream's. */
  source: AudioSource | undefined;
  stream: MediaStream | undefined;
  /** How many it got. */
  streams: number;
  /** While keys are listened for. */
  onDigit: ((digit: string) => void) | undefined;
  /** Aborted when the running document is replaced; a new one takes its place. */
  running: AbortController;
  /** What a REST call wants to be done instead. */
  replacement: NewInstructions | undefined;
  recording?: Recording;
  /** Who ended it. */
  hungUpBy?: 'caller' | 'agent' | 'vendor';
}

export interface Recording {
  sid: string;
  startedAtMs: number;
  /** Before the call's end, by REST. */
  stoppedAtMs?: number;
  url: string;
  source: 'StartCallRecordingTwiML' | 'StartCallRecordingAPI';
  attributes: Readonly<Record<string, string>>;
}

export interface AudioSource {
  /** The next 20 ms, given what the caller says meanwhile. */
  next(said: Buffer): Buffer;
}

export const newSid = (kind: 'CA' | 'PN' | 'RE' | 'SM'): string => `${kind}${randomBytes(16).toString('hex')}`;

const nothing = Buffer.alloc(0);
const live: ReadonlySet<CallStatus> = new Set<CallStatus>(['queued', 'ringing', 'in-progress']);

export const isLive = (call: Call): boolean => live.has(call.status);

/** A call with a caller at its end, whose time passes with the metronome. */
export function openCall(
  { from, to, direction, hums }: { from: string; to: string; direction: Call['direction']; hums: boolean },
  { metronome, now, tell }: { metronome: Metronome; now(): number; tell(entry: LiveEntry): void },
): Call {
  const phone = createHandset({
    tell,
    hums,
    onDigit(digit) {
      call.stream?.dtmf(digit);
      call.onDigit?.(digit);
    },
    onHangUp: () => endCall(call, 'completed', 'caller', now()),
  });
  const call: Call = {
    sid: newSid('CA'),
    from,
    to,
    direction,
    status: 'queued',
    createdAtMs: now(),
    phone,
    source: undefined,
    stream: undefined,
    streams: 0,
    onDigit: undefined,
    running: new AbortController(),
    replacement: undefined,
  };
  let said: Buffer = phone.next(nothing);
  const leave = metronome.join(() => {
    if (!isLive(call)) {
      leave();
      phone.over();
      return;
    }
    said = phone.next(call.source?.next(said) ?? nothing);
  });
  return call;
}

/** Ends a call, once. Whatever runs in it is broken off. */
export function endCall(call: Call, status: CallStatus, by: Call['hungUpBy'], nowMs: number): void {
  if (!isLive(call)) return;
  call.status = status;
  call.hungUpBy = by;
  call.endedAtMs = nowMs;
  call.replacement = undefined;
  call.running.abort();
  call.stream?.stop();
  call.phone.over();
}

/** Whole seconds it lasted, counted from the answer. */
export const secondsOf = (call: Call, nowMs: number): number =>
  call.answeredAtMs === undefined ? 0 : Math.max(0, Math.round(((call.endedAtMs ?? nowMs) - call.answeredAtMs) / 1000));

/** The fields every voice webhook of a call carries. */
export const voiceForm = (call: Call, accountSid: string): Form => ({
  AccountSid: accountSid,
  ApiVersion: '2010-04-01',
  CallSid: call.sid,
  CallStatus: call.status,
  Called: call.to,
  Caller: call.from,
  Direction: call.direction,
  From: call.from,
  To: call.to,
  ...Object.fromEntries(
    ['Called', 'Caller', 'From', 'To'].flatMap((whose) =>
      ['City', 'State', 'Zip', 'Country'].map((what) => [`${whose}${what}`, '']),
    ),
  ),
  ...(call.direction === 'inbound' && { StirVerstat: 'TN-Validation-Passed-A' }),
});
