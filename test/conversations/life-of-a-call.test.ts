import fc from 'fast-check';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { begunConversation } from '#domain/conversations/talk/begun-conversation.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { type Notice, recipientOf } from '#domain/messages/notice.ts';
import { replayEvent } from '#lambdas/conversations/replay-event.ts';
import { receiveMessage } from '#lambdas/conversations/texting/receive-message.ts';
import { twilioPaths } from '#lambdas/twilio-urls.ts';
import { callWorld, crashingAfter, threeEvents } from '../fakes/call-world.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { aCallId, aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import type { Mapping } from '../fakes/directory.ts';
import { newTalk, turn } from '../fakes/talk.ts';
import { aMessage, anAppointment, aPatient } from '../fakes/told.ts';
import { apiUrl, knownTwilio, signedForm } from '../fakes/twilio-requests.ts';

const { started, ended, analyzed } = threeEvents();
const onlyCall = (world: ReturnType<typeof callWorld>) => world.conversations.all()[0] as Conversation;

test('a call ends in one complete e-mail to its clinic and is closed', async () => {
  const world = callWorld();
  await world.arrive(started, ended);
  await world.run();
  expect(world.outbox).toHaveLength(0);
  await world.arrive(analyzed);
  await world.run();
  expect(world.outbox).toMatchObject([{ to: 'accueil@clinique.example', conversationId: aConversationId, attempt: 1 }]);
  expect(onlyCall(world)).toMatchObject({ clinicId: cotonou, status: 'closed', notification: 'sent', outcome: 'info' });
  expect([...world.inbox.events.values()].map(({ event }) => event.state)).toEqual(['merged', 'merged', 'merged']);
});

/** What its tools did while the caller was on the line: two times held, one of another conversation beside them. */
async function holdTimes(world: ReturnType<typeof callWorld>): Promise<void> {
  const { startMs, endMs, typeId, providerId, operatoryId } = anAppointment();
  const held = [0, 1, 2].map((hour) => {
    const times = { startMs: startMs + hour * 3_600_000, endMs: endMs + hour * 3_600_000 };
    const holder = hour === 2 ? 'retell_call_other' : aConversationId;
    const slot = { typeId, providerId, operatoryId, ...times, occFromMs: times.startMs, occToMs: times.endMs };
    return { ...slot, holdId: `${holder}-${hour}`, holder, expiresAtMs: world.clock.now() + 300_000 };
  });
  for (const time of held) {
    const limits = { conversationsPerCaller: 2, callerNumber: '+12025550117' };
    expect(await world.calendar.hold(cotonou, time, 5, limits, world.clock.now())).toEqual({ outcome: 'held' });
  }
  const own = held.slice(0, 2);
  await world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, offers: own, held: own }));
}

const holders = (world: ReturnType<typeof callWorld>) => [
  ...new Set(world.calendar.allCells(cotonou).map(({ holder }) => holder)),
];

test('the times a call held are free again when it has ended, once, and nobody else’s', async () => {
  const world = callWorld();
  await holdTimes(world);
  await world.arrive(started);
  await world.run();
  expect(holders(world)).toEqual([aConversationId, 'retell_call_other']);
  await world.arrive(ended, analyzed);
  await world.run();
  expect(holders(world)).toEqual(['retell_call_other']);
  expect(await world.dialogues.get(cotonou, aConversationId)).toMatchObject({ held: [], offers: [{}, {}] });
  const releases = world.log.entries.filter(({ code }) => code === 'holds.released');
  expect(releases.map(({ fields }) => fields)).toEqual([
    { clinicId: cotonou, conversationId: aConversationId, count: 2 },
  ]);
});

test('a calendar that does not answer when a call ends delays neither the e-mail nor loses the event', async () => {
  const world = callWorld();
  await holdTimes(world);
  await world.arrive(analyzed);
  world.calendar.failNext('before-write');
  await expect(world.run()).rejects.toThrow('the store failed');
  expect([...world.executions.values()]).toHaveLength(1);
  const [event] = await world.inbox.list('received', { limit: 2 });
  await world.steps.record({ eventKey: event!.eventKey, conversationId: aConversationId });
  expect(holders(world)).toEqual(['retell_call_other']);
  expect(await world.inbox.list('received', { limit: 2 })).toEqual([]);
});

test('whoever hangs up when asked whether it is happening now is taken at their first word', async () => {
  const world = callWorld();
  await world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, emergency: 'asked' }));
  await world.arrive(started);
  await world.run();
  expect(world.acts.records).toEqual([]);
  await world.arrive(ended, analyzed);
  await world.run();
  expect(world.acts.records).toMatchObject([{ act: 'emergency.detected', reason: 'unanswered' }]);
  expect(await world.dialogues.get(cotonou, aConversationId)).toMatchObject({ emergency: 'active' });
  expect(world.outbox).toMatchObject([{ document: { urgent: true } }]);
});

test('an emergency whose record failed during the call is on record when it has ended', async () => {
  const world = callWorld();
  await world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, emergency: 'active' }));
  await world.arrive(started, ended, analyzed, ended);
  await world.run();
  expect(world.acts.records).toMatchObject([{ act: 'emergency.detected', reason: 'unanswered' }]);
  expect(world.outbox).toMatchObject([{ document: { urgent: true } }]);
});

