import { languageOf } from '#domain/language.ts';
import { twilioConversationId } from '#domain/ids.ts';
import type { AnotherCall } from '#local/scenarios/scenario.ts';
import { disturb } from '#local/vendors/disturb.ts';
import type { WaitingTelephone } from '#local/vendors/telephones.ts';
import { callsBefore, playCaller } from '#local/vendors/phone/caller.ts';
import { CallOver } from '#local/vendors/phone/handset.ts';
import { sayGoodbyeAfter } from '#local/vendors/phone/short-call.ts';
import { chosenTalk } from '#local/vendors/retell/perform-talk.ts';
import type { Tell } from '#local/vendors/retell/timeline.ts';
import { addressesOf } from './numbers.ts';
import { type AskedCall, TwilioCallOptions } from './asked-call.ts';
import { type Call, endCall, isLive, openCall, secondsOf, voiceForm } from './call.ts';
import type { Exchange } from './exchange.ts';
import { finalForm, reportRecording, runInstructions, type TwimlWorld } from './run-twiml.ts';
import { type Form, sendWebhook } from './webhook.ts';

const ringsOutMs = 400;

/** Plays a scenario from the ring to the last status callback. */
export async function placeCall(asked: AskedCall, exchange: Exchange, tell: Tell): Promise<void> {
  const { scenario, clinic, from = scenario.patient } = asked;
  const isInbound = scenario.direction === 'inbound';
  for (const before of callsBefore(scriptOf(asked))) await placeAnother(before, asked, exchange, tell);
  const far = scenario.dials ?? clinic.number;
  const call = openCall(
    isInbound
      ? { from, to: far, direction: 'inbound', hums: scenario.hum === true }
      : { from: far, to: from, direction: 'outbound-api', hums: false },
    { ...exchange, tell },
  );
  exchange.calls.set(call.sid, call);
  call.status = 'ringing';
  tell({
    step: isInbound ? 'ringing' : 'dialling',
    detail: { callId: call.sid, from: call.from, to: call.to, epochMs: exchange.now() },
  });
  const reports = createReports(asked.options, exchange, tell);
  const { voiceUrl, statusUrl } = addressesOf(far, exchange);
  if (isInbound && voiceUrl) await talk(call, asked, exchange, reports, tell, { url: voiceUrl, method: 'POST' });
  else if (isInbound) {
    endCall(call, 'failed', 'vendor', exchange.now());
    tell({ step: 'no-answer', detail: { reason: 'nobody is asked what to do with this number' } });
  } else {
    await call.phone.until(() => false, ringsOutMs).catch(ignoreOver);
    endCall(call, 'no-answer', 'vendor', exchange.now());
    tell({ step: 'no-answer', detail: { reason: scenario.disconnectionReason } });
  }
  if (statusUrl) reports.send('call status', statusUrl, finalForm(call, exchange.accountSid, exchange.now()));
  reportRecording(call, 'completed', { ...exchange, report: reports.send });
  await reports.sent();
  tell({ step: 'finished', detail: { callId: call.sid, status: call.status } });
}

