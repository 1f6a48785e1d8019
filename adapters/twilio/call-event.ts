import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { CallEvent } from '#domain/conversations/call-event.ts';
import type { ConversationStatus, EndKind } from '#domain/conversations/conversation.ts';
import { twilioConversationId } from '#domain/ids.ts';
import { readForm, type TwilioForm } from './form.ts';
import { directionOf } from './voice-request.ts';

/** A field that may be missing or of a shape we do not know: then it says nothing. The raw event keeps it. */
const optional = <T extends z.ZodType>(type: T) => type.optional().catch(undefined);
const Word = z.string().max(200);

const fields = {
  CallSid: z.string().regex(/^CA[0-9a-f]{32}$/, 'must be a call sid: CA and 32 of 0-9, a-f'),
  /** Of a leg we dialled within a call: it is no conversation of its own. */
  ParentCallSid: optional(Word),
  From: optional(Word),
  To: optional(Word),
  Direction: optional(Word),
  Timestamp: optional(Word),
  SequenceNumber: optional(z.string().regex(/^\d{1,9}$/)),
};

const CallForm = z.object({
  ...fields,
  CallStatus: Word,
  /** Seconds; `Duration` beside it is minutes, rounded up. */
  CallDuration: optional(z.string().regex(/^\d{1,7}$/)),
  AnsweredBy: optional(Word),
});
const RecordingForm = z.object({
  ...fields,
  RecordingSid: z.string().regex(/^RE[0-9a-f]{32}$/),
  RecordingStatus: Word,
  RecordingUrl: optional(z.url().max(2_000)),
});
const StreamForm = z.object({ ...fields, StreamEvent: Word });
/** Who answered a call of ours, told once it is known. */
const MachineForm = z.object({ ...fields, AnsweredBy: Word });

type TwilioForms =
  | { kind: 'stream'; form: z.infer<typeof StreamForm> }
  | { kind: 'recording'; form: z.infer<typeof RecordingForm> }
  | { kind: 'machine'; form: z.infer<typeof MachineForm> }
  | { kind: 'call'; form: z.infer<typeof CallForm> };

/** What Twilio tells of a call, a recording, a stream, or who answered. */
export type TwilioEvent = TwilioForms & {
  /** Such as `call-completed`, `recording-absent`, `stream-error`, `machine-human`. */
  eventType: string;
  callSid: string;
};

const typeOf = (kind: string, word: string): string =>
  `${kind}-${word.replace(/^stream-/, '').replace(/[^A-Za-z0-9_-]/g, '?')}`.slice(0, 60);

/** Reads a status callback; nothing when it is none. */
export function readTwilioEvent(form: TwilioForm): TwilioEvent | undefined {
  const values = Object.fromEntries(Object.keys(form.params).map((name) => [name, form.get(name)]));
  const read = readKind(form, values);
  if (!read) return undefined;
  return { ...read, eventType: typeOf(read.kind, wordOf(read)), callSid: read.form.CallSid };
}

function wordOf({ kind, form }: TwilioForms): string {
  switch (kind) {
    case 'call':
      return form.CallStatus;
    case 'stream':
      return form.StreamEvent;
    case 'recording':
      return form.RecordingStatus;
    case 'machine':
      return form.AnsweredBy;
  }
}

function readKind(form: TwilioForm, values: Record<string, string | undefined>): TwilioForms | undefined {
  if (form.get('StreamEvent')) {
    const { success, data } = StreamForm.safeParse(values);
    return success ? { kind: 'stream', form: data } : undefined;
  }
  if (form.get('RecordingSid') && form.get('RecordingStatus')) {
    const { success, data } = RecordingForm.safeParse(values);
    return success ? { kind: 'recording', form: data } : undefined;
  }
  if (form.get('AnsweredBy') && !form.get('CallStatus')) {
    const { success, data } = MachineForm.safeParse(values);
    return success ? { kind: 'machine', form: data } : undefined;
  }
  const { success, data } = CallForm.safeParse(values);
  return success ? { kind: 'call', form: data } : undefined;
}

/** The event of a stored body; nothing when it is none, or of a kind that is not merged. */
export function readStoredTwilioEvent(rawBody: Uint8Array): TwilioEvent | undefined {
  const event = readTwilioEvent(readForm(rawBody));
  return event && isMerged(event) ? event : undefined;
}

/** Which events tell something of the conversation: of streams, of recordings that are not there, and of other legs none. */
export function isMerged(event: TwilioEvent): boolean {
  if (event.form.ParentCallSid !== undefined) return false;
  return event.kind === 'call' || event.kind === 'machine' || event.eventType === 'recording-completed';
}