function withWords(...words: string[]) {
  const transcript = `Agent: Bonjour.\n${words.join('\n')}\n`;
  return {
    ended: { ...ended, call: { ...ended.call, transcript } },
    analyzed: { ...analyzed, call: { ...analyzed.call, transcript } },
  };
}
const isItNow = 'Agent: Est-ce que cela se passe en ce moment ?';

test('words that sound like an emergency and that no tool heard reach the clinic, in every order of the events', async () => {
  const call = withWords('User: ma mère est inconsciente', 'Agent: Pardon ?');
  for (const order of [
    [call.ended, call.analyzed],
    [call.analyzed, call.ended],
    [call.ended, call.ended, call.analyzed, call.analyzed],
  ]) {
    const world = callWorld();
    for (const event of order) {
      await world.arrive(event);
      await world.run();
    }
    expect(onlyCall(world)).toMatchObject({ acts: ['emergency'] });
    expect(world.acts.records).toMatchObject([{ act: 'emergency.detected', reason: 'unheard' }]);
    expect(world.outbox).toMatchObject([{ document: { urgent: true } }]);
  }
});

describe('a caller who objects to being recorded', () => {
  const call = withWords(
    'User: Un détartrage, et je refuse d’être enregistré.',
    'Agent: Bien.',
    'User: ma mère est inconsciente',
    'Agent: Pardon ?',
  );
  const { email } = clinicProfile();
  const toldInFull = clinicProfile({ email: { ...email, content: 'full' } });
  const recording_url = 'https://recordings.example/whole.wav';
  const bodies = [call.ended, call.analyzed].map((body) => ({ ...body, call: { ...body.call, recording_url } }));

  test('is told of without what they said after it, and danger among it as a fact, in every order of the events', async () => {
    for (const order of [bodies, bodies.toReversed(), [...bodies, ...bodies]]) {
      const world = callWorld({ profiles: [toldInFull] });
      for (const event of order) {
        await world.arrive(event);
        await world.run();
      }
      const kept = onlyCall(world);
      expect(kept).toMatchObject({ acts: ['emergency'], objectedToRecording: true, outcome: 'emergency' });
      expect(kept.transcript).toMatch(/enregistré\.$/);
      expect(kept).not.toHaveProperty('recordingUrl', recording_url);
      const letter = JSON.stringify(world.outbox);
      expect(world.outbox).toMatchObject([{ document: { urgent: true } }]);
      expect(letter).toContain('refusé d’être enregistrée');
      expect(letter).toContain('détartrage');
      expect(letter).not.toMatch(/inconsciente|a demandé un rendez-vous/);
      for (const { rawBody } of world.inbox.events.values()) expect(rawBody).toHaveLength(0);
    }
  });

  test('on our socket leaves no turns after it, whatever of it Retell’s transcript shows', async () => {
    const world = callWorld();
    await world.talks.open(cotonou, newTalk({ conversationId: aConversationId, provider: 'retell' }));
    await world.talks.change(cotonou, aConversationId, (current) => ({ ...current, epoch: 1, objectedAtMs: 1 }));
    for (const [n, text] of ['Un détartrage.', 'Je refuse.', 'C’est urgent.'].entries())
      await world.talks.keepTurn(cotonou, aConversationId, turn(1, n, { text }));
    await world.arrive(started, ended, analyzed);
    await world.run();
    expect(onlyCall(world)).toMatchObject({ objectedToRecording: true, outcome: 'info', status: 'closed' });
    expect(onlyCall(world).transcript).toBeUndefined();
    const turns = await world.talks.turns(cotonou, aConversationId);
    expect(turns.map(({ text }) => text)).toEqual(['Un détartrage.', 'Je refuse.', '']);
  });
});

test('the sound of a call on our socket is linked where its caller, being asked, has agreed', async () => {
  for (const [recording, agreedAtMs, isLinked] of [
    ['explicit', undefined, false],
    ['explicit', 1, true],
    ['notice', undefined, true],
  ] as const) {
    const world = callWorld({ profiles: [clinicProfile({ voice: { recording } })] });
    await world.talks.open(cotonou, newTalk({ conversationId: aConversationId, provider: 'retell' }));
    await world.talks.change(cotonou, aConversationId, (current) => ({ ...current, epoch: 1, agreedAtMs }));
    const recording_url = 'https://recordings.example/whole.wav';
    await world.arrive(
      started,
      ...[ended, analyzed].map((body) => ({ ...body, call: { ...body.call, recording_url } })),
    );
    await world.run();
    expect(onlyCall(world).recordingUrl).toBe(isLinked ? recording_url : undefined);
    expect(onlyCall(world).transcript).toBeDefined();
  }
});

test('an emergency long past that the caller denied before hanging up is none', async () => {
  const call = withWords('User: j’ai eu un AVC l’an dernier', isItNow, 'User: Non, pas maintenant.');
  const asked = { emergency: 'asked', judgedUtterances: 1 } as const;
  for (const known of [asked, {}]) {
    for (const order of [
      [call.ended, call.analyzed],
      [call.analyzed, call.ended],
    ]) {
      const world = callWorld();
      await world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, ...known }));
      for (const event of order) {
        await world.arrive(event);
        await world.run();
      }
      expect(world.acts.records).toEqual([]);
      expect(onlyCall(world).acts).toEqual([]);
    }
  }
});