async function talk(
  call: Call,
  asked: AskedCall,
  exchange: Exchange,
  reports: Reports,
  tell: Tell,
  first: Parameters<typeof runInstructions>[1] = { url: `${exchange.apiUrl}/api/twilio/incoming-call`, method: 'POST' },
): Promise<void> {
  const { scenario, options } = asked;
  const { accountSid, habits, now } = exchange;
  const world: TwimlWorld = {
    accountSid,
    authToken: habits.authToken,
    now,
    signal: habits.signal,
    send: (request) => sendWebhook(request, habits),
    report: reports.send,
    tell,
    answersDial: options.answersDial,
    goesOnAfterBreak: options.actionAfterBreak,
  };
  const running = runInstructions(call, first, world).finally(() =>
    endCall(call, 'completed', call.hungUpBy ?? 'agent', now()),
  );
  const script = scriptOf(asked);
  const caller = (async () => {
    if (!(await call.phone.until(() => call.status === 'in-progress', Infinity))) return;
    sayGoodbyeAfter(call.phone, scenario.hangUpAfterSeconds);
    await playCaller(call.phone, script, {
      isConnected: () => call.stream !== undefined,
      connections: () => call.streams,
      happens: (what) => disturb(what, twilioConversationId(call.sid), asked.disturbances, tell),
      anotherCall: (another) => placeAnother(another, asked, exchange, tell),
      tell,
      endsBy: scenario.disconnectionReason === 'agent_hangup' ? 'agent' : 'caller',
    });
  })().catch((error: unknown) => {
    ignoreOver(error);
  });
  try {
    await Promise.all([running, caller]);
  } finally {
    endCall(call, 'failed', 'vendor', now());
  }
  if (call.answeredAtMs === undefined) tell({ step: 'rejected', detail: { tookMs: now() - call.createdAtMs } });
  else tell({ step: 'hung-up', detail: { by: call.hungUpBy ?? 'agent', afterMs: now() - call.answeredAtMs } });
}

const scriptOf = ({ scenario, clinic }: AskedCall) => chosenTalk(scenario, languageOf(clinic.language)).script;

/** A line that is dead is no fault of the stand-in's. */
function ignoreOver(error: unknown): void {
  if (!(error instanceof CallOver)) throw error;
}

/** A call of its own, of which this call's timeline tells in one line. */
async function placeAnother(
  { another: scenario, when }: AnotherCall,
  asked: AskedCall,
  exchange: Exchange,
  tell: Tell,
) {
  const { clinic, disturbances } = asked;
  const options = TwilioCallOptions.parse({});
  await placeCall({ scenario, clinic, options, disturbances }, exchange, () => undefined);
  tell({ step: 'another-call', detail: { when, from: scenario.patient, functions: [] } });
}

interface Reports {
  send(what: string, url: string, form: Form): void;
  /** Settles when every one was answered or given up. */
  sent(): Promise<void>;
}

function createReports({ duplicate, lose }: TwilioCallOptions, { habits }: Exchange, tell: Tell): Reports {
  const underWay: Promise<void>[] = [];
  const deliver = async (what: string, url: string, form: Form) => {
    const { status, error, tookMs } = await sendWebhook({ url, form }, habits);
    tell({ step: 'told', detail: { what, ...(status !== undefined && { status }), ...(error && { error }), tookMs } });
  };
  return {
    send(what, url, form) {
      const kind =
        'StreamEvent' in form ? 'stream-status' : 'RecordingSid' in form ? 'recording-status' : 'call-status';
      if (lose.includes(kind)) return;
      for (let copy = 0; copy < (duplicate ? 2 : 1); copy += 1) {
        const ended = (error: unknown) => {
          if (!habits.signal.aborted) throw error;
        };
        underWay.push(deliver(what, url, form).catch(ended));
      }
    },
    async sent() {
      await Promise.all(underWay);
    },
  };
}

/** What our side asks for. */
interface Order {
  to: string;
  from: string;
  url?: string;
  twiml?: string;
  method: string;
  statusCallback?: string;
  events: string[];
  /** Whether it wants to know of a machine, and then from its first word or after its beep. */
  machineDetection?: 'Enable' | 'DetectMessageEnd';
  asyncAmdStatusCallback?: string;
}

/** From the answer until it is known who it was. */
const knownAfterMs = { person: 1_200, machine: 900, beep: 2_500 } as const;

/**
 * A call our side asks for: it rings where a telephone waits for it, and whoever is near picks up, or a machine, or nobody.
 * Where none waits it is answered, and somebody listens until they are told good-bye.
 */
