import type { IncomingMessage } from 'node:http';
import { type Call, endCall, isLive, type Recording, secondsOf } from './call.ts';
import type { Exchange } from './exchange.ts';
import { createMessage, listMessages, type MessageBox, removeMessage } from './messages.ts';
import { listNumbers, updateNumber } from './numbers.ts';
import { placeOutbound } from './place-call.ts';
import { restError, type RestAnswer } from './rest-answer.ts';
import { newRecording } from './run-twiml.ts';
import { parseTwiml, TwimlError } from './twiml.ts';

const notFound = (path: string) => restError(404, 20404, `The requested resource ${path} was not found`);

/** The REST calls the product makes, below the account's path. */
export async function answerRest(
  { method = 'GET' }: Pick<IncomingMessage, 'method'>,
  { pathname: path, searchParams }: URL,
  form: URLSearchParams,
  exchange: Exchange,
  messages: MessageBox,
): Promise<RestAnswer> {
  const root = `/2010-04-01/Accounts/${exchange.accountSid}`;
  const callSid = new RegExp(`^${root}/Calls/(CA[0-9a-f]{32})\\.json$`).exec(path)?.[1];
  if (method === 'POST' && path === `${root}/Calls.json`) return createCall(form, exchange);
  if (method === 'POST' && path === `${root}/Messages.json`) return createMessage(form, exchange, messages);
  if (method === 'GET' && path === `${root}/Messages.json`) return listMessages(searchParams, path, exchange, messages);
  const messageSid = new RegExp(`^${root}/Messages/(SM[0-9a-f]{32})\\.json$`).exec(path)?.[1];
  if (method === 'DELETE' && messageSid !== undefined) return removeMessage(messageSid, messages) ?? notFound(path);
  if (method === 'GET' && path === `${root}/IncomingPhoneNumbers.json`) {
    return listNumbers(exchange.numbers, searchParams, root);
  }
  const numberSid = new RegExp(`^${root}/IncomingPhoneNumbers/(PN[0-9a-f]{32})\\.json$`).exec(path)?.[1];
  const number = numberSid && exchange.numbers.get(numberSid);
  if (method === 'POST' && number) return updateNumber(number, form, root);
  const recorded = new RegExp(`^${root}/Calls/(CA[0-9a-f]{32})/Recordings/(Twilio\\.CURRENT|RE[0-9a-f]{32})\\.json$`);
  const [, recordedSid, recordingSid] = recorded.exec(path) ?? [];
  if (method === 'POST' && recordedSid !== undefined) {
    return updateRecording(exchange.calls.get(recordedSid), recordingSid, path, form, exchange);
  }
  const recordedCall = recordedSid === undefined ? undefined : exchange.calls.get(recordedSid);
  if (method === 'DELETE' && recordedCall) return removeRecording(recordedCall, recordingSid, path);
  const listedSid = new RegExp(`^${root}/Calls/(CA[0-9a-f]{32})/Recordings\\.json$`).exec(path)?.[1];
  const listedCall = listedSid === undefined ? undefined : exchange.calls.get(listedSid);
  if (method === 'POST' && listedCall) return createRecording(listedCall, form, exchange);
  if (method === 'GET' && listedCall) return listRecordings(listedCall, path, exchange);
  const call = callSid === undefined ? undefined : exchange.calls.get(callSid);
  if (!call) return notFound(path);
  if (method === 'GET') return { status: 200, body: callResource(call, exchange) };
  if (method === 'POST') return updateCall(call, form, exchange);
  return restError(405, 20004, 'Method not allowed');
}