test('danger that a caller tells of last, after keys of which no transcript tells, reaches the clinic', async () => {
  const world = callWorld();
  await world.talks.open(cotonou, newTalk({ conversationId: aConversationId, provider: 'retell' }));
  await world.talks.change(cotonou, aConversationId, (current) => ({ ...current, epoch: 1 }));
  const heard = ['Au clavier : 2.', 'j’ai eu un AVC l’an dernier', 'Non.'];
  for (const [n, text] of heard.entries()) await world.talks.keepTurn(cotonou, aConversationId, turn(1, n, { text }));
  const judged = { emergency: 'cleared', judgedUtterances: 3 } as const;
  await world.dialogues.change(cotonou, aConversationId, (current) => ({ ...current, ...judged }));
  const denied = ['User: j’ai eu un AVC l’an dernier', isItNow, 'User: Non.', 'Agent: Bien.'];
  await world.arrive(withWords(...denied).ended);
  await world.run();
  expect(world.acts.records).toEqual([]);
  await world.arrive(withWords(...denied, 'User: je n’arrive plus à respirer').analyzed);
  await world.run();
  expect(world.acts.records).toMatchObject([{ act: 'emergency.detected', reason: 'unheard' }]);
});

test('the e-mail tells the appointment, the message and who proved to be whom, from our own records', async () => {
  const world = callWorld();
  await world.arrive(started);
  await world.run();
  const appointment = anAppointment();
  await world.patients.add(aPatient(), []);
  world.calendar.seed(appointment);
  await world.conversations.change(cotonou, aConversationId, (current) =>
    current ? { ...current, acts: ['booked'], appointmentIds: [appointment.appointmentId] } : current,
  );
  await world.acts.record(cotonou, aConversationId, { message: aMessage(), audit: [] });
  const { patientId, dob, givenName } = aPatient();
  await world.dialogues.change(cotonou, aConversationId, (current) => ({
    ...current,
    patients: [
      { handle: 'p1', patientId, as: 'patient', foldedName: 'fictive jeanne', dob, givenName },
      { handle: 'p2', patientId, as: 'authorised-contact', foldedName: 'fictive jeanne', dob, givenName },
    ],
  }));
  await world.arrive(ended, analyzed);
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(world.outbox[0]?.document).toMatchObject({
    title: 'Rendez-vous pris',
    facts: [{}, { label: 'Identité vérifiée', value: 'Jeanne Fictive' }, {}, {}],
    sections: [
      { heading: 'Rendez-vous', body: { entries: [{ kicker: 'Pris', title: 'Mardi 13 octobre 2026 à 9 h 30' }] } },
      { heading: 'Message laissé', body: { entries: [{ title: 'Jeanne Fictive' }] } },
      { heading: 'Résumé' },
      { heading: 'Transcription' },
    ],
  });
});

test('a patient hears of what a call changed though whoever changed it died before telling, and of nothing that came after', async () => {
  const texting = { sms: true, confirmations: true };
  const byStaff = { atMs: 2, act: 'rescheduled', actorId: 'staff' } as const;
  const appointment = anAppointment();
  const changed = anAppointment({ history: [...appointment.history, byStaff], version: 2 });
  const notice = { kind: 'appointment-changed', change: 'booked', version: 1, conversationId: aConversationId };
  for (const [profile, known, told, noticesFail] of [
    [{ texting }, appointment, [notice], false],
    [{ texting }, appointment, [], true],
    [{ texting }, changed, [], false],
    [{ texting: { ...texting, confirmations: false } }, appointment, [], false],
  ] as const) {
    const world = callWorld({ profiles: [clinicProfile(profile)], noticesFail });
    await world.arrive(started);
    await world.run();
    world.calendar.seed(known);
    await world.conversations.change(cotonou, aConversationId, (current) =>
      current ? { ...current, acts: ['booked'], appointmentIds: [known.appointmentId] } : current,
    );
    expect(world.notices).toEqual([]);
    await world.arrive(ended, analyzed);
    await world.run();
    const distinct = [...new Set(world.notices.map((one) => JSON.stringify(one)))];
    expect(distinct.map((text) => JSON.parse(text) as unknown)).toMatchObject(told);
    expect(world.outbox).toHaveLength(1);
    expect(world.log.codes().includes('notice.not-queued')).toBe(noticesFail);
  }
});

test('an analysis that never comes: asked for, then an honest e-mail without it', async () => {
  const world = callWorld();
  await world.arrive(started, ended);
  await world.run();
  await world.timeOut();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world)).toMatchObject({ status: 'closed', notification: 'sent_degraded' });
});

test('an analysis whose event was lost is fetched from the vendor, and the e-mail is complete', async () => {
  const world = callWorld();
  const rawBody = Buffer.from(JSON.stringify(analyzed));
  world.vendorCalls.set(aCallId, { eventType: 'call_analyzed', analyzed: true, over: true, rawBody });
  await world.arrive(started, ended);
  await world.run();
  await world.timeOut();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world).notification).toBe('sent');
});

test('a late analysis updates the record; a second e-mail goes out only where the clinic wants it', async () => {
  for (const sendUpdate of [false, true]) {
    const base = clinicProfile();
    const world = callWorld({ profiles: [{ ...base, email: { ...base.email, sendUpdate } }] });
    await world.arrive(ended);
    await world.run();
    await world.timeOut();
    await world.arrive(analyzed);
    await world.run();
    expect(world.outbox.map(({ template }) => template)).toEqual(
      sendUpdate ? ['call-summary', 'call-summary-update'] : ['call-summary'],
    );
    expect(onlyCall(world).analysis?.summary).toBe('Une personne a demandé un rendez-vous.');
  }
});

