import { turnsPerEpoch } from '#domain/conversations/talk/turns/turn.ts';
import { cotonou } from '../fakes/conversation.ts';
import { aTalkId, turn } from '../fakes/talk.ts';
import { signedForm } from '../fakes/twilio-requests.ts';
import { afterPath, ringForm, ringPath, tokenIn, twimlOf, twilioWorld } from '../fakes/twilio-world.ts';

const hungUp = '<Response><Hangup/></Response>';
const person = '+12025550177';
const onCall = '+12025550178';
/** Half past ten on a Monday in Cotonou: the clinic is open. */
const morning = -3 * 3_600_000;

/** A call whose stream began. */
async function ongoing(options: Parameters<typeof twilioWorld>[0] = {}) {
  const world = twilioWorld(options);
  world.clock.pass(morning);
  await world.ring();
  await world.change({ epoch: 1, streamTokenHash: undefined, streamTokenExpiresAtMs: undefined });
  return world;
}
const dialled = (number: string) =>
  `<Dial callerId="+12025550142" answerOnBridge="true" timeout="25" action="https://api.clinics.example/api/twilio/after-stream" method="POST"><Number>${number}</Number></Dial></Response>`;

test('a talk that was to end is ended', async () => {
  const world = await ongoing();
  await world.change({ ending: { kind: 'hangup' } });
  expect(twimlOf(await world.next())).toBe(hungUp);
});

test('whoever spoke of a danger over the goodbye is not hung up on when the stream breaks', async () => {
  for (const emergency of ['asked', 'active'] as const) {
    const world = await ongoing();
    await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, emergency }));
    await world.change({ ending: { kind: 'hangup' } });
    expect(tokenIn(twimlOf(await world.next()))).not.toBe('');
    expect(world.talk()).not.toHaveProperty('ending');
  }
});

test('when the caller has hung up nothing is begun anew, and the voice service says when the talk is over', async () => {
  const world = await ongoing();
  const before = world.talk();
  expect(twimlOf(await world.next({ CallStatus: 'completed' }))).toBe(hungUp);
  expect(world.talk()).toEqual(before);
});

test('a transfer rings the person of the clinic, under the clinic’s number', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  await world.change({ ending: { kind: 'transfer', number: person } });
  expect(twimlOf(await world.next())).toBe(`<Response>${dialled(person)}`);
});

test('nobody is put through to a number that is not in the clinic’s file', async () => {
  for (const clinic of [{}, { humanLine: { number: person } }]) {
    const world = await ongoing({ clinic });
    await world.change({ ending: { kind: 'transfer', number: '+18765550100' } });
    expect(twimlOf(await world.next())).not.toContain('+18765550100');
  }
});

test('in an emergency the numbers to call are said before the person is rung', async () => {
  const world = await ongoing({ clinic: { emergencyLine: { number: onCall } } });
  await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, emergency: 'active' }));
  await world.change({ ending: { kind: 'transfer', number: onCall } });
  const twiml = twimlOf(await world.next());
  expect(twiml).toMatch(/^<Response><Say language="fr-FR"[^>]*>[^<]*112[^<]*118[^<]*<\/Say><Dial/);
  expect(twiml).toContain(dialled(onCall));
});

test('whoever was to be put through and is in danger by then reaches those on call, while they answer', async () => {
  const always = { humanLine: { number: person }, emergencyLine: { number: onCall } };
  const never = { ...always, emergencyLine: { number: onCall, hours: {} } };
  for (const [clinic, number] of [
    [always, onCall],
    [never, person],
  ] as const) {
    const world = await ongoing({ clinic });
    await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, emergency: 'active' }));
    await world.change({ ending: { kind: 'transfer', number: person } });
    expect(twimlOf(await world.next())).toContain(dialled(number));
  }
});

