import type { LiveEntry } from '#local/vendors/live-timeline.ts';
import { frames, frameMs, speak } from '#local/vendors/speech-codec.ts';
import { type Call, endCall, isLive, newSid, type Recording, secondsOf, voiceForm } from './call.ts';
import { openMediaStream, type StreamEnd } from './media-stream.ts';
import { type Element, parseTwiml, TwimlError } from './twiml.ts';
import type { Form, WebhookAnswer } from './webhook.ts';

/** What happens at the other ends of a call. */
export interface TwimlWorld {
  accountSid: string;
  authToken: string;
  now(): number;
  /** Of the stand-in: aborted when it stops. */
  signal: AbortSignal;
  send(request: { url: string; method?: string; form: Form }): Promise<WebhookAnswer>;
  /** A status callback: sent beside the call, and not waited for. */
  report(what: string, url: string, form: Form): void;
  tell(entry: LiveEntry | { step: 'warning'; detail: { text: string } }): void;
  /** Whether a person picks up at a number that is dialled. */
  answersDial: boolean;
  /** Whether the verb after a broken stream, or its `action`, is run: Twilio does not say. */
  goesOnAfterBreak: boolean;
}

/** Where a document sends the call next. */
type Next = { url: string; method: string; form?: Form } | 'hang-up' | undefined;

interface Document {
  twiml: string;
  /** Relative addresses are relative to it. */
  url: string;
}

const dialRingsMs = 600;
const bridgedTalkMs = 1_500;
const playMs = 500;
const gatherTimeoutMs = 5_000;
/** A call nobody gives instructions to any more. */
const abandonedMs = 30_000;
const mostRedirects = 30;

class Replaced extends Error {}

/**
 * Runs a call from its first instructions to its end.
 *
 * @returns once it is over; who is to end it is on it
 */
export async function runInstructions(call: Call, first: Next | { twiml: string }, world: TwimlWorld): Promise<void> {
  let next: Next | { twiml: string; url?: string } = first;
  for (let count = 0; isLive(call); count += 1) {
    if (count > mostRedirects) return applicationError(call, world, '11215: too many redirects');
    if (next === undefined || next === 'hang-up') return;
    const document: Document | undefined =
      'twiml' in next
        ? { twiml: next.twiml, url: next.url ?? 'http://twilio.invalid/' }
        : await fetchTwiml(call, next, world);
    // Whoever hung up while we were asked what comes next needs nothing more.
    if (!isLive(call)) return;
    if (!document) return applicationError(call, world);
    call.running = new AbortController();
    try {
      if (call.status === 'ringing' && isRejected(call, document, world)) return;
      next = await runDocument(call, document, world);
    } catch (error) {
      if (!(error instanceof TwimlError || error instanceof Replaced)) throw error;
      if (error instanceof TwimlError) return applicationError(call, world, `12100: ${error.message}`);
      next = undefined;
    }
    if (call.replacement) {
      next = call.replacement;
      call.replacement = undefined;
    }
  }
}

/** The first instructions answer the call, unless their first verb is `<Reject>`. @throws TwimlError */
function isRejected(call: Call, { twiml }: Document, { now }: TwimlWorld): boolean {
  const [first] = parseTwiml(twiml).children;
  if (first?.name === 'Reject') {
    endCall(call, first.attributes.reason === 'busy' ? 'busy' : 'no-answer', 'agent', now());
    return true;
  }
  call.status = 'in-progress';
  call.answeredAtMs = now();
  return false;
}

async function fetchTwiml(
  call: Call,
  { url, method, form }: { url: string; method: string; form?: Form },
  world: TwimlWorld,
): Promise<Document | undefined> {
  const answer = await world.send({ url, method, form: { ...voiceForm(call, world.accountSid), ...form } });
  const by = new URL(url).pathname;
  const { status, contentType, text, error, tookMs } = answer;
  const problem =
    error !== undefined
      ? `11205: ${by}: ${error}`
      : status !== 200
        ? `11200: ${by} answered ${status}`
        : !/^(text|application)\/xml\b/.test(contentType)
          ? `12300: ${by} answered ${contentType || 'no type'}, which is read aloud as it stands`
          : undefined;
  if (problem) {
    world.tell({ step: 'warning', detail: { text: problem } });
    return undefined;
  }
  let verbs: string[] = [];
  try {
    verbs = parseTwiml(text).children.map(describeVerb);
  } catch {
    // Told when it is run.
  }
  world.tell({ step: 'instructed', detail: { by, tookMs, verbs } });
  return { twiml: text, url };
}