test('an update that could not be sent leaves what was told, and is started again as an update', async () => {
  const base = clinicProfile();
  const world = callWorld({ profiles: [{ ...base, email: { ...base.email, sendUpdate: true } }] });
  await world.arrive(ended);
  await world.run();
  await world.timeOut();
  await world.arrive(analyzed);
  const [message] = world.queued.splice(0);
  await world.steps.record(message as NonNullable<typeof message>);
  const update = { clinicId: cotonou, conversationId: aConversationId, template: 'call-summary-update' } as const;
  const plan = await world.steps.plan(update);
  expect(await world.steps.settle({ ...update, plan, results: [{ outcome: 'failed' }] })).toEqual({ state: 'failed' });
  expect(onlyCall(world)).toMatchObject({ notification: 'sent_degraded', status: 'closed' });

  world.executions.clear();
  expect(await world.steps.restart(onlyCall(world))).toBe('restarted');
  await world.run();
  expect(world.outbox.map(({ template }) => template)).toEqual(['call-summary', 'call-summary-update']);
  expect(onlyCall(world)).toMatchObject({ notification: 'sent', toldWithoutAnalysis: false });
  expect(await world.steps.restart({ ...onlyCall(world), version: 1 })).toBe('overtaken');
});

test('an analysis that comes while the e-mail without it is on its way is not overlooked', async () => {
  const base = clinicProfile();
  const world = callWorld({ profiles: [{ ...base, email: { ...base.email, sendUpdate: true } }] });
  await world.arrive(ended);
  await world.run();
  const summary = { clinicId: cotonou, conversationId: aConversationId, template: 'call-summary' } as const;
  expect(await world.steps.plan(summary)).toMatchObject({ degraded: true });
  await world.arrive(analyzed);
  const [message] = world.queued.splice(0);
  await world.steps.record(message as NonNullable<typeof message>);
  expect([...world.executions.values()].map(({ call }) => call.template)).toContain('call-summary-update');
  // The plan's answer was lost and the step is tried again: it must not promise both e-mails the analysis.
  expect(await world.steps.plan(summary)).toMatchObject({ degraded: true });
});

test('a call that never connected is recorded, and its clinic is not bothered unless it asked to be', async () => {
  const missed = { call_id: aCallId, call_type: 'phone_call', direction: 'outbound', from_number: '+12025550142' };
  const events = ['call_ended', 'call_analyzed'].map((event) => ({
    event,
    call: { ...missed, call_status: 'not_connected', disconnection_reason: 'dial_no_answer' },
  }));
  const world = callWorld();
  await world.arrive(...events);
  await world.run();
  expect(world.outbox).toEqual([]);
  expect(onlyCall(world)).toMatchObject({ status: 'closed', endKind: 'not_connected', notification: 'suppressed' });
});

test('each recipient gets a message of its own, a disabled one gets none', async () => {
  const base = clinicProfile({
    email: {
      content: 'summary',
      recipients: [
        { address: 'one@clinique.example' },
        { address: 'two@clinique.example' },
        { address: 'three@clinique.example' },
      ],
    },
  });
  const [one, two, three] = base.recipients as [never, never, never];
  const disabled = { ...(three as object), disabled: { reason: 'bounce', at: 0 } };
  const world = callWorld({ profiles: [{ ...base, recipients: [one, two, disabled] as typeof base.recipients }] });
  await world.arrive(analyzed);
  await world.run();
  expect(world.outbox.map(({ to }) => to)).toEqual(['one@clinique.example', 'two@clinique.example']);
});

test('a clinic none of whose addresses works was not told, and somebody must hear of it', async () => {
  const base = clinicProfile();
  const recipients = base.recipients.map((one) => ({ ...one, disabled: { reason: 'bounce' as const, at: 0 } }));
  const world = callWorld({ profiles: [{ ...base, recipients }] });
  await world.arrive(analyzed);
  await world.run();
  expect(onlyCall(world)).toMatchObject({ notification: 'failed', status: 'analyzed' });
  expect(world.log.codes()).toContain('summary.failed');
});

test('an event of an unknown number is quarantined, mapped, replayed, and then told like any other', async () => {
  const mapping: Mapping = { numbers: {} };
  const world = callWorld({ mapping });
  await world.arrive(ended, analyzed);
  await world.run();
  expect(world.conversations.all()).toEqual([]);
  const quarantined = await world.inbox.list('quarantined', { limit: 10 });
  expect(quarantined.map(({ reason }) => reason)).toEqual(['unknown_number', 'unknown_number']);

  mapping.numbers = { '+12025550142': cotonou };
  const replay = replayEvent({
    inbox: world.inbox,
    queue: { publish: async (message) => void world.queued.push(message) },
    notices: { tellAgain: async (notice) => void world.notices.push(notice) },
  });
  for (const { eventKey } of quarantined) expect(await replay(eventKey)).toEqual({ outcome: 'replayed' });
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(onlyCall(world).routedBy).toBe('replay');
  expect(await replay(quarantined[0]?.eventKey ?? '')).toMatchObject({ outcome: 'nothing-to-replay' });
});

