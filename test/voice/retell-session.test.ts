import { voiceWorld, type VoiceWorld, type VoiceWorldOptions } from './retell-world.ts';
import { aCallId } from '#test/fakes/conversation.ts';
import { complete, type RetellPeer } from './retell-peer.ts';

let world: VoiceWorld;
const start = async (options?: VoiceWorldOptions) => (world = await voiceWorld(options));
afterEach(() => world.stop());

/** What the stores know of the talk, in order. */
const said = async () =>
  (await world.storedTurns()).map(({ speaker, text, interrupted }) => `${speaker}: ${text}${interrupted ? '—' : ''}`);
const settle = () => new Promise((resolve) => setImmediate(resolve));
/** Nothing of a clinic in what a peer was told. */
const onlyManners = (peer: RetellPeer) =>
  expect(peer.frames.filter(({ response_type }) => !['config', 'ping_pong'].includes(response_type))).toEqual([]);
const hello: ['user', string] = ['user', 'Bonjour, quels sont vos horaires ?'];

describe('a call', () => {
  test('is greeted once it is confirmed, and its words leave as they come', async () => {
    const { connect, details, model, greeting } = await start();
    const peer = await connect();
    const config = await peer.until(() => true);
    expect(config).toMatchObject({ response_type: 'config', config: { auto_reconnect: true, call_details: true } });
    await peer.roundTrip();
    onlyManners(peer);
    peer.details(details());
    const greeted = await peer.answered(0);
    expect(greeted).toContain('Clinique Exemple');
    expect(greeted).toContain(greeting);

    peer.request(1, [['agent', greeted], hello]);
    const answer = await model.asked(1);
    expect(answer.request.items).toEqual([
      { kind: 'said', by: 'agent', text: greeted },
      { kind: 'said', by: 'caller', text: hello[1] },
    ]);
    answer.say('Nous ');
    await peer.until(({ content }) => content === 'Nous ');
    answer.say('ouvrons à huit heures.');
    answer.finish();
    expect(await peer.answered(1)).toBe('Nous ouvrons à huit heures.');
    peer.drop();
    await until(async () => (await said()).length === 3);
    expect(await said()).toEqual([`agent: ${greeted}`, `caller: ${hello[1]}`, 'agent: Nous ouvrons à huit heures.']);
    expect(await world.talk()).toMatchObject({
      provider: 'retell',
      fromNumber: '+12025550117',
      openedAtMs: expect.any(Number),
    });
  });

  test.each<['an update' | 'a request', boolean]>([
    ['an update', false],
    ['a request', true],
  ])('told of by %s before it is confirmed is greeted, and then answered', async (_told, isRequest) => {
    const { connect, details, model, greeting } = await start();
    const peer = await connect();
    const allo: ['user', string] = ['user', 'Allô, vos horaires ?'];
    if (isRequest) peer.request(1, [allo]);
    else peer.update([allo]);
    await peer.roundTrip();
    peer.details(details());
    const answer = await model.asked(1);
    expect(answer.request.items).toEqual([
      { kind: 'said', by: 'agent', text: expect.stringContaining(greeting) },
      { kind: 'said', by: 'caller', text: allo[1] },
    ]);
    answer.say('À huit heures.');
    answer.finish();
    const told = await peer.answered(isRequest ? 1 : 0);
    expect(told).toMatch(/intelligence artificielle.*Que puis-je faire pour vous \? À huit heures\.$/);
    expect(peer.frames.find(({ content }) => content)).toMatchObject({ no_interruption_allowed: true });
    // The greeting that Retell did not come to say is said with the next answer.
    if (isRequest) return;
    peer.request(1, [allo]);
    const again = await model.asked(2);
    again.say('À huit heures.');
    again.finish();
    expect(await peer.answered(1)).toBe(told);
  });

  test('in which danger is told of before it is confirmed is greeted, and the danger heard', async () => {
    const { connect, details, model, dialogue } = await start();
    const peer = await connect();
    peer.request(1, [['user', 'Ma mère est inconsciente.']]);
    await peer.roundTrip();
    peer.details(details());
    expect(await peer.answered(1)).toMatch(/intelligence artificielle.*en ce moment/);
    expect(model.answers).toHaveLength(0);
    expect(await dialogue()).toMatchObject({ emergency: 'asked' });
  });

  test('answers only the newest request: nothing of an older one is sent any more, and its model request is ended', async () => {
    const { call, model } = await start();
    const peer = await call();
    peer.request(1, [hello]);
    const first = await model.asked(1);
    first.say('Nous ouvrons ');
    await peer.until(({ response_id }) => response_id === 1);
    peer.request(2, [hello, ['agent', 'Nous'], ['user', 'Et le samedi ?']]);
    const second = await model.asked(2);
    expect(first.isAborted).toBe(true);
    first.say('à huit heures.');
    first.finish();
    second.say('Le samedi à neuf heures.');
    second.finish();
    await peer.answered(2);
    await peer.roundTrip();
    const ids = peer.frames
      .filter(({ response_type }) => response_type === 'response')
      .map(({ response_id }) => response_id);
    expect(ids).toEqual([...ids].sort());
    expect(peer.frames.some(complete(1))).toBe(false);
    // What was heard of the first answer is what the second is given.
    expect(second.request.items.at(-3)).toMatchObject({ kind: 'said', by: 'agent', text: 'Nous' });
    peer.request(1, [hello]);
    await peer.roundTrip();
    expect(model.answers).toHaveLength(2);
  });

  test('answers pings while a model thinks', async () => {
    const { call, model } = await start();
    const peer = await call();
    peer.request(1, [hello]);
    await model.asked(1);
    await peer.roundTrip();
    await peer.roundTrip();
    expect(peer.frames.some(complete(1))).toBe(false);
  });

  test('says so when nothing could be made out, and reminds whoever is silent', async () => {
    const { call } = await start();
    const peer = await call();
    const greeted: ['agent', string] = ['agent', peer.saidTo(0)];
    expect(peer.frames.find(({ response_id }) => response_id === 0)).toMatchObject({ no_interruption_allowed: true });
    peer.request(1, [greeted, ['user', '(unintelligible audio)']]);
    expect(await peer.answered(1)).toContain('Je vous entends mal');
    peer.request(
      2,
      [greeted, ['user', '(unintelligible audio)'], ['agent', 'Je vous entends mal.']],
      'reminder_required',
    );
    expect(await peer.answered(2)).toBe('Êtes-vous toujours là ?');
  });

  test('mirrors what tools do, and puts the caller through once that is on record', async () => {
    const { call, model, talk } = await start({
      clinic: { humanLine: { number: '+12025550171' } },
      at: '2026-10-05T08:00:00.000Z',
    });
    const peer = await call();
    peer.request(1, [['user', 'Je veux parler à quelqu’un.']]);
    const answer = await model.asked(1);
    answer.call('transfer_to_human', { reason: 'asked' });
    answer.finish();
    const last = await peer.until(complete(1));
    expect(last).toMatchObject({ transfer_number: '+12025550171', no_interruption_allowed: true });
    expect(await talk()).toMatchObject({ ending: { kind: 'transfer', number: '+12025550171' } });
    const [invoked, result] = peer.frames.filter(({ response_type }) => response_type.startsWith('tool_call'));
    expect(invoked).toMatchObject({
      response_type: 'tool_call_invocation',
      name: 'transfer_to_human',
      tool_call_id: 'call_1',
    });
    expect(result).toMatchObject({ response_type: 'tool_call_result', tool_call_id: 'call_1', successful: true });

    // The caller spoke over it, so Retell has forgotten the transfer.
    peer.request(2, [
      ['user', 'Je veux parler à quelqu’un.'],
      ['user', 'Allô ?'],
    ]);
    const again = await model.asked(2);
    again.say('Je vous passe l’équipe.');
    again.finish();
    expect(await peer.until(complete(2))).toMatchObject({ transfer_number: '+12025550171' });
  });

  test('ends with the goodbye; a caller who goes on is not hung up on, one who only says thanks is', async () => {
    const { call, model } = await start();
    const peer = await call();
    peer.request(1, [['user', 'C’est tout, au revoir.']]);
    const goodbye = await model.asked(1);
    goodbye.say('Au revoir. ');
    goodbye.call('end_call', {});
    goodbye.finish();
    expect(await peer.until(complete(1))).toMatchObject({ end_call: true });
    peer.request(2, [
      ['user', 'C’est tout, au revoir.'],
      ['user', 'Merci.'],
    ]);
    const thanks = await model.asked(2);
    thanks.say('Je vous en prie.');
    thanks.finish();
    expect(await peer.until(complete(2))).toMatchObject({ end_call: true });
    peer.request(3, [['user', 'Attendez, encore une question.']]);
    const question = await model.asked(3);
    question.say('Laquelle ?');
    question.finish();
    expect(await peer.until(complete(3))).not.toHaveProperty('end_call');
  });

  test('is warned of danger by a sentence nobody talks over, before any model is asked', async () => {
    const { call, model } = await start();
    const peer = await call();
    peer.request(1, [['user', 'J’ai une forte douleur à la poitrine.']]);
    expect(await peer.until(complete(1))).toMatchObject({ no_interruption_allowed: true });
    expect(peer.saidTo(1)).not.toBe('');
    expect(model.answers).toHaveLength(0);
  });

  test('who tells of a danger while being put through is asked first: a yes is for those on call, silence too', async () => {
    const [team, onCall] = ['+12025550171', '+12025550172'];
    const passMeOn: [['user', string]] = [['user', 'Passez-moi quelqu’un.']];
    const inDanger = [...passMeOn, ['user', 'Je n’arrive plus à respirer !']] satisfies ['user', string][];
    for (const answers of ['Oui.', 'Non.', undefined]) {
      const { call, model, clock } = await start({
        clinic: { humanLine: { number: team }, emergencyLine: { number: onCall } },
        at: '2026-10-05T08:00:00.000Z',
      });
      const peer = await call();
      peer.request(1, passMeOn);
      const answer = await model.asked(1);
      answer.call('transfer_to_human', {});
      answer.finish();
      expect(await peer.until(complete(1))).toMatchObject({ transfer_number: team });
      peer.request(2, inDanger);
      const asked = await peer.until(complete(2));
      expect(peer.saidTo(2)).toContain('Est-ce que cela se passe en ce moment ?');
      expect(asked).not.toHaveProperty('transfer_number');
      if (answers) peer.request(3, [...inDanger, ['user', answers]]);
      else {
        clock.pass(10_000);
        peer.request(3, [...inDanger, ['agent', peer.saidTo(2)]], 'reminder_required');
      }
      if (answers === 'Non.') {
        const goesOn = await model.asked(2);
        goesOn.say('Je vous passe l’équipe.');
        goesOn.finish();
      }
      expect(await peer.until(complete(3))).toMatchObject({ transfer_number: answers === 'Non.' ? team : onCall });
      await world.stop();
    }
  });

  test('has on record that the notice of the recording was heard, and who objected to it', async () => {
    const { call, acts, talk, startTask, log } = await start({ clinic: { voice: { recording: 'explicit' } } });
    const peer = await call();
    const greeted: ['agent', string] = ['agent', peer.saidTo(0)];
    peer.update([['agent', 'Bonjour, vous êtes bien à Clinique Exemple.']]);
    await peer.roundTrip();
    expect((await talk())?.noticeHeardAtMs).toBeUndefined();
    peer.update([greeted]);
    await until(async () => (await talk())?.noticeHeardAtMs !== undefined);
    peer.update([greeted, ['user', 'Je refuse.']]);
    peer.drop();
    await until(() => world.log.codes().includes('talk.ended'));
    const again = await (await startTask()).connect();
    await until(() => world.log.codes().includes('talk.resumed'));
    again.request(2, [greeted, ['user', 'Je refuse.'], ['user', 'Allô ?']]);
    await again.roundTrip();
    expect(acts.records).toMatchObject([
      { act: 'consent.notice', outcome: 'success' },
      { act: 'consent.notice', outcome: 'denied' },
    ]);
    // Whoever held it may have died before the order reached Retell.
    expect(world.unstored).toEqual(Array(2).fill(`${world.clinicId} ${aCallId}`));
    expect(log.codes()).toContain('recording.stopped');
  });

  test('has Retell store nothing of whoever is asked and has not agreed in their first words, or before they are gone', async () => {
    const { call, acts, talk, startTask, model } = await start({ clinic: { voice: { recording: 'explicit' } } });
    const peer = await call();
    const greeted: ['agent', string] = ['agent', peer.saidTo(0)];
    const said: ['agent' | 'user', string][] = [greeted];
    for (const [n, text] of ['Bonjour.', 'Un détartrage.', 'J’accepte.'].entries()) {
      said.push(['user', text]);
      peer.request(n + 1, said);
      const answer = await model.asked(n + 1);
      expect(world.unstored).toHaveLength(n === 0 ? 0 : 1);
      answer.say('Bien.');
      answer.finish();
      said.push(['agent', await peer.answered(n + 1)]);
    }
    peer.drop();
    await until(() => world.log.codes().includes('talk.ended'));
    // Whoever held it may have died before the order reached Retell.
    const again = await (await startTask()).connect();
    await until(() => world.log.codes().includes('talk.resumed'));
    again.request(9, [...said, ['user', 'Allô ?']]);
    await again.roundTrip();
    expect(world.unstored).toEqual(Array(2).fill(`${world.clinicId} ${aCallId}`));
    expect((await talk())?.agreedAtMs).toBeUndefined();
    expect(acts.records).toMatchObject([{ act: 'consent.notice', outcome: 'success' }]);
    await world.stop();

    const silent = await (await start({ clinic: { voice: { recording: 'explicit' } } })).call();
    silent.drop();
    await until(() => world.log.codes().includes('talk.ended'));
    expect(world.unstored).toHaveLength(1);
  });

  test('leaves the recording to Retell of whoever is asked and agrees', async () => {
    const { call, acts, talk } = await start({ clinic: { voice: { recording: 'explicit' } } });
    const peer = await call();
    peer.request(1, [
      ['agent', peer.saidTo(0)],
      ['user', 'Oui, j’accepte.'],
    ]);
    await until(async () => (await talk())?.agreedAtMs !== undefined);
    peer.drop();
    await until(() => world.log.codes().includes('talk.ended'));
    expect(world.unstored).toEqual([]);
    expect(acts.records).toMatchObject([{ act: 'consent.notice' }, { act: 'consent.give', outcome: 'success' }]);
  });

  test('has Retell store nothing once the caller objects, tries again for a while, and goes on whatever Retell says', async () => {
    const orders = Array.from({ length: 3 }, () => 'refused' as const);
    const { call, model, time, log } = await start({ clinic: { voice: { recording: 'notice' } }, orders });
    const peer = await call();
    const refuses: ['user', string] = ['user', 'Non, je ne veux pas être enregistrée.'];
    for (const responseId of [1, 2]) {
      peer.request(responseId, [['agent', peer.saidTo(0)], refuses]);
      const answer = await model.asked(responseId);
      answer.say('Bien.');
      answer.finish();
      await peer.answered(responseId);
    }
    for (let second = 0; second < 3; second++) await time.pass(1_000);
    expect(world.unstored).toHaveLength(3);
    expect(log.codes().filter((code) => code.startsWith('recording.'))).toEqual(['recording.goes-on']);
  });

  test('hears that a minute is left, then ends', async () => {
    const { call, model, time } = await start();
    const peer = await call();
    await time.pass(29 * 60_000);
    peer.request(1, [hello]);
    const answer = await model.asked(1);
    answer.say('Oui.');
    answer.finish();
    expect(await peer.answered(1)).toMatch(/^Il nous reste une minute.* Oui\.$/);
    await time.pass(60_000);
    const last = await peer.until(({ response_type }) => response_type === 'agent_interrupt');
    expect(last).toMatchObject({ content_complete: true, end_call: true, no_interruption_allowed: true });
    peer.request(2, [hello]);
    expect(await peer.until(complete(2))).toMatchObject({ end_call: true });
    await time.pass(30_000);
    expect(await peer.closed).toBe(1000);
  });
});