/** `Connect Stream`, `Dial +12025550171`. Words that are said are heard anyway. */
function describeVerb({ name, attributes, children, text }: Element): string {
  const content = children.length > 0 ? children.map((child) => describeVerb(child)).join(' ') : '';
  const shown = name === 'Number' || (name === 'Dial' && children.length === 0) ? text.trim() : '';
  const language = name === 'Say' ? (attributes.language ?? '') : '';
  return [name, language, shown, content].filter((part) => part !== '').join(' ');
}

/** What Twilio says when it cannot go on. */
async function applicationError(call: Call, world: TwimlWorld, problem?: string): Promise<void> {
  if (problem) world.tell({ step: 'warning', detail: { text: problem } });
  call.running = new AbortController();
  call.hungUpBy = 'vendor';
  await sayText(call, 'We are sorry, an application error has occurred. Goodbye.').catch(() => undefined);
}

/** @returns where its last verb leads; nothing when there are no more instructions, and the call ends */
async function runDocument(call: Call, document: Document, world: TwimlWorld): Promise<Next> {
  for (const verb of parseTwiml(document.twiml).children) {
    const next = await runVerb(call, verb, document, world);
    if (call.running.signal.aborted) throw new Replaced();
    if (next !== undefined) return next;
  }
  return undefined;
}

async function runVerb(call: Call, verb: Element, document: Document, world: TwimlWorld): Promise<Next> {
  const { attributes } = verb;
  const absolute = (url: string) => new URL(url, document.url).href;
  const action = (form?: Form): Next =>
    attributes.action === undefined
      ? undefined
      : { url: absolute(attributes.action), method: attributes.method ?? 'POST', form };
  switch (verb.name) {
    case 'Say':
      for (let time = 0; time < Number(attributes.loop ?? 1); time += 1) await sayText(call, verb.text);
      return undefined;
    case 'Play':
      await sayText(call, attributes.digits === undefined ? '‹recording›' : '');
      return pause(call, playMs);
    case 'Pause':
      return pause(call, Number(attributes.length ?? 1) * 1000);
    case 'Hangup':
      return 'hang-up';
    case 'Reject':
      throw new TwimlError('<Reject> is only understood as the first verb');
    case 'Redirect':
      return { url: absolute(verb.text.trim() || document.url), method: attributes.method ?? 'POST' };
    case 'Start':
      for (const child of verb.children) startBeside(call, child, absolute, world);
      return undefined;
    case 'Connect': {
      const [stream] = verb.children;
      if (stream?.name !== 'Stream') {
        world.tell({ step: 'warning', detail: { text: `<Connect><${stream?.name}> is not offered here` } });
        return undefined;
      }
      const end = await connectStream(call, stream, absolute, world);
      if (end.how === 'error' && !world.goesOnAfterBreak) {
        // The call stays up, without a word, until somebody gives it new instructions.
        await pause(call, abandonedMs);
        return 'hang-up';
      }
      return action();
    }
    case 'Dial':
      return action(await dial(call, verb, world));
    case 'Gather': {
      const digits = await gather(call, verb, document, world);
      if (digits === '' && attributes.actionOnEmptyResult !== 'true') return undefined;
      const form = { Digits: digits, FinishedOnKey: digits === '' ? '' : (attributes.finishOnKey ?? '#') };
      return action(form) ?? { url: document.url, method: 'POST', form };
    }
    default:
      world.tell({ step: 'warning', detail: { text: `12200: <${verb.name}> is no verb this stand-in knows` } });
      return undefined;
  }
}

/** Waits that much of the call's own time. @throws Replaced */
async function pause(call: Call, ms: number): Promise<undefined> {
  let leftMs = ms;
  await whileRunning(call, {
    next: () => {
      leftMs -= frameMs;
      return Buffer.alloc(0);
    },
    isOver: () => leftMs <= 0,
  });
}

async function sayText(call: Call, text: string): Promise<void> {
  const audio = frames(speak(text));
  // A breath, so that what comes next is another sentence.
  for (let breath = 0; breath < 8; breath += 1) audio.push(Buffer.alloc(0));
  await whileRunning(call, { next: () => audio.shift() ?? Buffer.alloc(0), isOver: () => audio.length === 0 });
}

