import { createHash } from 'node:crypto';
import { cotonou, elsewhere } from '../fakes/conversation.ts';
import { aCallSid, aTalkId } from '../fakes/talk.ts';
import { signedForm } from '../fakes/twilio-requests.ts';
import { ringForm, ringPath, tokenIn, twimlOf, twilioWorld } from '../fakes/twilio-world.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const notInService =
  '<Response><Say language="fr-FR" voice="Polly.Lea-Neural">Ce numéro n’est pas en service.</Say><Say language="en-US" voice="Polly.Joanna-Neural">This number is not in service.</Say><Hangup/></Response>';

test('a ringing number is connected to the voice service, by a token that tells nothing', async () => {
  const world = twilioWorld();
  const twiml = twimlOf(await world.ring());
  const token = tokenIn(twiml);
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(twiml).toBe(
    '<Response><Connect action="https://api.clinics.example/api/twilio/after-stream" method="POST">' +
      '<Stream url="wss://voice.clinics.example/twilio/media" statusCallback="https://api.clinics.example/api/twilio/call-status" statusCallbackMethod="POST">' +
      `<Parameter name="token" value="${token}"/></Stream></Connect></Response>`,
  );
  expect(world.talk()).toMatchObject({
    clinicId: cotonou,
    conversationId: aTalkId,
    provider: 'twilio',
    direction: 'inbound',
    fromNumber: '+12025550117',
    toNumber: '+12025550142',
    language: 'fr',
    agents: 'single',
    epoch: 0,
    breaks: 0,
    streamTokenHash: sha256(token),
    streamTokenExpiresAtMs: world.clock.now() + 120_000,
  });
  expect(world.directory.sessions.get(aTalkId)).toEqual({ clinicId: cotonou, routedBy: 'number' });
  expect(world.conversations.all()).toMatchObject([
    { conversationId: aTalkId, provider: 'twilio', providerId: aCallSid },
  ]);
  expect(JSON.stringify([...world.log.entries, twiml])).not.toMatch(/\+1202|Exemple/);
  expect(twiml).not.toContain(cotonou);
});

test('a talk is held by the texts that are published when it rings', async () => {
  const world = twilioWorld();
  const by = { actorType: 'user', actorId: 'a-person', requestId: 'req-1' } as const;
  for (const text of ['first', 'second']) {
    await world.instructions.publish(cotonou, { channel: 'voice', scope: 'base', text }, by);
  }
  await world.ring();
  expect(world.talk().instructions).toEqual({ base: 2, receptionist: undefined, supervisor: undefined });
});

test('the leg of a call of ours belongs to the number it was made from', async () => {
  const world = twilioWorld();
  const outbound = { Direction: 'outbound-api', From: '+12025550142', To: '+12025550117', CallStatus: 'in-progress' };
  expect(twimlOf(await world.ring(outbound))).toContain('<Stream');
  expect(world.talk()).toMatchObject({ clinicId: cotonou, direction: 'outbound', toNumber: '+12025550117' });
});

test.each([
  ['off', false],
  ['notice', true],
  ['explicit', false],
] as const)('where recording is “%s” a call is recorded from its beginning: %s', async (recording, isRecorded) => {
  const world = twilioWorld({ clinic: { voice: { recording } } });
  const twiml = twimlOf(await world.ring());
  const start =
    '<Start><Recording channels="dual" track="both" recordingStatusCallback="https://api.clinics.example/api/twilio/recording-status" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed absent"/></Start><Connect';
  expect(twiml.includes(start)).toBe(isRecorded);
  expect(twiml.includes('<Recording')).toBe(isRecorded);
});

test('a number of no clinic hears so in two languages, and is kept for a person to look at', async () => {
  const world = twilioWorld({ mapping: {} });
  expect(twimlOf(await world.ring())).toBe(notInService);
  expect([...world.inbox.events.values()].map(({ event }) => event)).toMatchObject([
    {
      provider: 'twilio',
      eventType: 'incoming-call',
      state: 'quarantined',
      reason: 'unknown_number',
      maskedNumber: '+1202*****42',
    },
  ]);
  expect(world.log.codes()).toContain('ring.unrouted');
  expect(world.talks.all()).toEqual([]);
  expect(world.conversations.all()).toEqual([]);
});

test.each([
  ['a number that was given up', { mapping: { numbers: { '+12025550142': 'released' as const } } }, 'inactive_number'],
  ['a clinic that is suspended', { clinic: { status: 'suspended' as const } }, 'clinic_suspended'],
])('%s is treated as of no clinic', async (_, options, reason) => {
  const world = twilioWorld(options);
  expect(twimlOf(await world.ring())).toBe(notInService);
  expect([...world.inbox.events.values()]).toMatchObject([{ event: { reason } }]);
});

test('a call that is bound to another clinic already is not answered for this one', async () => {
  const world = twilioWorld();
  await world.directory.claimSession(elsewhere, aTalkId, 'number', 0);
  expect(twimlOf(await world.ring())).toBe(notInService);
  expect([...world.inbox.events.values()]).toMatchObject([{ event: { reason: 'conflict' } }]);
  expect(world.talks.all()).toEqual([]);
});