test('whoever was asked after a danger when the model died hears whom to call, and those on call are rung', async () => {
  for (const emergency of ['asked', 'active'] as const) {
    const world = await ongoing({ clinic: { emergencyLine: { number: onCall } } });
    await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, emergency }));
    await world.change({ ending: { kind: 'callback' } });
    const twiml = twimlOf(await world.next());
    expect(twiml).toMatch(/^<Response><Say language="fr-FR"[^>]*>[^<]*112[^<]*118[^<]*<\/Say>/);
    expect(twiml).toContain(dialled(onCall));
    expect(twimlOf(await world.next({ DialCallStatus: 'no-answer' }))).toMatch(/<Gather.*112.*appuyez sur 1/);
  }
  const world = await ongoing();
  await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, emergency: 'asked' }));
  await world.change({ ending: { kind: 'callback' } });
  expect(twimlOf(await world.next())).toMatch(/<Gather.*112.*appuyez sur 1/);
});

test('a stream that broke is begun again with a new token, each time a little later, then a person is rung', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  const tokens = [];
  for (const [breaks, wait] of [
    [1, '<Response><Connect'],
    [2, '<Response><Pause length="1"/><Connect'],
    [3, '<Response><Pause length="2"/><Connect'],
    [4, '<Response><Pause length="3"/><Connect'],
  ] as const) {
    const twiml = twimlOf(await world.next());
    expect(twiml.startsWith(wait)).toBe(true);
    expect(twiml).toContain('<Stream url="wss://voice.clinics.example/twilio/media"');
    expect(twiml).not.toContain('<Say');
    tokens.push(tokenIn(twiml));
    expect(world.talk()).toMatchObject({ breaks, streamGivenAtMs: world.clock.now() });
    await world.change({ streamTokenHash: undefined });
  }
  expect(new Set(tokens).size).toBe(4);
  const twiml = twimlOf(await world.next());
  expect(twiml).toMatch(/^<Response><Say language="fr-FR"[^>]*>[^<]+<\/Say><Dial/);
  expect(twiml).toContain(dialled(person));
  expect(world.log.codes().filter((code) => code === 'stream.continued')).toHaveLength(4);
});

test('a stream that broke long after the one before is begun again at once', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  await world.change({ breaks: 4, streamGivenAtMs: world.clock.now() - 61_000 });
  expect(twimlOf(await world.next())).toMatch(/^<Response><Connect/);
  expect(world.talk()).toMatchObject({ breaks: 1 });
});

test('a person who answered ends the talk, and the clinic reads that they were put through', async () => {
  for (const CallStatus of ['in-progress', 'completed']) {
    const world = await ongoing({ clinic: { humanLine: { number: person } } });
    await world.change({ ending: { kind: 'transfer', number: person } });
    const answered = { DialCallStatus: 'completed', CallStatus };
    expect(twimlOf(await world.next(answered))).toBe(hungUp);
    expect(twimlOf(await world.next(answered))).toBe(hungUp);
    expect(world.talk().finishedAtMs).toBe(world.clock.now());
    expect(await world.conversations.get(cotonou, aTalkId)).toMatchObject({ acts: ['transferred'] });
  }
});

test('a caller who hangs up while a person’s telephone rings ends the talk, and spoke with nobody', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  await world.change({ ending: { kind: 'transfer', number: person } });
  expect(twimlOf(await world.next({ DialCallStatus: 'canceled', CallStatus: 'completed' }))).toBe(hungUp);
  expect(world.talk().finishedAtMs).toBe(world.clock.now());
  expect((await world.conversations.get(cotonou, aTalkId))?.acts ?? []).toEqual([]);
});

