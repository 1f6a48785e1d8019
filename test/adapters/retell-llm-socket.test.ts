import { readdirSync, readFileSync } from 'node:fs';
import { callDetailsOf, llmFrames, readLlmMessage } from '#adapters/retell/llm-socket.ts';
import fc from 'fast-check';

const folder = new URL('../fixtures/retell/', import.meta.url);
const fixture = (name: string): Buffer => readFileSync(new URL(`llm-ws-${name}.json`, folder));
const json = (name: string): unknown => JSON.parse(fixture(name).toString());
const frame = (value: unknown) => readLlmMessage(Buffer.from(JSON.stringify(value)));

test('every sample of Retell is understood', () => {
  const names = readdirSync(folder).filter((name) => name.startsWith('llm-ws-in-'));
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    expect(readLlmMessage(readFileSync(new URL(name, folder))).kind).not.toMatch(/malformed|other/);
  }
});

test('a request carries what was said, without the times of its words', () => {
  expect(readLlmMessage(fixture('in-response_required'))).toEqual({
    kind: 'request',
    responseId: 1,
    isReminder: false,
    utterances: [
      { by: 'agent', text: 'Bonjour, vous êtes bien à la Clinique Bénin. Comment puis-je vous aider ?' },
      { by: 'caller', text: 'Bonjour, je voudrais un rendez-vous avec le docteur Exemple.' },
    ],
  });
  expect(readLlmMessage(fixture('in-reminder_required'))).toMatchObject({ kind: 'request', isReminder: true });
});

test('speech without words is told apart from silence', () => {
  const message = readLlmMessage(fixture('in-response_required-unintelligible'));
  expect(message).toMatchObject({ utterances: [{ by: 'agent' }, { by: 'caller', text: '', unintelligible: true }] });
});

test('what tools did is passed over, and keys pressed in a row are one entry', () => {
  const message = readLlmMessage(fixture('in-response_required-with_tool_calls'));
  expect(message.kind === 'request' && message.utterances.map(({ by }) => by)).toEqual([
    'agent',
    'caller',
    'agent',
    'caller',
    'agent',
    'caller',
  ]);
  const pressed = frame({
    interaction_type: 'update_only',
    transcript: [],
    transcript_with_tool_calls: [
      { role: 'agent', content: 'Votre numéro ?' },
      { role: 'dtmf', digit: '4' },
      { role: 'dtmf', digit: '#' },
      { role: 'node_transition', new_node_id: 'x' },
      { role: 'dtmf', digit: 'rm' },
      { role: 'user', content: 5 },
    ],
  });
  expect(pressed).toEqual({
    kind: 'update',
    utterances: [
      { by: 'agent', text: 'Votre numéro ?' },
      { by: 'keypad', text: '4#' },
    ],
  });
});

test('the details of a call name its numbers, its agent and our binding', () => {
  const message = readLlmMessage(fixture('in-call_details'));
  expect(message).toEqual({
    kind: 'call-details',
    call: {
      callId: 'call_7b3d9e1f2a4c6085b9d7e3f1a2c',
      channel: 'phone',
      direction: 'inbound',
      isOver: false,
      fromNumber: '+15555550117',
      toNumber: '+15555550142',
      clinicNumber: '+15555550142',
      agentId: 'agent_0a9b8c7d6e5f4a3b2c1d0e9f88',
    },
  });
  const call = { call_id: 'call_1', direction: 'outbound', from_number: '+12025550142', to_number: '+12025550117' };
  expect(callDetailsOf({ ...call, call_status: 'ended', metadata: { clinic_binding: 'v1.x' } })).toMatchObject({
    direction: 'outbound',
    clinicNumber: '+12025550142',
    isOver: true,
    binding: 'v1.x',
  });
  for (const none of [undefined, null, 'call', {}, { call_id: 'a b' }]) expect(callDetailsOf(none)).toBeUndefined();
});

test('kinds we do not know are passed over; what is none is malformed; nothing throws', () => {
  expect(frame({ interaction_type: 'something_new', x: 1 })).toEqual({ kind: 'other' });
  expect(frame({ interaction_type: 'clear', transcript: [] })).toEqual({ kind: 'other' });
  for (const bad of [
    { interaction_type: 'response_required', transcript: [] },
    { interaction_type: 'response_required', response_id: '3', transcript: [] },
    { interaction_type: 'response_required', response_id: 1.5, transcript: [] },
    { interaction_type: 'ping_pong' },
    { interaction_type: 7 },
    null,
    [],
    'ping_pong',
  ]) {
    expect(frame(bad)).toEqual({ kind: 'malformed' });
  }
  expect(readLlmMessage(Buffer.from('{'))).toEqual({ kind: 'malformed' });
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => readLlmMessage(Buffer.from(bytes)).kind === 'malformed'),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.json(), (text) => typeof readLlmMessage(Buffer.from(text)).kind === 'string'),
    { numRuns: 200 },
  );
});

test('what we send is what Retell documents, type for type', () => {
  const sent = (text: string): unknown => JSON.parse(text);
  expect(sent(llmFrames.config())).toEqual(json('out-config'));
  expect(sent(llmFrames.pong(1790582402000))).toEqual(json('out-ping_pong'));
  const speech = (name: string) => (json(name) as { content: string }).content;
  const whole = (name: string) => ({ content: speech(name), isComplete: true });
  expect(sent(llmFrames.response(0, whole('out-response-begin')))).toEqual(json('out-response-begin'));
  expect(sent(llmFrames.response(1, { content: 'Très bien. ', isComplete: false }))).toEqual(
    json('out-response-partial'),
  );
  expect(sent(llmFrames.response(6, { ...whole('out-response-end_call'), endCall: true }))).toEqual(
    json('out-response-end_call'),
  );
  const transfer = { isUninterruptible: true, transferNumber: '+15555550199' };
  const { show_transferee_as_caller: _default, ...documented } = json('out-response-transfer') as Record<
    string,
    unknown
  >;
  expect(sent(llmFrames.response(7, { ...whole('out-response-transfer'), ...transfer }))).toEqual(documented);
  expect(sent(llmFrames.response(5, { ...whole('out-response-no_interruption'), isUninterruptible: true }))).toEqual(
    json('out-response-no_interruption'),
  );
  const { end_call: _end, ...interrupt } = json('out-agent_interrupt') as Record<string, unknown>;
  expect(sent(llmFrames.interrupt(1, { ...whole('out-agent_interrupt'), isUninterruptible: true }))).toEqual(interrupt);
  const call = json('out-tool_call_invocation') as Record<'tool_call_id' | 'name' | 'arguments', string>;
  expect(sent(llmFrames.toolCall({ callId: call.tool_call_id, name: call.name, args: call.arguments }))).toEqual(call);
  const result = json('out-tool_call_result') as { tool_call_id: string; content: string };
  expect(sent(llmFrames.toolResult({ callId: result.tool_call_id, content: result.content, isSuccess: true }))).toEqual(
    result,
  );
  expect(
    sent(
      llmFrames.updateAgent({
        responsiveness: 0.6,
        interruptionSensitivity: 0.7,
        reminderTriggerMs: 8_000,
        reminderMaxCount: 2,
      }),
    ),
  ).toEqual(json('out-update_agent'));
  const { metadata } = json('out-metadata') as { metadata: unknown };
  expect(sent(llmFrames.metadata(metadata))).toEqual(json('out-metadata'));
});