test.each([
  ['is told of while anything of it may be kept', 3, { state: 'merged' }, 1],
  ['makes no conversation anew when nothing of it is', 5, { state: 'dismissed', reason: 'not-kept' }, 0],
])('a call whose event is replayed late %s', async (_, days, settled, count) => {
  const retention = { recordingDays: 3, transcriptDays: 2, summaryDays: 4 };
  const mapping: Mapping = { numbers: {} };
  const world = callWorld({ mapping, profiles: [clinicProfile({ retention })] });
  await world.arrive(analyzed);
  await world.run();
  mapping.numbers = { '+12025550142': cotonou };
  const queue = { publish: async (message: CallEventReceived) => void world.queued.push(message) };
  const replay = replayEvent({ inbox: world.inbox, queue, notices: { tellAgain: async () => {} } });
  const [event] = await world.inbox.list('quarantined', { limit: 1 });
  world.clock.pass(days * 24 * 60 * 60_000);
  await replay(event!.eventKey);
  await world.run();
  expect(world.inbox.events.get(event!.eventKey)?.event).toMatchObject(settled);
  expect([world.conversations.all(), world.outbox].map(({ length }) => length)).toEqual([count, count]);
  const ignored = world.log.entries.filter(({ code }) => code === 'event.ignored');
  expect(ignored.map(({ fields }) => fields.reason)).toEqual(count ? [] : ['not-kept']);
});

test('a call to a suspended clinic waits in quarantine', async () => {
  const world = callWorld({ profiles: [clinicProfile({ status: 'suspended' })] });
  await world.arrive(analyzed);
  await world.run();
  expect(await world.inbox.list('quarantined', { limit: 1 })).toMatchObject([{ reason: 'clinic_suspended' }]);
});

test.each(['suspended', 'closed'] as const)(
  'a call that was under way when its clinic was %s is told to its end, and the next one waits in quarantine',
  async (status) => {
    const profiles = [clinicProfile()];
    const world = callWorld({ profiles });
    await world.arrive(started);
    await world.run();
    profiles[0] = clinicProfile({ status, ...(status === 'closed' && { retainUntil: '2028-10-05' }) });
    await world.arrive(ended, analyzed);
    await world.run();
    expect(world.outbox).toHaveLength(1);
    expect(onlyCall(world)).toMatchObject({ status: 'closed', notification: 'sent' });
    await world.arrive(threeEvents({ call_id: 'call_next' }).ended);
    await world.run();
    expect(await world.inbox.list('quarantined', { limit: 2 })).toMatchObject([{ reason: 'clinic_suspended' }]);
  },
);

test('a number that moved during the call is a conflict, settled only in favour of a clinic the event points to', async () => {
  const mapping: Mapping = { numbers: { '+12025550142': cotonou } };
  const other = clinicProfile({ id: elsewhere, slug: 'autre-clinique' });
  const world = callWorld({ mapping, profiles: [clinicProfile(), other] });
  await world.arrive(started);
  await world.run();
  mapping.numbers = { '+12025550142': elsewhere };
  await world.arrive(analyzed);
  await world.run();
  const [conflict] = await world.inbox.list('quarantined', { limit: 1 });
  expect(conflict).toMatchObject({ reason: 'conflict' });

  const replay = replayEvent({
    inbox: world.inbox,
    queue: { publish: async (message) => void world.queued.push(message) },
    notices: { tellAgain: async (notice) => void world.notices.push(notice) },
  });
  const stranger = '5b1d7c3e-2f4a-4c6b-9d8e-1a2b3c4d5e6f' as typeof cotonou;
  await replay(conflict?.eventKey ?? '', stranger);
  await world.run();
  expect(world.outbox).toEqual([]);
  await replay(conflict?.eventKey ?? '', cotonou);
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(world.conversations.all()).toMatchObject([{ clinicId: cotonou }]);
});

test('our signed binding finds the clinic of a call without numbers; a forged one finds nothing', async () => {
  const web = (clinic_binding: string) => ({
    event: 'call_analyzed',
    call: { call_id: aCallId, call_type: 'web_call', metadata: { clinic_id: cotonou, clinic_binding } },
  });
  const bound = { clinicNumber: '', providerId: aCallId };
  const honest = callWorld({ mapping: {} });
  await honest.arrive(web(mintBinding('binding', cotonou, bound, 0)));
  await honest.run();
  expect(honest.conversations.all()).toMatchObject([{ clinicId: cotonou, routedBy: 'binding', channel: 'web' }]);
  const forged = callWorld({ mapping: {} });
  await forged.arrive(web(mintBinding('guessed', cotonou, bound, 0)));
  await forged.run();
  expect(forged.conversations.all()).toEqual([]);
  expect(await forged.inbox.list('quarantined', { limit: 1 })).toMatchObject([{ reason: 'unknown_agent' }]);
});

test('of a web call our own socket has spoken on before any event came, the clinic hears too', async () => {
  const world = callWorld({ mapping: {} });
  const { fromNumber: _from, toNumber: _to, ...talk } = newTalk();
  const opened = await world.talks.open(cotonou, { ...talk, conversationId: aConversationId, provider: 'retell' });
  await world.conversations.change(cotonou, aConversationId, () => begunConversation(opened, world.clock.now()));
  const clinic_binding = mintBinding('binding', cotonou, { clinicNumber: '', providerId: aCallId }, 0);
  const unsaid = { from_number: undefined, to_number: undefined, direction: undefined };
  const web = threeEvents({ ...unsaid, call_type: 'web_call', metadata: { clinic_binding } });
  await world.arrive(web.started, web.ended, web.analyzed);
  await world.run();
  expect(world.log.codes()).not.toContain('event.quarantined');
  expect(onlyCall(world)).toMatchObject({ channel: 'web', notification: 'sent' });
  expect(onlyCall(world).direction).toBeUndefined();
  expect(world.outbox).toHaveLength(1);
});