test.each(['no-answer', 'busy', 'failed'])(
  'when the person’s telephone says %s the caller is asked for a message, and the talk knows',
  async (word) => {
    const world = await ongoing({ clinic: { humanLine: { number: person } } });
    await world.change({ ending: { kind: 'transfer', number: person }, finishedAtMs: world.clock.now() });
    const twiml = twimlOf(await world.next({ DialCallStatus: word }));
    const question = 'Personne ne peut vous répondre pour l’instant. Voulez-vous laisser un message ?';
    expect(twiml).toContain(`${question}</Say><Connect`);
    expect(tokenIn(twiml)).not.toBe('');
    expect(world.talk()).toMatchObject({ breaks: 1 });
    expect(world.talk()).not.toHaveProperty('ending');
    expect(world.talk()).not.toHaveProperty('finishedAtMs');
    expect(await world.talks.turns(cotonou, aTalkId)).toMatchObject([
      { seq: 2 * turnsPerEpoch - 1, speaker: 'agent', text: question },
    ]);
    expect(world.log.codes()).toContain('transfer.failed');
  },
);

test('a caller who asked for English is spoken to in English by the line too', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  await world.dialogues.change(cotonou, aTalkId, (current) => ({ ...current, language: 'en' }));
  await world.change({ breaks: 4 });
  expect(twimlOf(await world.next())).toMatch(
    /<Say language="en-US"[^>]*>I can't go on with this call\. Let me connect you/,
  );
  await world.change({ breaks: 0, ending: { kind: 'transfer', number: person } });
  const twiml = twimlOf(await world.next({ DialCallStatus: 'no-answer' }));
  expect(twiml).toMatch(/<Say language="en-US"[^>]*>Nobody/);
  expect(await world.talks.turns(cotonou, aTalkId)).toMatchObject([
    { text: expect.stringMatching(/^Nobody/) as string },
  ]);
  expect(world.talk().language).toBe('fr');
});

test('a person who never answers is not rung for ever', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  await world.change({ breaks: 4, ending: { kind: 'transfer', number: person } });
  expect(twimlOf(await world.next({ DialCallStatus: 'no-answer' }))).toContain('<Gather');
});

test('where nobody answers the caller’s number is taken by keypad and kept as a message with their last words', async () => {
  const world = await ongoing();
  await world.talks.keepTurn(cotonou, aTalkId, turn(1, 0, { text: 'Je voudrais déplacer mon rendez-vous.' }));
  await world.change({ ending: { kind: 'callback' } });
  expect(twimlOf(await world.next())).toMatch(
    /^<Response><Gather input="dtmf" finishOnKey="#" timeout="8" actionOnEmptyResult="true" action="https:\/\/api\.clinics\.example\/api\/twilio\/after-stream\?asked=1" method="POST"><Say language="fr-FR"[^>]*>[^<]*appuyez sur 1[^<]*<\/Say><\/Gather><Hangup\/><\/Response>$/,
  );
  expect(twimlOf(await world.next({ Digits: '0197000000' }, 'asked=1'))).toMatch(
    /^<Response><Say[^>]*>Merci\. L’équipe vous rappellera\. Au revoir\.<\/Say><Hangup\/><\/Response>$/,
  );
  expect(await world.acts.messages(cotonou, aTalkId)).toMatchObject([
    {
      callbackNumber: '+2290197000000',
      text: 'L’appel a été interrompu. La personne demande à être rappelée. Ses derniers mots : « Je voudrais déplacer mon rendez-vous. »',
      urgency: 'today',
    },
  ]);
  expect(world.talk().finishedAtMs).toBe(world.clock.now());
});

test('with 1 the caller is called back at the number they call from', async () => {
  const world = await ongoing();
  await world.next({ Digits: '1' }, 'asked=1');
  expect(await world.acts.messages(cotonou, aTalkId)).toMatchObject([{ callbackNumber: '+12025550117' }]);
});

test('a number that is none is asked for once more; after that the clinic hears that the call was cut off', async () => {
  const world = await ongoing();
  const withheld = { From: 'anonymous' };
  const again = twimlOf(await world.next({ ...withheld, Digits: '12' }, 'asked=1'));
  expect(again).toContain('asked=2');
  expect(again).not.toContain('appuyez sur 1,');
  expect(twimlOf(await world.next(withheld, 'asked=2'))).toContain('Je n’ai pas pu noter de numéro');
  const [message] = await world.acts.messages(cotonou, aTalkId);
  expect(message).toMatchObject({
    text: 'L’appel a été interrompu et la personne n’a pas composé de numéro de rappel.',
  });
  expect(message).not.toHaveProperty('callbackNumber');
});

