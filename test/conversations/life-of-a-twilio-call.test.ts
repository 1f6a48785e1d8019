import fc from 'fast-check';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { leaveCallback } from '#domain/conversations/talk/end/leave-callback.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import type { TalkEvent } from '#domain/conversations/talk/talk-event.ts';
import { callWorld } from '../fakes/call-world.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { cotonou, elsewhere } from '../fakes/conversation.ts';
import { aCallSid, aTalkId, newTalk, turn } from '../fakes/talk.ts';
import { scriptedTextModel } from '../fakes/text-model.ts';

const { openedAtMs } = newTalk();
const at = (seconds: number) => new Date(openedAtMs + seconds * 1_000).toUTCString();
const wish = 'Bonjour, je voudrais un rendez-vous.';
const summary = 'Une personne a demandé un rendez-vous.';
const read = { value: { summary, sentiment: 'neutral', success: true, intents: ['book'] } };

const form = (CallStatus: string, SequenceNumber: string, rest: object = {}): Record<string, string> => ({
  CallSid: aCallSid,
  Direction: 'inbound',
  From: '+12025550117',
  To: '+12025550142',
  CallStatus,
  SequenceNumber,
  ...rest,
});
const forms = {
  ringing: form('ringing', '0', { Timestamp: at(0) }),
  answered: form('in-progress', '1', { Timestamp: at(2) }),
  completed: form('completed', '2', { Timestamp: at(165), CallDuration: '163', Duration: '3' }),
  recorded: {
    CallSid: aCallSid,
    RecordingSid: `RE${'1'.repeat(32)}`,
    RecordingStatus: 'completed',
    RecordingUrl: 'https://api.twilio.example/recordings/RE1',
  },
};
const told = (changes: Partial<TalkEvent> = {}): TalkEvent => ({
  event: 'talk_ended',
  clinicId: cotonou,
  conversationId: aTalkId,
  providerId: aCallSid,
  direction: 'inbound',
  fromNumber: '+12025550117',
  toNumber: '+12025550142',
  startedAtMs: openedAtMs,
  endedAtMs: openedAtMs + 164_000,
  transcript: `Agent: Bonjour.\nUser: ${wish}`,
  occurredAtMs: openedAtMs + 164_000,
  ...changes,
});
const analyzed = told({ event: 'talk_analyzed', analysis: { summary, successful: true } });

/** A world in which the call has rung and was talked. */
async function afterTalk(model = scriptedTextModel(read), profile = clinicProfile()) {
  const world = callWorld({ model, profiles: [profile] });
  await world.directory.claimSession(cotonou, aTalkId, 'number', 0);
  await world.talks.open(cotonou, newTalk());
  await world.talks.change(cotonou, aTalkId, (current) => ({ ...current, epoch: 1 }));
  await world.talks.keepTurn(cotonou, aTalkId, turn(1, 0, { speaker: 'agent', text: 'Bonjour.' }));
  await world.talks.keepTurn(cotonou, aTalkId, turn(1, 1, { text: wish }));
  return world;
}
const finish = (world: ReturnType<typeof callWorld>) =>
  world.talks.change(cotonou, aTalkId, (current) => ({ ...current, finishedAtMs: openedAtMs + 164_000 }));
const onlyCall = (world: ReturnType<typeof callWorld>) => world.conversations.all()[0] as Conversation;

test('a Twilio call ends in one complete e-mail, of a summary made from what was said', async () => {
  const world = await afterTalk();
  await world.twilioSends(forms.ringing, forms.answered, forms.completed);
  await world.run();
  expect(world.outbox).toEqual([]);
  await finish(world);
  await world.voice.tell(told());
  await world.run();
  expect(world.outbox).toMatchObject([{ to: 'accueil@clinique.example', conversationId: aTalkId, attempt: 1 }]);
  expect(JSON.stringify(world.outbox[0]?.document)).toContain(summary);
  expect(onlyCall(world)).toMatchObject({
    provider: 'twilio',
    status: 'closed',
    endKind: 'ended',
    notification: 'sent',
    outcome: 'info',
    routedBy: 'number',
    durationMs: 163_000,
    startedAt: openedAtMs,
    endedAt: openedAtMs + 165_000,
    anomalies: [],
    transcript: `Agent: Bonjour.\nUser: ${wish}`,
  });
});

