import { readFileSync } from 'node:fs';
import { isMergedEventType, RetellWebhook, routingHints, toCallEvent } from '#adapters/retell/call-event.ts';

const raw = (name: string) => readFileSync(new URL(`../fixtures/retell/webhook-${name}.json`, import.meta.url));
const event = (name: string) => toCallEvent(RetellWebhook.parse(JSON.parse(raw(name).toString())), raw(name));
const made = (body: object) => toCallEvent(RetellWebhook.parse(body), Buffer.from(JSON.stringify(body)));

test('a call that ended says so whatever its call_status says', () => {
  const body = { event: 'call_ended', call: { call_id: 'call_1', call_status: 'registered' } };
  expect(made(body)).toMatchObject({ kind: 'ended', status: 'ended', endKind: 'ended', unknownValues: [] });
});

test('the analysed call carries everything in our units and words', () => {
  expect(event('call_analyzed')).toMatchObject({
    kind: 'analyzed',
    conversationId: 'retell_call_7b3d9e1f2a4c6085b9d7e3f1a2c',
    channel: 'voice',
    direction: 'inbound',
    status: 'analyzed',
    endKind: 'ended',
    startedAt: 1790582400000,
    endedAt: 1790582563482,
    statedDurationMs: 163482,
    disconnectionReason: 'user_hangup',
    analysis: { sentiment: 'positive', successful: true },
  });
});

test.each([
  ['call_ended-not_connected', { endKind: 'not_connected', direction: 'outbound' }],
  ['call_ended-error_llm_websocket', { endKind: 'error' }],
  ['call_ended-web_call', { channel: 'web', endKind: 'ended' }],
  ['call_ended-transferred', { disconnectionReason: 'call_transfer' }],
  ['call_started', { kind: 'started', status: 'ongoing', endKind: undefined }],
  ['transfer_bridged', { kind: 'progressed', status: 'ongoing', disconnectionReason: undefined }],
  ['chat_started', { conversationId: 'retell_chat_5d1f8b3a7c9e2604a6c8e0f2b4d', channel: 'sms', status: 'ongoing' }],
  ['chat_analyzed', { status: 'analyzed', endKind: 'ended', analysis: { successful: true } }],
])('%s is read', (name, expected) => {
  expect(event(name)).toMatchObject({
    ...expected,
    ...('analysis' in expected && { analysis: expect.objectContaining(expected.analysis as object) as object }),
  });
});

test('the clinic’s side is the dialled number of an inbound call and the calling one of an outbound call', () => {
  const hints = (name: string) => routingHints(RetellWebhook.parse(JSON.parse(raw(name).toString())));
  expect(hints('call_ended').clinicNumber).toBe('+15555550142');
  expect(hints('call_ended-not_connected').clinicNumber).toBe('+15555550142');
  expect(hints('call_ended-web_call').clinicNumber).toBeUndefined();
});

test('unknown states and reasons are kept, times in seconds found out, impossible ones marked', () => {
  const call = { call_id: 'call_1', call_status: 'dreaming', disconnection_reason: 'network_blocked' };
  expect(made({ event: 'call_ended', call: { ...call, start_timestamp: 1640000000 } })).toMatchObject({
    unknownValues: ['status:dreaming'],
    disconnectionReason: 'network_blocked',
    startedAt: 1640000000000,
    anomalies: ['timestamp-in-seconds', 'unknown-status'],
  });
  expect(made({ event: 'call_ended', call: { call_id: 'call_1', start_timestamp: 5 } }).anomalies).toEqual([
    'timestamp-impossible',
  ]);
});

test('fields of a shape we do not know say nothing and stop nothing', () => {
  const call = {
    call_id: 'call_1',
    transcript: 12,
    metadata: 'text',
    duration_ms: '3',
    call_analysis: [],
    to_number: null,
  };
  expect(made({ event: 'call_analyzed', call })).toMatchObject({
    status: 'analyzed',
    analysis: {},
    transcript: undefined,
  });
});

test('an analysis counts only from the event that announces it', () => {
  expect(
    made({ event: 'call_ended', call: { call_id: 'call_1', call_analysis: { call_summary: 'x' } } }).analysis,
  ).toBeUndefined();
});

test('numbers no table can hold become text, and what would burst an item is left to the raw event', () => {
  const analysed = (custom_analysis_data: object) =>
    made({ event: 'call_analyzed', call: { call_id: 'call_1', call_analysis: { custom_analysis_data } } }).analysis
      ?.custom;
  expect(analysed({ insurance: 12345678901234567890, nested: [{ big: 1e300 }], age: 42 })).toEqual({
    insurance: '12345678901234567000',
    nested: [{ big: '1e+300' }],
    age: 42,
  });
  expect(analysed({ essay: 'x'.repeat(30_000) })).toBeUndefined();
  expect(
    made({ event: 'call_ended', call: { call_id: 'call_1', duration_ms: 1e300 } }).statedDurationMs,
  ).toBeUndefined();
});

test('a chat that carries an empty call beside it is a chat', () => {
  expect(made({ event: 'chat_ended', call: null, chat: { chat_id: 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5' } })).toMatchObject({
    providerObject: 'chat',
    conversationId: 'retell_oBeDLoLOeuAbiuaMFXRtDOLriTJ5',
  });
});

test('types that Retell may add are not merged, those it has are', () => {
  for (const type of ['call_started', 'call_ended', 'call_analyzed', 'transfer_ended', 'chat_analyzed']) {
    expect(isMergedEventType(type)).toBe(true);
  }
  expect(['call_dreamt', 'toString', '__proto__'].map(isMergedEventType)).toEqual([false, false, false]);
});