/**
 * Names an event, so that it is kept once: by the token Twilio repeats with each try, else by what tells events of one
 * call apart. The token is not signed, so it never stands alone.
 */
export function eventKeyOf(
  { eventType, callSid, kind, form }: TwilioEvent,
  idempotencyToken: string | undefined,
): string {
  const token = /^[A-Za-z0-9_-]{8,80}$/.exec(idempotencyToken ?? '')?.[0];
  const own = [
    kind === 'recording' ? form.RecordingSid : '',
    form.SequenceNumber ?? '',
    Date.parse(form.Timestamp ?? '') || '',
  ];
  return `twilio|${eventType}|${callSid}|${token ?? own.join('|')}`;
}

/** What a Twilio event shows of whose call it is: our side's number. Recordings and streams name none. */
export function clinicNumberOf({ form }: TwilioEvent): string | undefined {
  if (form.Direction === undefined) return undefined;
  return directionOf(form.Direction) === 'outbound' ? form.From : form.To;
}

/** How far a call is, and how it ended. A state that is not in this list says nothing of either. */
const states: Record<string, { status: ConversationStatus; endKind?: EndKind }> = {
  queued: { status: 'registered' },
  initiated: { status: 'registered' },
  ringing: { status: 'registered' },
  'in-progress': { status: 'ongoing' },
  completed: { status: 'ended', endKind: 'ended' },
  busy: { status: 'ended', endKind: 'not_connected' },
  'no-answer': { status: 'ended', endKind: 'not_connected' },
  canceled: { status: 'ended', endKind: 'not_connected' },
  failed: { status: 'ended', endKind: 'error' },
};

/** Who answered, as far as Twilio can tell; `unknown` says nothing. */
export function answererOf(word: string | undefined): 'human' | 'machine' | undefined {
  if (word === 'human') return 'human';
  return word?.startsWith('machine') || word === 'fax' ? 'machine' : undefined;
}

/** Whether a call in this state is over. */
export const isOverState = (callStatus: string): boolean => states[callStatus]?.status === 'ended';

/** Turns a Twilio event into ours. Unknown states and impossible times are kept or marked, never an error. */
export function toCallEvent(event: TwilioEvent, rawBody: Uint8Array): CallEvent {
  const { form, callSid } = event;
  const at = Date.parse(form.Timestamp ?? '');
  const shared = {
    conversationId: twilioConversationId(callSid),
    provider: 'twilio' as const,
    providerId: callSid,
    providerObject: 'call' as const,
    channel: 'voice' as const,
    ...(form.Direction !== undefined && { direction: directionOf(form.Direction) }),
    fromNumber: form.From,
    toNumber: form.To,
    occurredAt: Number.isNaN(at) ? 0 : at,
    bodyHash: createHash('sha256').update(rawBody).digest('hex'),
  };
  const answeredBy = event.kind === 'call' || event.kind === 'machine' ? answererOf(event.form.AnsweredBy) : undefined;
  if (event.kind !== 'call') {
    const recordingUrl = event.kind === 'recording' ? event.form.RecordingUrl : undefined;
    // It says nothing of how far the call is: the lowest state raises none.
    return {
      ...shared,
      kind: 'progressed',
      status: 'registered',
      recordingUrl,
      ...(answeredBy && { answeredBy }),
      anomalies: [],
      unknownValues: [],
    };
  }

  const { CallStatus, CallDuration } = event.form;
  const state = states[CallStatus];
  const times = Number.isNaN(at) ? {} : timesOf(state?.status, at, Number(CallDuration ?? 0) * 1_000);
  return {
    ...shared,
    ...times,
    ...(answeredBy && { answeredBy }),
    kind: state?.status === 'ended' ? 'ended' : 'started',
    status: state?.status ?? 'registered',
    endKind: state?.endKind,
    ...(state?.endKind === 'ended' && CallDuration !== undefined && { statedDurationMs: Number(CallDuration) * 1_000 }),
    ...(state?.endKind && { disconnectionReason: CallStatus }),
    anomalies: state ? [] : ['unknown-status'],
    unknownValues: state ? [] : [`status:${CallStatus.slice(0, 60)}`],
  };
}

function timesOf(status: ConversationStatus | undefined, at: number, durationMs: number) {
  if (status === 'ongoing') return { startedAt: at };
  // Of a call that nobody answered there is an end and no beginning.
  return status === 'ended' ? { ...(durationMs > 0 && { startedAt: at - durationMs }), endedAt: at } : {};
}