test('nor is one that was bound between our look and our claim', async () => {
  const world = twilioWorld();
  const { claimSession } = world.directory;
  world.directory.claimSession = async (_clinicId, conversationId, routedBy, nowMs) =>
    claimSession(elsewhere, conversationId, routedBy, nowMs);
  expect(twimlOf(await world.ring())).toBe(notInService);
  expect([...world.inbox.events.values()]).toMatchObject([{ event: { reason: 'conflict' } }]);
  expect(world.talks.all()).toEqual([]);
});

test.each([
  ['no signature', () => ({ ...signedForm(ringPath, ringForm()), headers: {} })],
  ['another token', () => signedForm(ringPath, ringForm(), { token: 'b'.repeat(32) })],
  ['the signature of another path', () => signedForm('/api/twilio/after-stream', ringForm())],
  [
    'a number that was altered',
    () => ({
      ...signedForm(ringPath, ringForm()),
      rawBody: Buffer.from(new URLSearchParams(ringForm({ To: '+12025550143' })).toString()),
    }),
  ],
  ['a query that was not signed', () => ({ ...signedForm(ringPath, ringForm()), rawQuery: 'clinic=other' })],
])('a request with %s is refused without a word, and changes nothing', async (_, request) => {
  const world = twilioWorld();
  expect(await world.answer(request())).toEqual({ status: 403 });
  expect(world.inbox.events.size).toBe(0);
  expect(world.talks.all()).toEqual([]);
  expect(world.directory.sessions.size).toBe(0);
});

test('a query that Twilio was configured with is part of what is signed', async () => {
  const world = twilioWorld();
  expect(twimlOf(await world.answer(signedForm(ringPath, ringForm(), { rawQuery: 'edge=dublin' })))).toContain(
    '<Stream',
  );
});

test('a body over 64 KB is refused before it is looked at', async () => {
  const world = twilioWorld();
  const answer = await world.answer(signedForm(ringPath, ringForm({ Note: 'x'.repeat(64_001) })));
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'body-too-large' } } });
});

test('an authentic form that is no call is kept, and whoever called hears an apology', async () => {
  const world = twilioWorld();
  const twiml = twimlOf(await world.answer(signedForm(ringPath, { CallSid: 'CA1' })));
  expect(twiml).toMatch(/^<Response><Say language="fr-FR".*<Say language="en-US".*<Hangup\/><\/Response>$/);
  expect([...world.inbox.events.values()]).toMatchObject([{ event: { provider: 'twilio', state: 'poison' } }]);
});

test('Twilio asks again: the new answer opens the stream, and only it', async () => {
  const world = twilioWorld();
  const first = tokenIn(twimlOf(await world.ring()));
  const second = tokenIn(twimlOf(await world.ring()));
  expect(second).not.toBe(first);
  expect(world.talk().streamTokenHash).toBe(sha256(second));
  expect(world.conversations.all()).toHaveLength(1);
});

test('a request that is sent again when the talk goes on gets no token', async () => {
  const world = twilioWorld();
  await world.ring();
  for (const begun of [
    { epoch: 1, streamTokenHash: undefined },
    { epoch: 0, breaks: 1 },
    { breaks: 0, finishedAtMs: 1 },
  ]) {
    await world.change(begun);
    const before = world.talk();
    expect(twimlOf(await world.ring())).toBe(
      '<Response><Redirect method="POST">https://api.clinics.example/api/twilio/after-stream</Redirect></Response>',
    );
    expect(world.talk()).toEqual(before);
  }
});

test('tables that do not answer: what was read of this number within a minute, else an apology, never another clinic', async () => {
  const world = twilioWorld();
  world.failing.reads = true;
  const apology = twimlOf(await world.ring());
  expect(apology).toContain('Merci de rappeler dans quelques minutes');
  expect(apology).toContain('Please call again in a few minutes');
  expect(world.log.codes()).toContain('ring.safe-answer');

  world.failing.reads = false;
  await world.ring();
  world.failing.reads = true;
  expect(twimlOf(await world.ring({ To: '+12025550199' }))).toContain('Please call again in a few minutes');
  world.clock.pass(60_001);
  expect(twimlOf(await world.ring())).toContain('Please call again in a few minutes');
});

test('a talk that cannot be kept: the clinic’s people, when somebody answers now, else an apology in its language', async () => {
  const open = twilioWorld({ clinic: { humanLine: { number: '+12025550177' } } });
  open.clock.pass(-3 * 3_600_000);
  open.failing.writes = true;
  expect(twimlOf(await open.ring())).toMatch(
    /^<Response><Say language="fr-FR"[^>]*>[^<]+<\/Say><Dial callerId="\+12025550142" answerOnBridge="true" timeout="25" action="[^"]+after-stream" method="POST"><Number>\+12025550177<\/Number><\/Dial><\/Response>$/,
  );
  const nobody = twilioWorld();
  nobody.failing.writes = true;
  expect(twimlOf(await nobody.ring())).toMatch(
    /^<Response><Say language="fr-FR"[^>]*>[^<]+<\/Say><Hangup\/><\/Response>$/,
  );
  expect(nobody.log.codes()).toContain('ring.safe-answer');
});

test('whoever has hung up is connected to nothing', async () => {
  const world = twilioWorld();
  expect(twimlOf(await world.ring({ CallStatus: 'completed' }))).toBe('<Response><Hangup/></Response>');
  expect(world.talks.all()).toEqual([]);
});