function updateCall(call: Call, form: URLSearchParams, exchange: Exchange): RestAnswer {
  const [twiml, url, status] = [form.get('Twiml'), form.get('Url'), form.get('Status')];
  if (twiml !== null && url !== null) return restError(400, 21218, 'Url and Twiml are exclusive.');
  if (!isLive(call)) return restError(400, 21220, 'Call is not in-progress. Cannot redirect.');
  if (status !== null) {
    if (status === 'canceled' && call.status === 'in-progress') {
      return restError(400, 21220, 'Call is not queued or ringing. Cannot cancel.');
    }
    if (status !== 'completed' && status !== 'canceled') return restError(400, 21219, `Invalid status ${status}.`);
    endCall(call, status, 'agent', exchange.now());
  } else if (twiml !== null) {
    try {
      parseTwiml(twiml);
    } catch (error) {
      if (!(error instanceof TwimlError)) throw error;
      return restError(400, 12100, `Twiml: ${error.message}`);
    }
    replace(call, { twiml });
  } else if (url !== null) {
    if (!/^https?:\/\//.test(url)) return restError(400, 21205, 'Url is not a valid URL.');
    replace(call, { url, method: form.get('Method') ?? 'POST' });
  }
  return { status: 200, body: callResource(call, exchange) };
}

/** This stand-in does not tell of recordings that begin. */
const recordingEvents = new Set(['completed', 'absent']);

function createRecording(call: Call, form: URLSearchParams, exchange: Exchange): RestAnswer {
  const isRunning = call.recording !== undefined && call.recording.stoppedAtMs === undefined;
  if (call.status !== 'in-progress' || isRunning) {
    return restError(400, 21220, 'Requested resource is not eligible for recording');
  }
  const channels = form.get('RecordingChannels') ?? 'mono';
  if (channels !== 'mono' && channels !== 'dual')
    return restError(400, 20001, `Invalid RecordingChannels ${channels}.`);
  const callback = form.get('RecordingStatusCallback');
  if (callback !== null && !/^https?:\/\//.test(callback)) return restError(400, 21205, 'Url is not a valid URL.');
  const events = form.getAll('RecordingStatusCallbackEvent');
  if (events.some((event) => !recordingEvents.has(event))) {
    return restError(400, 21626, 'Invalid RecordingStatusCallbackEvent.');
  }
  const attributes = {
    channels,
    track: form.get('RecordingTrack') ?? 'both',
    recordingStatusCallbackEvent: events.join(' ') || 'completed',
    ...(callback !== null && { recordingStatusCallback: callback }),
  };
  const recording = newRecording('StartCallRecordingAPI', attributes, exchange);
  call.recording = recording;
  return { status: 201, body: { ...recordingResource(call, recording, exchange), duration: null } };
}

function updateRecording(
  call: Call | undefined,
  sid: string | undefined,
  path: string,
  form: URLSearchParams,
  exchange: Exchange,
): RestAnswer {
  const { now } = exchange;
  const { recording } = call ?? {};
  const isRunning = call && isLive(call) && recording?.stoppedAtMs === undefined;
  if (!call || !recording || (sid === 'Twilio.CURRENT' ? !isRunning : sid !== recording.sid)) return notFound(path);
  if (!isRunning) return restError(400, 21220, 'Recording is not in-progress. Cannot update.');
  if (form.get('Status') !== 'stopped') return restError(400, 20001, 'This stand-in only stops recordings.');
  recording.stoppedAtMs = now();
  return { status: 200, body: { ...recordingResource(call, recording, exchange), status: 'stopped' } };
}

function recordingResource(call: Call, recording: Recording, { accountSid, now }: Exchange) {
  const endedAtMs = recording.stoppedAtMs ?? call.endedAtMs;
  return {
    sid: recording.sid,
    account_sid: accountSid,
    call_sid: call.sid,
    api_version: '2010-04-01',
    status: endedAtMs === undefined ? 'in-progress' : 'completed',
    channels: recording.attributes.channels === 'mono' ? 1 : 2,
    source: recording.source,
    start_time: dateOf(recording.startedAtMs),
    duration: String(Math.round(((endedAtMs ?? now()) - recording.startedAtMs) / 1000)),
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}/Recordings/${recording.sid}.json`,
  };
}

/** A call here has one at most, so its list has one page. */
function listRecordings(call: Call, path: string, exchange: Exchange): RestAnswer {
  const recordings = call.recording ? [recordingResource(call, call.recording, exchange)] : [];
  const page = { page: 0, page_size: 50, start: 0, end: Math.max(0, recordings.length - 1) };
  const uris = { uri: path, first_page_uri: path, next_page_uri: null, previous_page_uri: null };
  return { status: 200, body: { recordings, ...page, ...uris } };
}

function removeRecording(call: Call, sid: string | undefined, path: string): RestAnswer {
  if (call.recording?.sid !== sid) return notFound(path);
  delete call.recording;
  return { status: 204, body: {} };
}

function replace(call: Call, next: NonNullable<Call['replacement']>): void {
  call.replacement = next;
  call.running.abort();
}

const progressEvents = new Set(['initiated', 'ringing', 'answered', 'completed']);

async function createCall(form: URLSearchParams, exchange: Exchange): Promise<RestAnswer> {
  const [to, from, url, twiml] = [form.get('To'), form.get('From'), form.get('Url'), form.get('Twiml')];
  if (!to || !/^\+[1-9]\d{6,14}$/.test(to)) return restError(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  if (!from) return restError(400, 21213, "'From' is required.");
  if (!url && !twiml) return restError(400, 21205, 'Url or Twiml is required.');
  const detection = form.get('MachineDetection');
  if (detection !== null && !['Enable', 'DetectMessageEnd'].includes(detection)) {
    return restError(400, 21201, 'MachineDetection must be Enable or DetectMessageEnd.');
  }
  if (form.getAll('StatusCallbackEvent').some((event) => !progressEvents.has(event))) {
    return restError(400, 21626, 'Invalid StatusCallbackEvent.');
  }
  const call = await placeOutbound(
    {
      to,
      from,
      ...(url ? { url } : twiml && { twiml }),
      method: form.get('Method') ?? 'POST',
      statusCallback: form.get('StatusCallback') ?? undefined,
      events: form.getAll('StatusCallbackEvent').length > 0 ? form.getAll('StatusCallbackEvent') : ['completed'],
      ...(detection && {
        machineDetection: detection as 'Enable' | 'DetectMessageEnd',
        asyncAmdStatusCallback: form.get('AsyncAmdStatusCallback') ?? undefined,
      }),
    },
    exchange,
  );
  return { status: 201, body: callResource(call, exchange) };
}

const dateOf = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toUTCString().replace('GMT', '+0000');

function callResource(call: Call, { accountSid, now }: Exchange): object {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  return {
    sid: call.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    status: call.status,
    direction: call.direction,
    to: call.to,
    to_formatted: call.to,
    from: call.from,
    from_formatted: call.from,
    phone_number_sid: 'PN00000000000000000000000000000001',
    parent_call_sid: null,
    answered_by: null,
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    date_created: dateOf(call.createdAtMs),
    date_updated: dateOf(call.endedAtMs ?? call.answeredAtMs ?? call.createdAtMs),
    start_time: dateOf(call.answeredAtMs),
    end_time: dateOf(call.endedAtMs),
    duration: isLive(call) ? null : String(secondsOf(call, now())),
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json`, streams: `${uri}/Streams.json` },
  };
}
