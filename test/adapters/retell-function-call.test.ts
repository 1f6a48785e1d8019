import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { toCallEvent } from '#adapters/retell/call-event.ts';
import { functionReply, readFunctionRequest } from '#adapters/retell/function-call.ts';

const sample = (name: string): { call: Record<string, unknown>; [part: string]: unknown } =>
  JSON.parse(readFileSync(new URL(`../fixtures/retell/function-${name}.json`, import.meta.url)).toString());

const callOf = (body: unknown) => {
  const read = readFunctionRequest(body);
  if (read.shape !== 'envelope') throw new Error(read.shape);
  return read.call;
};

test('the vendor’s sample tells name, arguments, words, language and invocation', () => {
  expect(callOf(sample('book_appointment-request'))).toMatchObject({
    name: 'book_appointment',
    args: { doctor_name: 'Docteur Koffi Exemple', slot_id: 'slot_0900' },
    callerUtterances: [
      'Bonjour, je voudrais un rendez-vous avec le docteur Exemple.',
      'Mardi matin si possible.',
      "Neuf heures, s'il vous plaît. Je m'appelle Jeanne Fictive.",
    ],
    language: 'fr-FR',
    toolCallId: 'tool_call_b28d0f',
  });
});

test('its call is an event of a call that goes on, without what was said', () => {
  const { webhook } = callOf(sample('check_availability-request'));
  const event = toCallEvent(webhook, Buffer.from('{}'));
  expect(event).toMatchObject({
    kind: 'progressed',
    status: 'ongoing',
    conversationId: 'retell_call_7b3d9e1f2a4c6085b9d7e3f1a2c',
    channel: 'voice',
    direction: 'inbound',
    fromNumber: '+15555550117',
    toNumber: '+15555550142',
    startedAt: 1_790_582_400_000,
    anomalies: [],
  });
  expect(event.transcript).toBeUndefined();
  expect(JSON.stringify(webhook)).not.toContain('rendez-vous');
});

test('without turns, the lines of the transcript tell what the caller said', () => {
  const { call, ...rest } = sample('book_appointment-request');
  const fallback = callOf({ ...rest, call: { ...call, transcript_object: undefined } });
  expect(fallback.callerUtterances).toEqual(callOf({ ...rest, call }).callerUtterances);
  const transcript = 'Agent: Oui ?\net ensuite\nUser: Non,\n pas du tout\nTransfer Target: Allô\nUser:\nUser: Merci\n';
  const said = callOf({ call: { call_id: 'call_1', transcript } }).callerUtterances;
  expect(said).toEqual(['Non,\n pas du tout', 'Merci']);
});

test('turns of a shape we do not know say nothing', () => {
  const transcript_object = [
    null,
    'User: x',
    { role: 'user' },
    { role: 'agent', content: 'a' },
    { role: 'user', content: 'b ' },
  ];
  const call = {
    call_id: 'call_1',
    transcript_object,
    transcript_with_tool_calls: [7, { role: 'tool_call_invocation' }],
  };
  expect(callOf({ call, args: 'none' })).toMatchObject({ args: {}, callerUtterances: ['b'] });
  expect(callOf({ call })).not.toHaveProperty('toolCallId');
  expect(callOf({ call: { call_id: 'call_1', transcript_object: 'x', transcript: 7 } }).callerUtterances).toEqual([]);
});

test('a chat is a conversation too', () => {
  const chat = { chat_id: 'chat_1', chat_type: 'api_chat', transcript: 'User: Bonjour\n' };
  const { webhook, callerUtterances } = callOf({ name: 'take_message', chat, args: {} });
  expect(toCallEvent(webhook, Buffer.of())).toMatchObject({ conversationId: 'retell_chat_1', providerObject: 'chat' });
  expect(callerUtterances).toEqual(['Bonjour']);
});

test('arguments alone are told from a body that cannot be read', () => {
  expect(readFunctionRequest(sample('args_at_root-request'))).toEqual({ shape: 'args-only' });
  expect(readFunctionRequest({})).toEqual({ shape: 'args-only' });
  for (const body of [undefined, null, 'x', 7, [], { call: null }, { call: {} }, { call: { call_id: '../x' } }]) {
    expect(readFunctionRequest(body)).toEqual({ shape: 'unreadable' });
  }
});

test('an answer is flat, and nothing of it takes the place of its code or sentence', () => {
  const data = { code: 'NOT_THIS', say: 'nor this', first: true, count: 2, times: ['9 h'] };
  expect(functionReply({ code: 'OK', say: 'Voici.', data })).toEqual({
    code: 'OK',
    say: 'Voici.',
    first: true,
    count: 2,
    times: ['9 h'],
  });
  expect(functionReply({ code: 'OK', say: 'Voici.' })).toEqual({ code: 'OK', say: 'Voici.' });
});

test('whatever a tool answers, the vendor gets whole JSON below its limit, lists cut from their ends', () => {
  const long = fc.integer({ min: 0, max: 20_000 });
  const someText = fc
    .tuple(fc.constantFrom('a', 'é', '"', '\n', '🦷', '\u0001'), long)
    .map(([one, n]) => one.repeat(n));
  const someList = fc
    .tuple(fc.constantFrom('créneau', '"', '🦷'), fc.nat(3_000))
    .map(([one, n]) => Array<string>(n).fill(one));
  const data = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,12}$/),
    fc.oneof(someText, someList, fc.integer(), fc.boolean()),
    {
      maxKeys: 6,
    },
  );
  fc.assert(
    fc.property(fc.record({ say: someText, data }), ({ say, data }) => {
      const reply = functionReply({ code: 'OK', say, data });
      expect(JSON.stringify(reply).length).toBeLessThan(15_000);
      expect(reply.code).toBe('OK');
      expect(say.startsWith(String(reply.say))).toBe(true);
      for (const [name, value] of Object.entries(reply)) {
        if (name === 'code' || name === 'say') continue;
        const whole = data[name];
        if (typeof whole === 'string') expect(whole.startsWith(String(value))).toBe(true);
        else if (Array.isArray(whole)) expect(whole.slice(0, (value as string[]).length)).toEqual(value);
        else expect(value).toBe(whole);
        expect(String(value).isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 300, seed: 20261008 },
  );
});
