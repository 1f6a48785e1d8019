import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { twilioConversationId } from '#domain/ids.ts';
import { receiveCallEvent } from '#lambdas/conversations/receive-call-event.ts';
import { receiveTwilioEvent } from '#lambdas/conversations/receive-twilio-event.ts';
import { createHmac } from 'node:crypto';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { standingClock } from '../fakes/clock.ts';
import { cotonou } from '../fakes/conversation.ts';
import { inMemoryDirectory } from '../fakes/directory.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';
import { rememberedLog } from '../fakes/log.ts';
import { knownSecret } from '../fakes/secret.ts';
import { newTalk } from '../fakes/talk.ts';
import { inMemoryTalks } from '../fakes/talks.ts';
import { apiUrl, knownTwilio, signedForm, twilioSample } from '../fakes/twilio-requests.ts';

const callPath = '/api/twilio/call-status';
const recordingPath = '/api/twilio/recording-status';
const callSid = 'CA5b1d0c7e9f2a43b6a8c4d1e0f7a69b31';
const conversationId = twilioConversationId(callSid);
const idempotent = { 'i-twilio-idempotency-token': '4f7a1e0c-6f0b-4d1e-9a55-2f6d7c1b8e90' };

function world({ callStatus = 'in-progress', redirect = 'done' as 'done' | 'over' | Error } = {}) {
  const clock = standingClock('2026-03-02T14:05:10.000Z');
  const inbox = inMemoryInbox();
  const log = rememberedLog();
  const talks = inMemoryTalks();
  const directory = inMemoryDirectory({});
  const sent: CallEventReceived[] = [];
  const redirected: string[] = [];
  const queue = { publish: async (message: CallEventReceived) => void sent.push(message) };
  const receive = receiveTwilioEvent({
    twilio: knownTwilio,
    apiUrl,
    inbox,
    queue,
    directory,
    talks,
    calls: {
      fetch: async () => ({ status: callStatus }) as never,
      async redirect(sid, url) {
        if (redirect instanceof Error) throw redirect;
        redirected.push(`${sid} ${url}`);
        return redirect;
      },
    },
    clock,
    log,
  });
  return {
    clock,
    inbox,
    log,
    talks,
    directory,
    sent,
    redirected,
    receive,
    events: () => [...inbox.events.values()].map(({ event }) => event),
    post: (name: string, changes: Record<string, string> = {}, path = callPath) =>
      receive(signedForm(path, { ...twilioSample(name).form, ...changes }, { headers: idempotent })),
    /** A talk that goes on, begun at half past twelve of the fixtures' day. */
    async talking(changes = {}) {
      await directory.claimSession(cotonou, conversationId, 'number', 0);
      await talks.open(cotonou, {
        ...newTalk({ conversationId }),
        streamGivenAtMs: Date.parse('2026-03-02T14:05:00Z'),
      });
      await talks.change(cotonou, conversationId, (current) => ({ ...current, epoch: 1, ...changes }));
    },
  };
}

test('an event of a call is stored, queued by its key and answered without a word', async () => {
  const here = world();
  expect(await here.post('call-status-inbound-completed')).toEqual({ status: 204 });
  expect(here.events()).toMatchObject([
    {
      provider: 'twilio',
      eventType: 'call-completed',
      state: 'received',
      source: 'webhook',
      maskedNumber: '+1555*****00',
    },
  ]);
  expect(here.sent).toMatchObject([{ conversationId }]);
  expect(JSON.stringify([here.sent, here.log.entries])).not.toMatch(/\+1555|LAVAL/);
});

test('the same request a hundred times has one effect; another event of the call has its own', async () => {
  const here = world();
  for (let time = 0; time < 100; time++) await here.post('call-status-inbound-completed');
  expect(here.inbox.events.size).toBe(1);
  await here.post('call-status-answered');
  expect(here.inbox.events.size).toBe(2);
});

test('only the recording that is there is merged', async () => {
  const here = world();
  for (const name of ['recording-in-progress', 'recording-absent', 'recording-completed']) {
    expect(await here.post(name, {}, recordingPath)).toEqual({ status: 204 });
  }
  expect(here.events().map(({ eventType, state }) => [eventType, state])).toEqual([
    ['recording-in-progress', 'ignored'],
    ['recording-absent', 'ignored'],
    ['recording-completed', 'received'],
  ]);
  expect(here.sent).toHaveLength(1);
});

