import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CallEventQueue } from '#domain/conversations/call-event-queue.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { receiveCallEvent } from '#lambdas/conversations/receive-call-event.ts';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, cotonou } from '../fakes/conversation.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';
import { rememberedLog } from '../fakes/log.ts';
import { knownSecret } from '../fakes/secret.ts';

const key = 'key_current';
const sample = (name: string) => readFileSync(new URL(`../fixtures/retell/webhook-${name}.json`, import.meta.url));

function world({ queueFails = false, ownKeys = {} as Record<ClinicId, string> } = {}) {
  const clock = standingClock();
  const inbox = inMemoryInbox();
  const log = rememberedLog();
  const sent: CallEventReceived[] = [];
  let failing = queueFails;
  const queue: CallEventQueue = {
    async publish(message) {
      if (failing) throw new Error('the queue does not answer');
      sent.push(message);
    },
  };
  const receive = receiveCallEvent({
    retellKey: knownSecret([key]),
    clinicKeys: knownClinicKeys(ownKeys),
    inbox,
    queue,
    clock,
    log,
  });
  return {
    inbox,
    log,
    sent,
    clock,
    mendQueue: () => (failing = false),
    post(rawBody: Buffer, { signingKey = key, stampedAt = clock.now() } = {}) {
      const digest = createHmac('sha256', signingKey).update(rawBody).update(String(stampedAt)).digest('hex');
      const headers = { 'x-retell-signature': `v=${stampedAt},d=${digest}` };
      return receive({ rawBody, headers, pathParameters: {}, query: {}, requestId: 'req-1' });
    },
  };
}

test('an authentic event is stored, queued by its key and answered without a word', async () => {
  const here = world();
  expect(await here.post(sample('call_ended'))).toEqual({ status: 204 });
  expect(here.sent).toMatchObject([{ conversationId: aConversationId }]);
  const [{ event, rawBody } = { event: undefined, rawBody: Buffer.of() }] = [...here.inbox.events.values()];
  expect(event).toMatchObject({ state: 'received', eventType: 'call_ended', maskedNumber: '+1555*****42' });
  expect(Buffer.from(rawBody).equals(sample('call_ended'))).toBe(true);
});

test('the queue message carries ids and nothing of the patient', async () => {
  const here = world();
  await here.post(sample('call_analyzed'));
  expect(JSON.stringify(here.sent)).not.toMatch(/Jeanne|\+1555|transcript/);
  expect(JSON.stringify(here.log.entries)).not.toMatch(/Jeanne|\+1555/);
});

test('the same request a hundred times has one effect', async () => {
  const here = world();
  for (let time = 0; time < 100; time++) await here.post(sample('call_started'));
  expect(here.inbox.events.size).toBe(1);
  for (const { event } of here.inbox.events.values()) await here.inbox.settle(event, 'merged');
  here.sent.length = 0;
  expect(await here.post(sample('call_started'))).toEqual({ status: 204 });
  expect(here.sent).toEqual([]);
});

test('an event that was stored and not queued is queued when the vendor sends it again', async () => {
  const here = world({ queueFails: true });
  await expect(here.post(sample('call_ended'))).rejects.toThrow('the queue does not answer');
  here.mendQueue();
  expect(await here.post(sample('call_ended'))).toEqual({ status: 204 });
  expect(here.sent).toHaveLength(1);
  expect(here.inbox.events.size).toBe(1);
});

test.each([
  ['another key', { signingKey: 'key_of_another_clinic' }],
  ['a signature of five minutes and a millisecond ago', { stampedAt: Date.parse('2026-10-05T12:24:59.999Z') }],
])('%s: 401, nothing stored, nothing queued', async (_, options) => {
  const here = world();
  expect(await here.post(sample('call_ended'), options)).toEqual({ status: 401 });
  expect(here.inbox.events.size).toBe(0);
  expect(here.sent).toEqual([]);
});

test('a body over five megabytes is refused before it is looked at', async () => {
  const here = world();
  expect(await here.post(Buffer.alloc(5_000_001, 'x'))).toMatchObject({
    status: 413,
    body: { error: { code: 'body-too-large' } },
  });
  expect(here.inbox.events.size).toBe(0);
});

test.each([
  ['no JSON', '{"event":'],
  ['no call', '{"event":"call_ended"}'],
  ['a call id that is none', '{"event":"call_ended","call":{"call_id":"../../etc"}}'],
])('authentic bytes with %s: a clear 400, and the bytes are kept', async (_, body) => {
  const here = world();
  expect(await here.post(Buffer.from(body))).toMatchObject({
    status: 400,
    body: { error: { code: 'unreadable-event' } },
  });
  expect([...here.inbox.events.values()]).toMatchObject([{ event: { state: 'poison' } }]);
  expect(here.sent).toEqual([]);
});

test('an event type we do not know is accepted and kept, and not merged', async () => {
  const here = world();
  expect(await here.post(Buffer.from('{"event":"call_dreamt","call":{"call_id":"call_1"}}'))).toEqual({ status: 204 });
  expect([...here.inbox.events.values()]).toMatchObject([{ event: { state: 'ignored', eventType: 'call_dreamt' } }]);
  expect(here.sent).toEqual([]);
});

test.each(['chat_started', 'chat_ended', 'chat_analyzed', 'transcript_updated', 'transfer_started'])(
  'a %s event is taken in',
  async (name) => {
    const here = world();
    expect(await here.post(sample(name))).toEqual({ status: 204 });
    expect(here.sent).toHaveLength(1);
  },
);

test('what a clinic’s own account signs is kept as that clinic’s and no other’s', async () => {
  const here = world({ ownKeys: { [cotonou]: 'key_of_the_clinic' } });
  expect(await here.post(sample('call_ended'), { signingKey: 'key_of_the_clinic' })).toEqual({ status: 204 });
  const [kept] = [...here.inbox.events.values()];
  expect(kept?.event).toMatchObject({ state: 'received', clinicId: cotonou });
  expect(await here.post(sample('call_ended'), { signingKey: 'key_of_nobody' })).toEqual({ status: 401 });
  expect(here.inbox.events.size).toBe(1);
});
