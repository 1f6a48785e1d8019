import {
  clinicNumberOf,
  eventKeyOf,
  isMerged,
  readStoredTwilioEvent,
  readTwilioEvent,
  toCallEvent,
} from '#adapters/twilio/call-event.ts';
import { readForm } from '#adapters/twilio/form.ts';
import { parseVoiceRequest } from '#adapters/twilio/voice-request.ts';
import { twilioSample } from '../fakes/twilio-requests.ts';

const bodyOf = (form: Record<string, string>) => Buffer.from(new URLSearchParams(form).toString());
const eventOf = (name: string, changes: Record<string, string> = {}) => {
  const rawBody = bodyOf({ ...twilioSample(name).form, ...changes });
  const event = readTwilioEvent(readForm(rawBody));
  if (!event) throw new Error(`${name} is no event`);
  return { event, rawBody, call: () => toCallEvent(event, rawBody) };
};
const callSid = 'CA5b1d0c7e9f2a43b6a8c4d1e0f7a69b31';

test.each([
  ['call-status-initiated', { kind: 'started', status: 'registered' }],
  ['call-status-ringing', { kind: 'started', status: 'registered' }],
  ['call-status-answered', { kind: 'started', status: 'ongoing', startedAt: Date.parse('2026-03-02T14:05:07Z') }],
  ['call-status-busy', { kind: 'ended', status: 'ended', endKind: 'not_connected', disconnectionReason: 'busy' }],
  ['call-status-no-answer', { kind: 'ended', status: 'ended', endKind: 'not_connected' }],
  ['call-status-failed', { kind: 'ended', status: 'ended', endKind: 'error' }],
])('%s in our words', (name, expected) => {
  expect(eventOf(name).call()).toMatchObject({
    conversationId: `twilio_${callSid}`,
    provider: 'twilio',
    providerId: callSid,
    channel: 'voice',
    direction: 'outbound',
    fromNumber: '+15555550100',
    toNumber: '+15555550142',
    anomalies: [],
    ...expected,
  });
});

test('the duration of a call is its seconds, not its minutes', () => {
  const endedAt = Date.parse('2026-03-02T14:08:30Z');
  expect(eventOf('call-status-inbound-completed').call()).toMatchObject({
    status: 'ended',
    endKind: 'ended',
    direction: 'inbound',
    statedDurationMs: 201_000,
    startedAt: endedAt - 201_000,
    endedAt,
    occurredAt: endedAt,
  });
});

test('a call nobody answered has no beginning and no duration', () => {
  const { startedAt, statedDurationMs, endedAt } = eventOf('call-status-busy').call();
  expect({ startedAt, statedDurationMs }).toEqual({ startedAt: undefined, statedDurationMs: undefined });
  expect(endedAt).toBe(Date.parse('2026-03-02T14:05:09Z'));
});

test('a state we do not know is kept and changes nothing', () => {
  expect(eventOf('call-status-ringing', { CallStatus: 'dreaming' }).call()).toMatchObject({
    status: 'registered',
    endKind: undefined,
    anomalies: ['unknown-status'],
    unknownValues: ['status:dreaming'],
  });
});

test('only a recording that is there is told of, by where it is', () => {
  const { event, call } = eventOf('recording-completed');
  expect(event).toMatchObject({ eventType: 'recording-completed', callSid });
  expect(call()).toMatchObject({
    kind: 'progressed',
    status: 'registered',
    recordingUrl: expect.stringMatching(/^https:\/\/api\.twilio\.com\/.*\/Recordings\/RE/),
  });
  expect(isMerged(event)).toBe(true);
  for (const name of ['recording-absent', 'recording-in-progress', 'stream-status-started', 'stream-status-error']) {
    expect(isMerged(eventOf(name).event)).toBe(false);
    expect(readStoredTwilioEvent(eventOf(name).rawBody)).toBeUndefined();
  }
});

test('the leg to a person who was rung is no conversation of its own', () => {
  expect(isMerged(eventOf('call-status-completed', { ParentCallSid: callSid }).event)).toBe(false);
});

test('an event has one name however often it is sent, and another event has another', () => {
  const token = '4f7a1e0c-6f0b-4d1e-9a55-2f6d7c1b8e90';
  const names = ['call-status-initiated', 'call-status-ringing', 'call-status-answered', 'call-status-completed'];
  for (const header of [token, undefined, 'a token\nof somebody else']) {
    const keys = names.map((name) => eventKeyOf(eventOf(name).event, header));
    expect(new Set(keys).size).toBe(names.length);
    expect(names.map((name) => eventKeyOf(eventOf(name).event, header))).toEqual(keys);
    expect(keys.join()).not.toMatch(/somebody|\n|\+1555/);
  }
  expect(eventKeyOf(eventOf('call-status-ringing').event, undefined)).toBe(
    `twilio|call-ringing|${callSid}||1|${Date.parse('2026-03-02T14:05:02Z')}`,
  );
});

test.each([
  ['nothing', {}],
  ['a call sid that is none', { CallSid: '../../etc', CallStatus: 'completed' }],
  ['no state', { CallSid: callSid }],
  ['a recording that is none', { CallSid: callSid, RecordingSid: 'RE1', RecordingStatus: 'completed' }],
])('a form with %s is no event', (_, form) => {
  expect(readTwilioEvent(readForm(bodyOf(form as Record<string, string>)))).toBeUndefined();
});

test('the clinic’s side is who was called, and in a call of ours who called', () => {
  expect(clinicNumberOf(eventOf('call-status-inbound-completed').event)).toBe('+15555550100');
  expect(clinicNumberOf(eventOf('call-status-completed').event)).toBe('+15555550100');
  expect(clinicNumberOf(eventOf('recording-completed').event)).toBeUndefined();
});

test('what Twilio asks of a call is read with what became of a transfer and the keys that were pressed', () => {
  const read = (name: string, changes = {}) =>
    parseVoiceRequest(readForm(bodyOf({ ...twilioSample(name).form, ...changes })));
  expect(read('voice-incoming')).toMatchObject({
    callSid,
    conversationId: `twilio_${callSid}`,
    direction: 'inbound',
    clinicNumber: '+15555550100',
    isOver: false,
  });
  expect(read('voice-incoming', { Direction: 'outbound-api' })).toMatchObject({
    direction: 'outbound',
    clinicNumber: '+15555550142',
  });
  expect(read('dial-action').dialled).toBe('answered');
  expect(read('dial-action-no-answer').dialled).toBe('not-answered');
  expect(read('voice-after-stream').dialled).toBeUndefined();
  expect(read('voice-after-stream', { CallStatus: 'completed' }).isOver).toBe(true);
  expect(read('voice-after-stream', { Digits: '0197000000#' }).digits).toBe('0197000000#');
  expect(read('voice-after-stream', { Digits: 'drop table' }).digits).toBeUndefined();
  expect(() => read('voice-incoming', { CallSid: 'CA1' })).toThrow('call sid');
});