test('an SMS chat on a shared agent is bound by what its ring was answered with', async () => {
  const clinic_binding = mintBinding(
    'binding',
    cotonou,
    { clinicNumber: '', providerId: 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5' },
    0,
  );
  const chat = { chat_id: 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5', chat_type: 'sms_chat', metadata: { clinic_binding } };
  const world = callWorld({ mapping: {} });
  await world.arrive({ event: 'chat_analyzed', chat });
  await world.run();
  expect(world.conversations.all()).toMatchObject([{ clinicId: cotonou, providerObject: 'chat', routedBy: 'binding' }]);
});

test('an unreadable event that a newer release understands is replayed; one still unreadable stays, and is not lost', async () => {
  const world = callWorld();
  const keep = (eventKey: string, body: object) =>
    world.inbox.store(
      { eventKey, provider: 'retell', eventType: 'unreadable', state: 'poison', receivedAt: 0, source: 'webhook' },
      Buffer.from(JSON.stringify(body)),
    );
  await keep('retell|unreadable|a', analyzed);
  await keep('retell|unreadable|b', { event: 'call_ended', call: 'a text' });
  const replay = replayEvent({
    inbox: world.inbox,
    queue: { publish: async (message) => void world.queued.push(message) },
    notices: { tellAgain: async (notice) => void world.notices.push(notice) },
  });
  expect(await replay('retell|unreadable|a')).toEqual({ outcome: 'replayed' });
  expect(await replay('retell|unreadable|b')).toEqual({ outcome: 'replayed' });
  await world.run();
  expect(world.outbox).toHaveLength(1);
  expect(await world.inbox.list('poison', { limit: 9 })).toMatchObject([{ eventKey: 'retell|unreadable|b' }]);
  await world.inbox.store(
    {
      eventKey: 'retell|call_inbound|x',
      provider: 'retell',
      eventType: 'call_inbound',
      state: 'quarantined',
      receivedAt: 0,
      source: 'webhook',
    },
    Buffer.from('{}'),
  );
  expect(await replay('retell|call_inbound|x')).toMatchObject({ outcome: 'nothing-to-replay' });
  expect(await world.inbox.list('quarantined', { limit: 9 })).toEqual([]);
});

test('an event that contradicts the direction of its conversation is not merged but kept for a person', async () => {
  const world = callWorld();
  await world.arrive(started);
  await world.run();
  await world.arrive({
    event: 'call_ended',
    call: { ...ended.call, direction: 'outbound', from_number: '+12025550142' },
  });
  await world.run();
  expect(onlyCall(world)).toMatchObject({ direction: 'inbound', status: 'ongoing' });
  expect(await world.inbox.list('quarantined', { limit: 1 })).toMatchObject([{ reason: 'conflict' }]);
});

test('a metadata clinic_id alone decides nothing', async () => {
  const world = callWorld({ profiles: [clinicProfile(), clinicProfile({ id: elsewhere, slug: 'autre-clinique' })] });
  await world.arrive(threeEvents({ metadata: { clinic_id: elsewhere } }).analyzed);
  await world.run();
  expect(world.conversations.all()).toMatchObject([{ clinicId: cotonou }]);
});

test('a chat is merged as a conversation on its channel', async () => {
  const chat = {
    chat_id: 'chat_1',
    agent_id: 'agent_own000000001',
    chat_type: 'sms_chat',
    transcript: 'User: Bonjour\n',
  };
  const world = callWorld({ mapping: { dedicatedAgents: { agent_own000000001: cotonou } } });
  await world.arrive({ event: 'chat_started', chat }, { event: 'chat_ended', chat }, { event: 'chat_analyzed', chat });
  await world.run();
  expect(world.conversations.all()).toMatchObject([
    { conversationId: 'retell_chat_1', channel: 'sms', routedBy: 'agent', notification: 'sent' },
  ]);
  expect(world.outbox).toHaveLength(1);
});

describe('the reconciler', () => {
  test('merges a stored event that was never queued', async () => {
    const world = callWorld();
    await world.arrive(ended, analyzed);
    world.queued.length = 0;
    world.clock.pass(3 * 60_000);
    expect(await world.steps.reconcile()).toMatchObject({ requeued: 2 });
    await world.run();
    expect(world.outbox).toHaveLength(1);
  });

  test('queues again what was written, in the order of who wrote it', async () => {
    const world = callWorld();
    const { inbox, directory, suppressions, clock, log } = world;
    const first: Notice[] = [];
    const notices = { tell: async (notice: Notice) => void first.push(notice) };
    const receive = receiveMessage({
      twilio: knownTwilio,
      apiUrl,
      inbox,
      directory,
      suppressions,
      notices,
      clock,
      log,
    });
    const texts = ['Annulez mon rendez-vous', 'Non, gardez-le finalement'];
    for (const [nth, Body] of texts.entries()) {
      const MessageSid = `SM${String(nth).padStart(32, '0')}`;
      const form = { MessageSid, SmsStatus: 'received', From: '+12025550117', To: '+12025550142', Body };
      await receive(signedForm(twilioPaths.incomingMessage, form));
      clock.pass(1_000);
    }
    clock.pass(3 * 60_000);
    expect(await world.steps.reconcile()).toMatchObject({ requeued: 2 });
    expect(world.notices).toEqual(first);
    expect(new Set(world.notices.map(recipientOf)).size).toBe(1);
  });

  test('gives up on what was written and cannot be read, and goes on with the rest', async () => {
    const world = callWorld();
    const eventKey = 'twilio|message|unreadable';
    const receivedAt = world.clock.now();
    await world.inbox.store(
      { eventKey, provider: 'twilio', eventType: 'message', state: 'received', receivedAt, source: 'webhook' },
      Buffer.from('Body=?'),
    );
    await world.arrive(ended, analyzed);
    world.queued.length = 0;
    world.clock.pass(3 * 60_000);
    expect(await world.steps.reconcile()).toMatchObject({ requeued: 2 });
    expect((await world.inbox.load(eventKey))?.event).toMatchObject({ state: 'poison', reason: 'unreadable' });
    expect(world.log.codes()).toContain('event.given-up');
  });

  test('ends a call whose end was never told, from the vendor’s record', async () => {
    const world = callWorld();
    await world.arrive(started);
    await world.run();
    const rawBody = Buffer.from(JSON.stringify(analyzed));
    world.vendorCalls.set(aCallId, { eventType: 'call_analyzed', analyzed: true, over: true, rawBody });
    world.clock.pass(76 * 60_000);
    await world.steps.reconcile();
    await world.run();
    expect(world.outbox).toHaveLength(1);
    expect(onlyCall(world).notification).toBe('sent');
  });

  test('finds a call of which no event ever came', async () => {
    const world = callWorld();
    const rawBody = Buffer.from(JSON.stringify(analyzed));
    world.vendorCalls.set(aCallId, { eventType: 'call_analyzed', analyzed: true, over: true, rawBody });
    expect(await world.steps.reconcile()).toMatchObject({ recovered: 1 });
    await world.run();
    expect(world.outbox).toHaveLength(1);
    expect(await world.steps.reconcile()).toMatchObject({ recovered: 0 });
  });

  describe('in accounts clinics have of their own', () => {
    const ours = 'agent_own0000000001';
    const theirs = 'agent_own0000000002';
    const recordOf = (changes: object) => {
      const body = threeEvents(changes).analyzed;
      return { eventType: 'call_analyzed', analyzed: true, over: true, rawBody: Buffer.from(JSON.stringify(body)) };
    };
    const withAgent = (id: string) => [{ provider: 'retell' as const, id, kind: 'dedicated' as const }];
    const worldOfTwo = (profiles = {}) =>
      callWorld({
        profiles: [
          clinicProfile({ agents: withAgent(ours), ...profiles }),
          clinicProfile({
            id: elsewhere,
            slug: 'clinique-ailleurs',
            numbers: [{ number: '+12025550143' }],
            agents: withAgent(theirs),
            ...profiles,
          }),
        ],
        mapping: {
          numbers: { '+12025550142': cotonou, '+12025550143': elsewhere },
          dedicatedAgents: { [ours]: cotonou, [theirs]: elsewhere },
        },
      });

    test('finds a call of which no event ever came, once', async () => {
      const world = worldOfTwo();
      world.accounts.set(cotonou, { agentId: ours, calls: new Map([[aCallId, recordOf({ agent_id: ours })]]) });
      expect(await world.steps.reconcile()).toMatchObject({ recovered: 1 });
      await world.run();
      expect(onlyCall(world)).toMatchObject({ clinicId: cotonou, notification: 'sent' });
      expect(await world.steps.reconcile()).toMatchObject({ recovered: 0 });
    });

    test.each([
      ['the number', { agent_id: ours, to_number: '+12025550143' }],
      ['the number and the agent', { agent_id: theirs, to_number: '+12025550143' }],
    ])('gives nobody a call in which %s is another clinic’s', async (_name, changes) => {
      const world = worldOfTwo();
      world.accounts.set(cotonou, { agentId: ours, calls: new Map([[aCallId, recordOf(changes)]]) });
      await world.steps.reconcile();
      await world.run();
      expect([world.conversations.all(), world.outbox]).toEqual([[], []]);
      expect(await world.inbox.list('quarantined', { limit: 1 })).toMatchObject([{ reason: 'conflict' }]);
    });

    test('keeps nothing of a call that is known as another clinic’s, so that its own record finds room', async () => {
      const world = worldOfTwo();
      await world.directory.claimSession(elsewhere, aConversationId, 'number', world.clock.now());
      world.accounts.set(cotonou, { agentId: ours, calls: new Map([[aCallId, recordOf({ agent_id: ours })]]) });
      world.accounts.set(elsewhere, {
        agentId: theirs,
        calls: new Map([[aCallId, recordOf({ agent_id: theirs, to_number: '+12025550143' })]]),
      });
      await world.steps.reconcile();
      await world.run();
      expect(world.conversations.all()).toMatchObject([{ clinicId: elsewhere, toNumber: '+12025550143' }]);
      expect(world.log.codes()).toContain('event.anomaly');
    });

    test('a key that is refused is told with its clinic, and keeps no other from being looked into', async () => {
      const world = worldOfTwo();
      world.accounts.set(cotonou, 'refused');
      world.accounts.set(elsewhere, {
        agentId: theirs,
        calls: new Map([[aCallId, recordOf({ agent_id: theirs, to_number: '+12025550143' })]]),
      });
      expect(await world.steps.reconcile()).toMatchObject({ recovered: 1 });
      await world.run();
      expect(onlyCall(world)).toMatchObject({ clinicId: elsewhere, notification: 'sent' });
      const told = world.log.entries.filter(({ code }) => code === 'credential.refused');
      expect(told.map(({ fields }) => fields)).toMatchObject([{ clinicId: cotonou, errorName: 'KeyRefused' }]);
      expect(world.log.codes()).not.toContain('vendor.fetch-failed');
    });

    test('looks into none of a clinic that is not active', async () => {
      const world = worldOfTwo({ status: 'suspended' });
      world.accounts.set(cotonou, 'refused');
      world.accounts.set(elsewhere, 'refused');
      expect(await world.steps.reconcile()).toMatchObject({ recovered: 0 });
      expect(world.log.codes()).not.toContain('credential.refused');
    });
  });

  test('a call the vendor has lost is told with what is known of it', async () => {
    const world = callWorld();
    await world.arrive(started);
    await world.run();
    world.clock.pass(76 * 60_000);
    await world.steps.reconcile();
    await world.run();
    await world.timeOut();
    expect(onlyCall(world)).toMatchObject({ endKind: 'error', notification: 'sent_degraded' });
    expect(world.outbox).toHaveLength(1);
  });

  test('gives up on an event that cannot be merged, loudly, and does not let it stand in the way', async () => {
    const world = callWorld();
    await world.arrive(analyzed);
    for (let run = 0; run < 6; run++) {
      world.queued.length = 0;
      world.clock.pass(15 * 60_000);
      await world.steps.reconcile();
    }
    expect(world.log.codes()).toContain('event.given-up');
    expect(await world.inbox.list('poison', { limit: 1 })).toMatchObject([{ reason: 'gave-up' }]);
  });

  test('starts a workflow again that died, and gives up after five', async () => {
    const world = callWorld();
    await world.arrive(analyzed);
    const [message] = world.queued.splice(0);
    await world.steps.record(message as NonNullable<typeof message>);
    world.executions.clear();
    for (let run = 0; run < 6; run++) {
      world.clock.pass(76 * 60_000);
      await world.steps.reconcile();
    }
    expect([...world.executions.keys()]).toHaveLength(4);
    expect(onlyCall(world).notificationAttempt).toBe(5);
    await world.run();
    expect(world.log.codes()).toContain('summary.given-up');
    expect(world.outbox).toHaveLength(1);
  });
});

test('every order of the events, with any of them twice, ends in the same conversation and one e-mail', async () => {
  const events = [started, ended, analyzed];
  const outcomeOfOrder = async (order: object[]) => {
    const world = callWorld();
    for (const event of order) {
      await world.arrive(event);
      await world.run();
    }
    const { version: _v, taskToken: _t, ...call } = onlyCall(world);
    return { emails: world.outbox.length, call: JSON.parse(JSON.stringify(call)) as unknown };
  };
  const expected = await outcomeOfOrder(events);
  expect(expected.emails).toBe(1);
  await fc.assert(
    fc.asyncProperty(
      fc
        .shuffledSubarray([...events, ...events], { minLength: 3 })
        .filter((order) => events.every((one) => order.includes(one))),
      async (order) => {
        expect(await outcomeOfOrder(order)).toEqual(expected);
      },
    ),
    { numRuns: 300, seed: 20261005 },
  );
});

test.each([
  ['an ordinary call', [started, ended], analyzed, []],
  [
    'an emergency nobody heard',
    [started, withWords('User: ma mère est inconsciente').ended],
    withWords('User: ma mère est inconsciente').analyzed,
    ['emergency'],
  ],
  [
    'an objection to the recording, and an emergency nobody heard after it',
    [started, withWords('User: Ne m’enregistrez pas.', 'User: ma mère est inconsciente').ended],
    withWords('User: Ne m’enregistrez pas.', 'User: ma mère est inconsciente').analyzed,
    ['emergency'],
  ],
])(
  'a process that dies after any single effect of %s, and is tried again, changes nothing',
  async (_, first, last, acts) => {
    const live = async (effect: number) => {
      const crash = crashingAfter(effect);
      const world = callWorld({ crash });
      await holdTimes(world);
      await world.arrive(...first);
      await world.run();
      await world.arrive(last);
      await world.run();
      const { version: _v, taskToken: _t, ...call } = onlyCall(world);
      const { held } = await world.dialogues.get(cotonou, aConversationId);
      return { effects: crash.seen(), emails: world.outbox.length, call, held, holders: holders(world) };
    };
    const whole = await live(0);
    expect(whole.effects).toBeGreaterThan(20);
    expect(whole.call.acts).toEqual(acts);
    for (let effect = 1; effect <= whole.effects; effect++) {
      const { emails, call, held, holders } = await live(effect);
      const told = { effect, emails: 1, call: whole.call, held: [], holders: ['retell_call_other'] };
      expect({ effect, emails, call, held, holders }).toEqual(told);
    }
  },
);