test('the longest call of whoever may be in danger ends with those on call', async () => {
  const { call, model, time } = await start({
    clinic: { emergencyLine: { number: '+12025550172' }, humanLine: { number: '+12025550171' } },
    at: '2026-10-05T08:00:00.000Z',
  });
  const peer = await call();
  peer.request(1, [['user', 'J’ai une forte douleur à la poitrine.']]);
  expect(await peer.answered(1)).toContain('Est-ce que cela se passe');
  await time.pass(30 * 60_000);
  const last = await peer.until(({ content_complete, transfer_number }) => !!content_complete && !!transfer_number);
  expect(last).toMatchObject({ response_type: 'agent_interrupt', transfer_number: '+12025550172' });
  expect(model.answers).toHaveLength(0);
});

describe('a reconnect', () => {
  test('goes on without greeting, on another task, with all that was said', async () => {
    const { call, startTask, model } = await start();
    const peer = await call();
    const greeted = peer.saidTo(0);
    peer.request(1, [['agent', greeted], hello]);
    const answer = await model.asked(1);
    answer.say('À huit heures.');
    answer.finish();
    await peer.answered(1);
    peer.drop();

    const other = await startTask();
    const again = await other.connect();
    await again.until(({ response_type }) => response_type === 'config');
    await until(() => world.log.codes().includes('talk.resumed'));
    const lines: ['agent' | 'user', string][] = [
      ['agent', greeted],
      hello,
      ['agent', 'À huit heures.'],
      ['user', 'Et le samedi ?'],
    ];
    again.request(2, lines);
    const next = await model.asked(2);
    expect(next.request.items).toEqual([
      { kind: 'said', by: 'agent', text: greeted },
      { kind: 'said', by: 'caller', text: hello[1] },
      { kind: 'said', by: 'agent', text: 'À huit heures.' },
      { kind: 'said', by: 'caller', text: 'Et le samedi ?' },
    ]);
    expect(again.frames.some(({ response_id }) => response_id === 0)).toBe(false);
    expect(world.asked).toEqual([]);
  });

  test('answers whoever was cut off, though Retell does not ask again', async () => {
    const { call, startTask, model, time } = await start();
    const peer = await call();
    peer.request(1, [['agent', peer.saidTo(0)], hello]);
    const cut = await model.asked(1);
    cut.say('Nous ouvrons ');
    await peer.until(({ response_id }) => response_id === 1);
    peer.drop();
    await until(() => cut.isAborted);
    const again = await (await startTask()).connect();
    await until(() => world.log.codes().includes('talk.resumed'));
    await time.pass(700);
    const owed = await model.asked(2);
    owed.say('Nous ouvrons à huit heures.');
    owed.finish();
    await again.until((frame) => frame.response_type === 'agent_interrupt' && frame.content_complete === true);
    expect(again.frames.map(({ content }) => content ?? '').join('')).toBe('Nous ouvrons à huit heures.');
  });

  test('greets whoever had spoken and was not greeted yet when a task died', async () => {
    const { open, talks, directory, clinicId, conversationId, connect, model, time } = await start();
    await open();
    await directory.claimSession(clinicId, conversationId, 'number', time.now());
    await talks.change(clinicId, conversationId, (current) => ({ ...current, epoch: 1, openedAtMs: time.now() }));
    const turn = { seq: 100_000, speaker: 'caller', text: 'Allô, vos horaires ?', atMs: time.now() } as const;
    await talks.keepTurn(clinicId, conversationId, turn);
    const peer = await connect();
    await until(() => world.log.codes().includes('talk.resumed'));
    await time.pass(700);
    const answer = await model.asked(1);
    answer.say('À huit heures.');
    answer.finish();
    await peer.until((frame) => frame.response_type === 'agent_interrupt' && frame.content_complete === true);
    const heard = peer.frames.map(({ content }) => content ?? '').join('');
    expect(heard).toMatch(/intelligence artificielle.* À huit heures\.$/);
  });

  test('does not answer again whoever heard the whole answer, though Retell told of it while it was written', async () => {
    const { call, startTask, model, time } = await start();
    const peer = await call();
    const lines: ['agent' | 'user', string][] = [['agent', peer.saidTo(0)], hello];
    peer.request(1, lines);
    const answer = await model.asked(1);
    answer.say('Nous ouvrons à huit heures. ');
    await peer.until(({ response_id, content }) => response_id === 1 && content !== '');
    peer.update([...lines, ['agent', 'Nous ouvrons']]);
    await peer.roundTrip();
    answer.say('Le samedi à neuf heures.');
    answer.finish();
    const whole = await peer.answered(1);
    peer.update([...lines, ['agent', whole]]);
    await peer.roundTrip();
    peer.drop();
    await until(() => world.log.codes().includes('talk.ended'));
    expect((await said()).at(-1)).toBe(`agent: ${whole}`);
    const again = await (await startTask()).connect();
    await until(() => world.log.codes().includes('talk.resumed'));
    await time.pass(700);
    await again.roundTrip();
    expect(model.answers).toHaveLength(1);
  });

  test('a socket whose far end used to ping and fell silent is let go', async () => {
    const { call, time } = await start();
    const peer = await call();
    await time.pass(60_000);
    await peer.roundTrip();
    await time.pass(20_000);
    expect(await peer.closed).toBe(1006);
  });

  test('a second socket of a call silences the first, whose end is no hang-up', async () => {
    const { call, connect, model, retell } = await start();
    const first = await call();
    first.request(1, [hello]);
    const answer = await model.asked(1);
    const second = await connect();
    expect(await first.closed).not.toBe(1000);
    expect(answer.isAborted).toBe(true);
    second.request(2, [hello]);
    (await model.asked(2)).finish();
    await until(() => retell.live() === 1);
  });
});