test('that a number is asked for is on record before anybody hangs up instead', async () => {
  const world = await ongoing();
  await world.change({ breaks: 4 });
  expect(twimlOf(await world.next())).toContain('<Gather');
  expect(world.talk().ending).toEqual({ kind: 'callback' });
  // Twilio asks once more, should it not have got the answer.
  expect(twimlOf(await world.next())).toContain('<Gather');
});

test('a call that is known to be over is not gone on with', async () => {
  const world = await ongoing();
  await world.change({ callOverAtMs: world.clock.now(), finishedAtMs: world.clock.now() });
  const before = world.talk();
  expect(twimlOf(await world.next())).toBe(hungUp);
  expect(world.talk()).toEqual(before);
});

test('the same keys again leave one message', async () => {
  const world = await ongoing();
  for (let time = 0; time < 3; time++) await world.next({ Digits: '1' }, 'asked=1');
  expect(await world.acts.messages(cotonou, aTalkId)).toHaveLength(1);
});

test('stores that do not answer: the clinic’s people where they are remembered, else an apology', async () => {
  const world = await ongoing({ clinic: { humanLine: { number: person } } });
  world.failing.reads = true;
  expect(twimlOf(await world.next())).toContain('Please call again in a few minutes');
  world.failing.reads = false;
  await world.change({ ending: { kind: 'hangup' } });
  await world.next();
  world.failing.reads = true;
  expect(twimlOf(await world.next())).toContain(dialled(person));
  // Whose telephone has just rung in vain is not rung again.
  expect(twimlOf(await world.next({ DialCallStatus: 'no-answer' }))).toContain('Please call again in a few minutes');
});

test('a call nobody knows hears an apology, and nothing of any clinic', async () => {
  const world = twilioWorld();
  expect(twimlOf(await world.next())).toMatch(/^<Response><Say language="fr-FR".*<Say language="en-US".*<Hangup\/>/);
});

test('whoever was put through without a talk and has spoken with a person is not told of a technical problem', async () => {
  const world = twilioWorld();
  expect(twimlOf(await world.next({ DialCallStatus: 'completed' }))).toBe(hungUp);
  expect(twimlOf(await world.next({ DialCallStatus: 'canceled', CallStatus: 'completed' }))).toBe(hungUp);
  expect(world.log.codes()).toEqual([]);
  expect(twimlOf(await world.next({ DialCallStatus: 'no-answer' }))).toContain('Please call again in a few minutes');
  world.failing.reads = true;
  expect(twimlOf(await world.next({ DialCallStatus: 'completed' }))).toBe(hungUp);
});

test('a talk that was taken for over while its caller is still on the line goes on', async () => {
  const world = await ongoing();
  await world.change({ finishedAtMs: world.clock.now() });
  expect(tokenIn(twimlOf(await world.next()))).not.toBe('');
  expect(world.talk()).not.toHaveProperty('finishedAtMs');
});

test.each([
  ['no signature', () => ({ ...signedForm(afterPath, ringForm()), headers: {} })],
  ['a signature of the ring', () => signedForm(ringPath, ringForm())],
  [
    'keys asked for by nobody',
    () => ({ ...signedForm(afterPath, ringForm({ Digits: '1' })), rawQuery: 'asked=1', query: { asked: '1' } }),
  ],
])('a request with %s is refused, and changes nothing', async (_, request) => {
  const world = await ongoing();
  const before = world.talk();
  expect(await world.goOn(request())).toEqual({ status: 403 });
  expect(world.talk()).toEqual(before);
  expect(await world.acts.messages(cotonou, aTalkId)).toEqual([]);
});