test('whatever the order and however often, the events of a call make one conversation', async () => {
  const sends = [forms.ringing, forms.answered, forms.completed, forms.recorded];
  const tells = [told(), analyzed];
  const indexes = [0, 1, 2, 3, 4, 5];
  const known = async (order: readonly number[]) => {
    const world = await afterTalk(scriptedTextModel());
    for (const index of order) {
      const event = tells[index - sends.length];
      if (event) await world.voice.tell(event);
      else await world.twilioSends(sends[index] as Record<string, string>);
      const message = world.queued.shift();
      // Twice, as a queue may.
      if (message) await world.steps.record(message);
      if (message) await world.steps.record(message);
    }
    const { updatedAt: _u, version: _v, createdAt: _c, ...knowledge } = onlyCall(world);
    return knowledge;
  };
  const expected = await known(indexes);
  expect(expected).toMatchObject({
    status: 'analyzed',
    recordingUrl: 'https://api.twilio.example/recordings/RE1',
    analysis: { summary },
    durationMs: 163_000,
    anomalies: [],
  });
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(indexes, { minLength: indexes.length }),
      fc.array(fc.constantFrom(...indexes), { maxLength: 4 }),
      async (order, repeated) => {
        const all = [...repeated, ...order];
        expect(await known(all)).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
}, 20_000);

test('what is told of a talk counts only for the clinic the call is bound to', async () => {
  const world = await afterTalk();
  await world.voice.tell(told({ clinicId: elsewhere }));
  await world.run();
  expect(world.conversations.all()).toEqual([]);
  expect(await world.inbox.list('quarantined', { limit: 9 })).toMatchObject([{ reason: 'conflict' }]);

  const nobody = callWorld();
  await nobody.voice.tell(told());
  await nobody.run();
  expect(nobody.conversations.all()).toEqual([]);
  expect(await nobody.inbox.list('quarantined', { limit: 9 })).toMatchObject([{ reason: 'conflict' }]);
});

test('a body that claims to be ours but came in by a webhook is merged nowhere', async () => {
  for (const [provider, source] of [
    ['twilio', 'webhook'],
    ['retell', 'webhook'],
    ['internal', 'webhook'],
    ['internal', 'reconciler'],
  ] as const) {
    const world = await afterTalk();
    const event = {
      eventKey: 'forged',
      provider,
      eventType: 'talk_ended',
      state: 'received',
      receivedAt: 0,
      source,
    } as const;
    await world.inbox.store(event, Buffer.from(JSON.stringify(told())));
    world.queued.push({ eventKey: 'forged', conversationId: aTalkId });
    await world.run();
    expect(world.conversations.all()).toEqual([]);
    expect(await world.inbox.list('poison', { limit: 9 })).toHaveLength(1);
  }
});

test('a caller who hangs up after we let go of the call, or before anybody took it, is told of at once', async () => {
  for (const standing of [{ letGoAtMs: openedAtMs + 60_000 }, { epoch: 0 }]) {
    const world = await afterTalk();
    await world.talks.change(cotonou, aTalkId, (current) => ({ ...current, ...standing }));
    await world.twilioSends(forms.completed);
    world.clock.pass(165_000);
    await world.run();
    expect(world.talks.all()[0]).toMatchObject({ finishedAtMs: world.clock.now() });
    expect(world.outbox).toHaveLength(1);
    expect(await world.acts.messages(cotonou, aTalkId)).toEqual([]);
  }
});

test('a caller who was told they would be called back and hung up instead of keying a number is called back', async () => {
  const world = await afterTalk();
  await world.talks.change(cotonou, aTalkId, (current) => ({
    ...current,
    ending: { kind: 'callback' },
    letGoAtMs: openedAtMs + 60_000,
  }));
  await world.twilioSends(forms.completed, forms.completed);
  await world.run();
  expect(await world.acts.messages(cotonou, aTalkId)).toMatchObject([
    {
      callbackNumber: '+12025550117',
      text: `L’appel a été interrompu et la personne n’a pas composé de numéro de rappel. Ses derniers mots : « ${wish} »`,
      urgency: 'today',
    },
  ]);
  expect(JSON.stringify(world.outbox[0]?.document)).toContain('Ses derniers mots');

  const keyed = await afterTalk();
  await keyed.talks.change(cotonou, aTalkId, (current) => ({ ...current, ending: { kind: 'callback' } }));
  const leave = leaveCallback(keyed);
  await leave(clinicProfile(), keyed.talks.all()[0] as Talk, { number: '+2290197000000', isKeyed: true });
  await keyed.twilioSends(forms.completed);
  await keyed.run();
  expect(await keyed.acts.messages(cotonou, aTalkId)).toHaveLength(1);
});

test('a caller who objected to being recorded is told of up to that, also where the task died, and danger after it is a fact', async () => {
  const isRecorded = clinicProfile({ voice: { recording: 'notice' } });
  for (const hasDied of [false, true]) {
    const world = await afterTalk(scriptedTextModel(read), isRecorded);
    for (const [n, text] of ['Je refuse.', 'Bien.', 'Ma mère est inconsciente'].entries())
      await world.talks.keepTurn(cotonou, aTalkId, turn(1, n + 2, { text, speaker: n === 1 ? 'agent' : 'caller' }));
    const transcript = `Agent: Bonjour.\nUser: ${wish}\nUser: Je refuse.`;
    await world.twilioSends(forms.completed, forms.recorded);
    if (hasDied) world.clock.pass(165_000 + 60_000);
    else {
      await finish(world);
      await world.voice.tell(told({ transcript }));
    }
    await world.run();
    expect(world.outbox).toMatchObject([{ document: { urgent: true } }]);
    expect(JSON.stringify(world.outbox)).not.toContain('inconsciente');
    expect(JSON.stringify(world.model.requests)).not.toContain('inconsciente');
    expect(onlyCall(world)).toMatchObject({
      transcript,
      acts: ['emergency'],
      recordingUrl: forms.recorded.RecordingUrl,
    });
    const turns = await world.talks.turns(cotonou, aTalkId);
    expect(turns.map(({ text }) => text)).toEqual(['Bonjour.', wish, 'Je refuse.', '', '']);
  }
});

test('a task that died leaves its turns: they are read a minute after the call', async () => {
  const world = await afterTalk();
  await world.twilioSends(forms.completed);
  world.clock.pass(165_000);
  await world.run();
  expect(world.outbox).toEqual([]);
  world.clock.pass(60_000);
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world)).toMatchObject({ notification: 'sent', transcript: `Agent: Bonjour.\nUser: ${wish}` });
});