/** Plays a source into the call until it is over. @throws Replaced when the document is, or the call ends */
function whileRunning(call: Call, source: { next(): Buffer; isOver(): boolean }): Promise<void> {
  const { signal } = call.running;
  return new Promise<void>((resolve, reject) => {
    const leave = () => {
      call.source = undefined;
      signal.removeEventListener('abort', broken);
    };
    const broken = () => {
      leave();
      reject(new Replaced());
    };
    if (signal.aborted || !isLive(call)) return broken();
    signal.addEventListener('abort', broken, { once: true });
    call.source = {
      next() {
        const audio = source.next();
        if (source.isOver()) {
          leave();
          resolve();
        }
        return audio;
      },
    };
  });
}

function startBeside(call: Call, verb: Element, absolute: (url: string) => string, world: TwimlWorld): void {
  if (verb.name !== 'Recording') {
    world.tell({ step: 'warning', detail: { text: `<Start><${verb.name}> is not offered here` } });
    return;
  }
  const callback = verb.attributes.recordingStatusCallback;
  const attributes = {
    ...verb.attributes,
    ...(callback !== undefined && { recordingStatusCallback: absolute(callback) }),
  };
  call.recording = newRecording('StartCallRecordingTwiML', attributes, world);
  reportRecording(call, 'in-progress', world);
}

/** Attributes as `<Recording>` has them. */
export function newRecording(
  source: Recording['source'],
  attributes: Recording['attributes'],
  { accountSid, now }: Pick<TwimlWorld, 'accountSid' | 'now'>,
): Recording {
  const sid = newSid('RE');
  const url = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  return { sid, startedAtMs: now(), url, source, attributes };
}

/** Tells of the recording what was subscribed to; `completed` where nothing else was said. */
export function reportRecording(
  call: Call,
  status: 'in-progress' | 'completed',
  { accountSid, report, now }: Pick<TwimlWorld, 'accountSid' | 'report' | 'now'>,
): void {
  const { recording } = call;
  const url = recording?.attributes.recordingStatusCallback;
  if (!recording || url === undefined) return;
  const wanted = (recording.attributes.recordingStatusCallbackEvent ?? 'completed').split(' ');
  if (!wanted.includes(status)) return;
  report(`recording ${status}`, url, {
    AccountSid: accountSid,
    CallSid: call.sid,
    RecordingSid: recording.sid,
    RecordingUrl: recording.url,
    RecordingStatus: status,
    RecordingStartTime: new Date(recording.startedAtMs).toUTCString(),
    RecordingSource: recording.source,
    RecordingTrack: recording.attributes.track ?? 'both',
    RecordingChannels: recording.attributes.channels === 'mono' ? '1' : '2',
    ErrorCode: '0',
    ...(status === 'completed' && {
      RecordingDuration: String(
        Math.round(((recording.stoppedAtMs ?? call.endedAtMs ?? now()) - recording.startedAtMs) / 1000),
      ),
    }),
  });
}