export async function placeOutbound(asked: Order, exchange: Exchange): Promise<Call> {
  const { now, metronome, calls, telephones } = exchange;
  let tell: Tell = () => undefined;
  const call = openCall(
    { from: asked.from, to: asked.to, direction: 'outbound-api', hums: false },
    { metronome, now, tell: (entry) => tell(entry) },
  );
  calls.set(call.sid, call);
  const isAwaited = telephones.ring(asked.to, async (telephone) => {
    tell = telephone.tell;
    tell({ step: 'dialling', detail: { callId: call.sid, from: call.from, to: call.to, epochMs: now() } });
    await ringOut(call, asked, telephone, exchange, tell);
    tell({ step: 'finished', detail: { callId: call.sid, status: call.status } });
  });
  if (!isAwaited) void ringOut(call, asked, undefined, exchange, tell);
  return call;
}

async function ringOut(
  call: Call,
  asked: Order,
  telephone: (WaitingTelephone<Tell> & Pick<AskedCall, 'clinic' | 'options'>) | undefined,
  exchange: Exchange,
  tell: Tell,
): Promise<void> {
  const { accountSid, habits, now } = exchange;
  const reports = createReports(telephone?.options ?? TwilioCallOptions.parse({}), exchange, tell);
  let sequence = 0;
  const progress = (event: string, extra: Form = {}) => {
    if (asked.statusCallback === undefined || !asked.events.includes(event)) return;
    reports.send(event, asked.statusCallback, {
      ...voiceForm(call, accountSid),
      Timestamp: new Date(now()).toUTCString().replace('GMT', '+0000'),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(sequence++),
      ...extra,
    });
  };
  const { pickUp } = telephone ?? { pickUp: 'person' };
  try {
    progress('initiated');
    await call.phone.until(() => false, ringsOutMs);
    call.status = 'ringing';
    progress('ringing');
    await call.phone.until(() => false, ringsOutMs);
    if (pickUp === 'nobody' || pickUp === 'busy') {
      endCall(call, pickUp === 'busy' ? 'busy' : 'no-answer', 'vendor', now());
      tell({ step: 'no-answer', detail: { reason: call.status } });
      return;
    }
    call.status = 'in-progress';
    call.answeredAtMs = now();
    progress('answered');
    const first =
      asked.url === undefined ? { twiml: asked.twiml ?? '<Response/>' } : { url: asked.url, method: asked.method };
    const detecting = detectMachine(call, asked, pickUp === 'voicemail', exchange, reports);
    const script = telephone && pickUp === 'person' ? telephone : undefined;
    if (script) await talk(call, { ...script, disturbances: {} }, exchange, reports, tell, first);
    else {
      await runInstructions(call, first, {
        accountSid,
        authToken: habits.authToken,
        now,
        signal: habits.signal,
        send: (request) => sendWebhook(request, habits),
        report: reports.send,
        tell,
        answersDial: false,
        goesOnAfterBreak: true,
      });
    }
    await detecting;
  } catch (error) {
    ignoreOver(error);
  } finally {
    if (isLive(call)) endCall(call, 'completed', 'agent', now());
    const seconds = secondsOf(call, now());
    progress('completed', { Duration: String(Math.ceil(seconds / 60)), CallDuration: String(seconds) });
    reportRecording(call, 'completed', { ...exchange, report: reports.send });
    await reports.sent();
  }
}

/** Listens who answered, and tells where our side wants to know. A machine keeps what is said after its beep. */
async function detectMachine(
  call: Call,
  { machineDetection, asyncAmdStatusCallback }: Order,
  isMachine: boolean,
  { accountSid }: Exchange,
  reports: Reports,
): Promise<void> {
  if (machineDetection === undefined || asyncAmdStatusCallback === undefined) return;
  const waitsForBeep = machineDetection === 'DetectMessageEnd';
  const afterMs = isMachine ? knownAfterMs[waitsForBeep ? 'beep' : 'machine'] : knownAfterMs.person;
  try {
    await call.phone.until(() => false, afterMs);
  } catch (error) {
    ignoreOver(error);
    return;
  }
  const machine = waitsForBeep ? 'machine_end_beep' : 'machine_start';
  reports.send('machine detection', asyncAmdStatusCallback, {
    AccountSid: accountSid,
    CallSid: call.sid,
    AnsweredBy: isMachine ? machine : 'human',
    MachineDetectionDuration: String(afterMs),
  });
}