describe('nothing of a clinic is said', () => {
  const key = 'x'.repeat(43);
  test.each([
    ['to a wrong key', (w: VoiceWorld) => `/llm-websocket/${w.clinic.slug}/${key}/${aCallId}`],
    [
      'to a key under another clinic’s slug',
      (w: VoiceWorld) => `${w.path.replace(w.clinic.slug, 'lakeside')}/${aCallId}`,
    ],
    ['to a slug alone that Retell does not confirm', (w: VoiceWorld) => `/llm-websocket/${w.clinic.slug}/${aCallId}`],
    ['to an unknown slug', () => `/llm-websocket/nobody/${aCallId}`],
  ])('%s: the socket is not even opened', async (_name, path) => {
    await start();
    await expect(world.connect(path(world))).rejects.toThrow('status 403');
    expect(world.log.codes()).toContain('talk.refused');
  });

  test('to another call’s binding, nor to whoever tells nothing', async () => {
    const { connect, details, time } = await start();
    const forged = await connect();
    const other = details('call_other').metadata;
    forged.details(details(aCallId, { metadata: other }));
    forged.request(1, [hello]);
    expect(await forged.closed).toBe(1008);
    onlyManners(forged);
    const silent = await connect();
    await silent.roundTrip();
    silent.request(1, [hello]);
    await silent.roundTrip();
    await time.pass(1_500);
    expect(await silent.closed).toBe(1008);
    onlyManners(silent);
  });

  test('while a call is not confirmed; after five seconds the socket is let go', async () => {
    const never = new Promise<undefined>(() => undefined);
    const { connect, details, time } = await start({ atRetell: () => never });
    const peer = await connect();
    peer.details(details(aCallId, { metadata: {} }));
    peer.request(1, [hello]);
    await peer.roundTrip();
    await time.pass(5_000);
    expect(await peer.closed).toBe(1006);
    onlyManners(peer);
  });

  test('to frames that are none: ten in a row and the socket is closed, with a good one in between it is not', async () => {
    const { call } = await start();
    const peer = await call();
    for (let count = 0; count < 9; count++) peer.sendText('{"interaction_type":"response_required"}');
    await peer.roundTrip();
    for (let count = 0; count < 10; count++) peer.sendText('no JSON');
    expect(await peer.closed).toBe(1008);
  });
});