async function connectStream(
  call: Call,
  { attributes, children }: Element,
  absolute: (url: string) => string,
  world: TwimlWorld,
): Promise<StreamEnd> {
  const warn = (text: string) => world.tell({ step: 'warning', detail: { text } });
  const url = attributes.url ?? '';
  if (!/^wss?:\/\//.test(url)) warn(`31922: <Stream url="${url}"> is no WebSocket`);
  if (url.includes('?')) warn('31920: a query string in <Stream url> is not supported');
  const parameters = Object.fromEntries(
    children
      .filter(({ name }) => name === 'Parameter')
      .map((one) => [one.attributes.name ?? '', one.attributes.value ?? '']),
  );
  for (const [name, value] of Object.entries(parameters)) {
    if (name.length + value.length > 500) warn(`<Parameter> ${name} is too long`);
  }
  const { signal } = call.running;
  const stream = await openMediaStream({
    url,
    accountSid: world.accountSid,
    callSid: call.sid,
    authToken: world.authToken,
    parameters,
    onClear: () => call.phone.cleared(),
    onWarning: warn,
    signal: world.signal,
  });
  const tellStatus = (event: string, streamSid: string, error?: string) => {
    const { statusCallback } = attributes;
    if (statusCallback === undefined) return;
    world.report(event, absolute(statusCallback), {
      AccountSid: world.accountSid,
      CallSid: call.sid,
      StreamSid: streamSid,
      StreamName: attributes.name ?? streamSid,
      StreamEvent: event,
      ...(error !== undefined && { StreamError: error }),
      Timestamp: new Date(world.now()).toISOString(),
    });
  };
  if (!('next' in stream)) {
    const reason = stream.how === 'error' ? stream.text : stream.how;
    world.tell({ step: 'broken-off', detail: { reason } });
    tellStatus('stream-error', 'MZ00000000000000000000000000000000', reason);
    return { how: 'error', text: reason };
  }
  call.streams += 1;
  world.tell({ step: 'connected', detail: { time: call.streams, tookMs: stream.startedAfterMs } });
  tellStatus('stream-started', stream.streamSid);
  call.stream = stream;
  call.source = stream;
  const stop = () => stream.stop();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const end = await stream.ended;
  signal.removeEventListener('abort', stop);
  call.stream = undefined;
  call.source = undefined;
  if (end.how === 'error') {
    world.tell({ step: 'broken-off', detail: { reason: end.text } });
    tellStatus('stream-error', stream.streamSid, end.text);
  } else tellStatus('stream-stopped', stream.streamSid);
  return end;
}

async function dial(call: Call, verb: Element, world: TwimlWorld): Promise<Form> {
  const number = (verb.children.find(({ name }) => name === 'Number')?.text ?? verb.text).trim();
  if (number === '') throw new TwimlError('<Dial> without a number');
  const child = newSid('CA');
  await pause(call, dialRingsMs);
  const startedAt = world.now();
  if (!world.answersDial) {
    world.tell({ step: 'dials', detail: { number, status: 'no-answer' } });
    return { DialCallSid: child, DialCallStatus: 'no-answer', DialBridged: 'false' };
  }
  world.tell({ step: 'dials', detail: { number, status: 'answered' } });
  await sayText(call, '‹a person answers›');
  await pause(call, bridgedTalkMs);
  return {
    DialCallSid: child,
    DialCallStatus: 'completed',
    DialCallDuration: String(Math.round((world.now() - startedAt) / 1000)),
    DialBridged: 'true',
  };
}

/** Says what it asks for and listens for keys. Whoever is asked for a number and has no other keys in mind gives their own. */
async function gather(call: Call, verb: Element, document: Document, world: TwimlWorld): Promise<string> {
  const { numDigits = 'Infinity', finishOnKey = '#', timeout } = verb.attributes;
  let digits = '';
  let finished = false;
  let answers = false;
  call.onDigit = (digit) => {
    if (digit === finishOnKey) finished = true;
    else digits += digit;
    finished ||= digits.length >= Number(numDigits);
  };
  try {
    for (const prompt of verb.children) {
      const isPrompt = ['Say', 'Play', 'Pause'].includes(prompt.name);
      if (!isPrompt) throw new TwimlError(`<${prompt.name}> in <Gather>`);
      if (!finished && digits === '') await runVerb(call, prompt, document, world);
    }
    const timeoutMs = timeout === undefined || timeout === 'auto' ? gatherTimeoutMs : Number(timeout) * 1000;
    let quietMs = 0;
    let known = digits;
    await whileRunning(call, {
      next() {
        if (!answers && digits === '') {
          answers = true;
          call.phone.press(`${call.from.replace(/\D/g, '')}#`).catch(() => undefined); // The call may end meanwhile.
        }
        quietMs = digits === known ? quietMs + frameMs : 0;
        known = digits;
        return Buffer.alloc(0);
      },
      isOver: () => finished || quietMs >= timeoutMs,
    });
  } finally {
    call.onDigit = undefined;
  }
  return digits;
}

export const finalForm = (call: Call, accountSid: string, nowMs: number): Form => {
  const seconds = secondsOf(call, nowMs);
  return {
    ...voiceForm(call, accountSid),
    Duration: String(Math.ceil(seconds / 60)),
    CallDuration: String(seconds),
    Timestamp: new Date(nowMs).toUTCString().replace('GMT', '+0000'),
    CallbackSource: 'call-progress-events',
    SequenceNumber: '0',
  };
};