test.each([
  ['no signature', (form: Record<string, string>) => ({ ...signedForm(callPath, form), headers: {} })],
  ['another token', (form: Record<string, string>) => signedForm(callPath, form, { token: 'another' })],
  [
    'the signature of the other path',
    (form: Record<string, string>) => ({ ...signedForm(recordingPath, form), route: `POST ${callPath}` }),
  ],
])('an event with %s is refused without a word: nothing stored, nothing queued, nobody sent on', async (_, request) => {
  const here = world();
  await here.talking();
  for (const name of ['call-status-inbound-completed', 'stream-status-error']) {
    expect(await here.receive(request(twilioSample(name).form))).toEqual({ status: 403 });
  }
  expect(here.inbox.events.size).toBe(0);
  expect(here.sent).toEqual([]);
  expect(here.redirected).toEqual([]);
});

test('authentic bytes that are no event are kept, and said to be unreadable', async () => {
  const here = world();
  const answer = await here.receive(signedForm(callPath, { CallSid: 'CA1' }));
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'unreadable-event' } } });
  expect(here.events()).toMatchObject([{ provider: 'twilio', state: 'poison' }]);
});

test('a stream that broke in the middle of a talk is gone on with', async () => {
  const here = world();
  await here.talking();
  expect(await here.post('stream-status-error')).toEqual({ status: 204 });
  expect(here.redirected).toEqual([`${callSid} https://api.clinics.example/api/twilio/after-stream`]);
  expect(here.events()).toMatchObject([{ eventType: 'stream-error', state: 'ignored' }]);
});

test.each([
  ['an end is on record', { ending: { kind: 'hangup' } }, {}],
  ['the talk is finished', { finishedAtMs: 1 }, {}],
  ['another stream was begun since', { streamGivenAtMs: Date.parse('2026-03-02T14:05:09.500Z') }, {}],
  ['the call is over', {}, { callStatus: 'completed' }],
])('when %s nobody is sent on', async (_, talk, options) => {
  const here = world(options);
  await here.talking(talk);
  expect(await here.post('stream-status-error')).toEqual({ status: 204 });
  expect(here.redirected).toEqual([]);
});

test('a stream that began or stopped, and one of a call nobody knows, sends nobody on', async () => {
  const here = world();
  await here.post('stream-status-error');
  await here.talking();
  for (const name of ['stream-status-started', 'stream-status-stopped']) await here.post(name);
  expect(here.redirected).toEqual([]);
});

test('a call that could not be sent on is said so, and its event is kept all the same', async () => {
  const here = world({ redirect: new Error('Twilio does not answer') });
  await here.talking();
  expect(await here.post('stream-status-error')).toEqual({ status: 204 });
  expect(here.log.codes()).toContain('request.failed');
  expect(here.inbox.events.size).toBe(1);
});

test('what only we tell of a talk is no vendor’s to tell: posted to a webhook it is merged nowhere', async () => {
  const here = world();
  const told = { event: 'talk_analyzed', conversationId, clinicId: cotonou, analysis: '{}', CallSid: callSid };
  expect(await here.receive(signedForm(callPath, told))).toMatchObject({ status: 400 });
  expect(here.sent).toEqual([]);

  const rawBody = Buffer.from(JSON.stringify({ ...told, call: { call_id: 'call_1' } }));
  const stamp = here.clock.now();
  const digest = createHmac('sha256', 'key').update(rawBody).update(String(stamp)).digest('hex');
  const queue = { publish: async (message: CallEventReceived) => void here.sent.push(message) };
  const retell = receiveCallEvent({ ...here, retellKey: knownSecret(['key']), clinicKeys: knownClinicKeys(), queue });
  const headers = { 'x-retell-signature': `v=${stamp},d=${digest}` };
  await retell({ rawBody, headers, pathParameters: {}, query: {}, requestId: 'req-1' });
  expect(here.sent).toEqual([]);
  expect(here.events().filter(({ provider }) => provider === 'internal')).toEqual([]);
});