test('without a key a call that Retell confirms is taken', async () => {
  const atRetell = async (callId: string) => ({
    callId,
    channel: 'phone' as const,
    direction: 'inbound' as const,
    isOver: false,
    toNumber: '+12025550142',
    clinicNumber: '+12025550142',
  });
  const { connect, clinic } = await start({ atRetell });
  const peer = await connect(`/llm-websocket/${clinic.slug}/${aCallId}`);
  expect(await peer.answered(0)).toContain('Clinique Exemple');
});

test('a caller for whom there is no place hears where to turn; whoever goes on with a call has one', async () => {
  const { call, connect, path, details, log } = await start({ maxCalls: 1 });
  const first = await call();
  const second = await connect(`${path}/call_second`);
  second.details(details('call_second'));
  const away = await second.until(complete(0));
  expect(away).toMatchObject({ end_call: true, no_interruption_allowed: true });
  expect(away.content).toContain('occupées');
  expect(log.codes()).toContain('voice.full');
  first.drop();
  await until(() => log.codes().includes('talk.ended'));
  const again = await connect();
  await until(() => log.codes().includes('talk.resumed'));
  await again.roundTrip();
});

test('with a human line open, a full task puts callers through', async () => {
  const { call, connect, path, details } = await start({
    maxCalls: 1,
    clinic: { humanLine: { number: '+12025550171' } },
    at: '2026-10-05T08:00:00.000Z',
  });
  await call();
  const second = await connect(`${path}/call_second`);
  second.details(details('call_second'));
  expect(await second.until(complete(0))).toMatchObject({ transfer_number: '+12025550171' });
});

/** Until it holds; what it waits for are answers of stores and sockets. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await settle();
}