test('a talk that no model can read is told all the same, without a summary', async () => {
  const world = await afterTalk(scriptedTextModel({ fault: 'failed' }));
  await finish(world);
  await world.twilioSends(forms.completed);
  await expect(world.run()).rejects.toThrow('as the test says');
  // The workflow goes on without: it waits for a minute, then tells.
  for (const execution of world.executions.values()) execution.read = true;
  await world.run();
  await world.timeOut();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world).notification).toBe('sent_degraded');
});

test('a call whose end Twilio never told is asked for, and its clinic hears of it', async () => {
  const world = await afterTalk();
  await world.twilioSends(forms.answered);
  await world.run();
  await finish(world);
  const record = {
    status: 'completed',
    direction: 'inbound',
    from: '+12025550117',
    to: '+12025550142',
    duration: '163',
  };
  const times = { startTime: new Date(openedAtMs + 2_000), endTime: new Date(openedAtMs + 165_000) };
  world.twilioCalls.set(aCallSid, { ...record, ...times } as never);
  world.clock.pass(76 * 60_000);
  expect(await world.steps.reconcile()).toMatchObject({ recovered: 1 });
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world)).toMatchObject({ endKind: 'ended', durationMs: 163_000 });
});

test('a call Twilio knows nothing of ended somehow, and one that goes on is left alone', async () => {
  const world = await afterTalk();
  await world.twilioSends(forms.answered);
  await world.run();
  world.clock.pass(76 * 60_000);
  world.twilioCalls.set(aCallSid, { status: 'in-progress' } as never);
  expect(await world.steps.reconcile()).toMatchObject({ recovered: 0 });
  world.twilioCalls.clear();
  expect(await world.steps.reconcile()).toMatchObject({ recovered: 1 });
  await world.run();
  world.clock.pass(60_000);
  await world.run();
  expect(onlyCall(world)).toMatchObject({ endKind: 'error', notification: 'sent' });
});
