import fc from 'fast-check';
import { finishCall } from '#domain/conversations/talk/end/finish-call.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { Talk } from '#domain/conversations/talk/talk.ts';
import { turnsPerEpoch } from '#domain/conversations/talk/turns/turn.ts';
import { say, talkWorld } from './talk-world.ts';

const fails = async (): Promise<never> => {
  throw new Error('the store is away');
};
const never = (): Promise<never> => new Promise(() => {});
/** What is done behind the caller’s back is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('taking a talk', () => {
  test('whoever takes it knows the clinic, the caller and that nobody has spoken yet', async () => {
    const world = talkWorld();
    const talk = await world.take();
    expect(talk).toMatchObject({
      clinic: { name: 'Clinique Exemple' },
      callerNumber: '+12025550117',
      isResumed: false,
      language: 'fr',
      agents: 'single',
    });
    expect(talk.turns()).toEqual([]);
    expect(talk.greeting()).toBe(
      'Bonjour, vous êtes bien à Clinique Exemple. Je suis l’assistant vocal automatique de la clinique, une intelligence artificielle. Que puis-je faire pour vous ?',
    );
    expect(await world.talk()).toMatchObject({ epoch: 1 });
    expect(await world.conversation()).toMatchObject({ provider: 'twilio', status: 'ongoing', direction: 'inbound' });
  });

  test('a call that is recorded says so after the machine has said what it is', async () => {
    const world = talkWorld({ clinic: { voice: { recording: 'notice' }, greeting: {} }, talk: { language: 'en' } });
    expect((await world.take()).greeting()).toBe(
      "Hello, you've reached Clinique Exemple. I'm the clinic's automated voice assistant, an artificial intelligence. This call is recorded to follow up on your request. If you object, say \"I decline\". How can I help you?",
    );
  });

  test('there is none of another clinic, of one that is closed to us, and none that is finished', async () => {
    const world = talkWorld();
    expect(await takeTalk(world.deps)(world.clinicId, world.conversationId)).toBeUndefined();
    const talk = await world.take();
    await talk.close({ over: true });
    expect(await takeTalk(world.deps)(world.clinicId, world.conversationId)).toBeUndefined();
    const closed = talkWorld({ clinic: { status: 'suspended' } });
    await expect(closed.take()).rejects.toThrow('no talk');
  });

  test('another task goes on with what was said, and the caller’s number of an outgoing call is the one we called', async () => {
    const world = talkWorld({ talk: { direction: 'outbound', fromNumber: '+12025550142', toNumber: '+12025550117' } });
    const first = await world.take();
    expect(first.callerNumber).toBe('+12025550117');
    say(first, 'agent', first.greeting());
    say(first, 'caller', 'Bonjour.');
    await first.close({ over: false });
    const second = await world.take();
    expect(second.isResumed).toBe(true);
    say(second, 'agent', 'Nous avons été coupés, je continue.');
    await second.saved();
    expect((await world.storedTurns()).map(({ seq }) => seq)).toEqual([
      turnsPerEpoch,
      turnsPerEpoch + 1,
      2 * turnsPerEpoch,
    ]);
    expect(second.turns()).toEqual(await world.storedTurns());
  });

  test('instructions that cannot be read leave ours, a dialogue that cannot be read is asked for later', async () => {
    const world = talkWorld({ talk: { instructions: { base: 1 } } });
    const talk = await world.take({ instructions: { pinned: fails }, dialogues: { ...world.dialogues, get: fails } });
    expect(talk.instructions('single')).toContain('Soyez chaleureux');
    expect(world.log.codes().filter((code) => code === 'request.failed')).toHaveLength(2);
  });

  test('turns that cannot be read are a fault: nobody is asked again what they said', async () => {
    const world = talkWorld();
    await world.take();
    await expect(world.take({ talks: { ...world.talks, turns: fails } })).rejects.toThrow('away');
  });

  test('a proof counts once, in the write that takes the talk; without it the talk stays whose it is', async () => {
    const world = talkWorld({ talk: { streamTokenHash: 'a'.repeat(64), streamTokenExpiresAtMs: 1 } });
    await world.open();
    const take = takeTalk(world.deps);
    const admit = ({ streamTokenHash, ...used }: Talk) => (streamTokenHash ? used : undefined);
    expect(await take(world.clinicId, world.conversationId, () => undefined)).toBeUndefined();
    expect(await world.talk()).toMatchObject({ epoch: 0, version: 1 });
    const [one, other] = await Promise.all([
      take(world.clinicId, world.conversationId, admit),
      take(world.clinicId, world.conversationId, admit),
    ]);
    expect([one, other].filter((talk) => talk !== undefined)).toHaveLength(1);
    expect(await world.talk()).toMatchObject({ epoch: 1 });
    expect((await world.talk())?.streamTokenHash).toBeUndefined();
  });
});

describe('turns', () => {
  test('places are in the order in which somebody began to speak', async () => {
    const world = talkWorld();
    const talk = await world.take();
    const agent = talk.begin('agent');
    const caller = talk.begin('caller');
    caller.fill('Allô ?');
    expect(talk.turns().map(({ text }) => text)).toEqual(['Allô ?']);
    agent.fill('Bonjour, vous êtes', { interrupted: true });
    talk.begin('agent').fill('  ');
    await talk.saved();
    expect(talk.turns().map(({ text }) => text)).toEqual(['Bonjour, vous êtes', 'Allô ?']);
    expect(await world.storedTurns()).toEqual(talk.turns());
  });

  test('a second filling corrects the first, also to less and to nothing', async () => {
    const world = talkWorld();
    const talk = await world.take();
    const place = talk.begin('agent');
    place.fill('Je peux vous proposer demain à 9 heures.');
    await talk.saved();
    place.fill('Je peux vous', { interrupted: true });
    await talk.saved();
    expect(await world.storedTurns()).toMatchObject([{ text: 'Je peux vous', interrupted: true, revision: 1 }]);
    place.fill('');
    await talk.saved();
    expect(talk.turns()).toEqual([]);
    expect(await world.storedTurns()).toMatchObject([{ text: '' }]);
  });

  test('a store that fails for a while costs nothing, one that stays away is told of and asked again later', async () => {
    const world = talkWorld();
    let failing = 3;
    const talk = await world.take({
      talks: {
        ...world.talks,
        keepTurn: (...what) => (failing-- > 0 ? fails() : world.talks.keepTurn(...what)),
      },
    });
    say(talk, 'caller', 'Un.');
    await talk.saved();
    expect(world.log.codes()).not.toContain('talk.save-failed');
    failing = Infinity;
    say(talk, 'caller', 'Deux.');
    say(talk, 'caller', 'Trois.');
    await talk.saved();
    expect(world.log.codes()).toContain('talk.save-failed');
    failing = 0;
    await talk.saved();
    expect((await world.storedTurns()).map(({ text }) => text)).toEqual(['Un.', 'Deux.', 'Trois.']);
  });

  test('a turn that is said at whichever moment another has just been saved is saved too', async () => {
    // One tick later each time, from the store's answer to long after it.
    for (let ticks = 0; ticks < 20; ticks++) {
      const world = talkWorld();
      const stored = Promise.withResolvers<void>();
      const keepTurn: typeof world.talks.keepTurn = async (...turn) => {
        await stored.promise;
        return world.talks.keepTurn(...turn);
      };
      const talk = await world.take({ talks: { ...world.talks, keepTurn } });
      say(talk, 'caller', 'Un.');
      stored.resolve();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      say(talk, 'caller', 'Deux.');
      await talk.saved();
      expect((await world.storedTurns()).map(({ text }) => text)).toEqual(['Un.', 'Deux.']);
    }
  });

  test('a turn that can never be saved does not stand in the way of the others', async () => {
    const world = talkWorld();
    const keepTurn: typeof world.talks.keepTurn = (clinicId, conversationId, turn) =>
      turn.text === 'jamais' ? fails() : world.talks.keepTurn(clinicId, conversationId, turn);
    const talk = await world.take({ talks: { ...world.talks, keepTurn } });
    say(talk, 'caller', 'jamais');
    await talk.saved();
    say(talk, 'caller', 'toujours');
    await talk.saved();
    await talk.saved();
    expect((await world.storedTurns()).map(({ text }) => text)).toEqual(['toujours']);
  });
});

describe('one holder at a time', () => {
  test('whoever lost the talk falls silent with the next turn, and what it says is not kept', async () => {
    const world = talkWorld();
    const first = await world.take();
    say(first, 'agent', 'Bonjour.');
    await first.saved();
    const second = await world.take();
    expect(first.lost.aborted).toBe(false);
    say(first, 'agent', 'Je parle encore.');
    await first.saved();
    expect(first.lost.aborted).toBe(true);
    expect(second.lost.aborted).toBe(false);
    await first.end({ kind: 'hangup' });
    await first.close({ over: true });
    expect((await world.storedTurns()).map(({ text }) => text)).toEqual(['Bonjour.']);
    const talk = await world.talk();
    expect(talk).toMatchObject({ epoch: 2 });
    expect(talk?.ending).toBeUndefined();
    expect(talk?.finishedAtMs).toBeUndefined();
    expect(world.events.told).toEqual([]);
  });

  test('in one process the first holder is silenced at once', async () => {
    const world = talkWorld();
    await world.open();
    const take = takeTalk(world.deps);
    const first = await take(world.clinicId, world.conversationId);
    const second = await take(world.clinicId, world.conversationId);
    expect([first?.lost.aborted, second?.lost.aborted]).toEqual([true, false]);
    const both = await Promise.all([1, 2].map(() => take(world.clinicId, world.conversationId)));
    expect(second?.lost.aborted).toBe(true);
    expect(both.map((talk) => talk?.lost.aborted).sort()).toEqual([false, true]);
  });

  test('a tool of a former holder does not run', async () => {
    const world = talkWorld();
    const first = await world.take();
    await world.take();
    const answer = await first.runTool('take_message', { message: 'Rappelez-moi.' }, 'call_1');
    expect(answer.code).toBe('RETRY_LATER');
    expect(first.lost.aborted).toBe(true);
    expect(await world.acts.messages(world.clinicId, world.conversationId)).toEqual([]);
  });

  test('however holders and their turns follow each other, turns stay in order and nobody’s is overwritten', async () => {
    const step = fc.oneof(
      fc.record({ act: fc.constant('take' as const) }),
      fc.record({ act: fc.constant('say' as const), holder: fc.nat(3), correct: fc.boolean() }),
      fc.record({ act: fc.constant('save' as const), holder: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = talkWorld();
        const holders = [await world.take()];
        let said = 0;
        for (const one of steps) {
          const holder = 'holder' in one ? holders[one.holder % holders.length]! : undefined;
          if (one.act === 'take') holders.push(await world.take());
          else if (one.act === 'save') await holder!.saved();
          else {
            const place = holder!.begin('caller');
            const by = holders.indexOf(holder!) + 1;
            place.fill(`${by}: ${said++}`);
            if (one.correct) place.fill(`${by}: ${said++}`);
          }
        }
        await Promise.all(holders.map((holder) => holder.saved()));
        const stored = await world.storedTurns();
        expect(stored.map(({ seq }) => seq)).toEqual(stored.map(({ seq }) => seq).sort((a, b) => a - b));
        for (const { seq, text } of stored) expect(text).toMatch(new RegExp(`^${Math.floor(seq / turnsPerEpoch)}: `));
        const last = holders.at(-1)!;
        const own = ({ seq }: { seq: number }) => seq >= holders.length * turnsPerEpoch;
        expect(stored.filter(own)).toEqual(last.turns().filter(own));
        expect(last.lost.aborted).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

describe('tools', () => {
  test('a tool runs for the call, is kept as a turn, and the same invocation hears the same answer', async () => {
    const world = talkWorld();
    const talk = await world.take();
    const args = JSON.stringify({ message: 'Rappelez-moi.', caller_name: null, huge: 1e300 });
    const answer = await talk.runTool('take_message', args, 'call_1');
    expect(answer).toMatchObject({ code: 'OK', data: { message_taken: true } });
    expect(await talk.runTool('take_message', args, 'call_1')).toBe(answer);
    await talk.saved();
    expect(await world.storedTurns()).toMatchObject([
      {
        speaker: 'tool',
        text: '',
        tool: {
          callId: 'call_1',
          name: 'take_message',
          code: 'OK',
          args: { message: 'Rappelez-moi.', huge: '1e+300' },
        },
      },
    ]);
    const again = await world.take();
    expect(await again.runTool('take_message', args, 'call_1')).toEqual(answer);
    expect(await world.acts.messages(world.clinicId, world.conversationId)).toHaveLength(1);
  });

  test('what a model makes up is answered, never thrown', async () => {
    const world = talkWorld();
    const talk = await world.take();
    for (const [n, args] of ['{', 'null', '[1]', undefined, { a: { b: [Infinity] } }].entries()) {
      expect((await talk.runTool('drop_table', args, `made-up-${n}`)).code).toBe('ARGUMENTS_INVALID');
    }
    await talk.saved();
    expect(await world.storedTurns()).toHaveLength(5);
  });

  test('the language the caller asks for is the language of the talk from then on', async () => {
    const world = talkWorld();
    const talk = await world.take();
    await talk.runTool('get_clinic_info', { language: 'en' }, 'call_1');
    expect(talk.language).toBe('en');
    expect(talk.instructions('single')).toContain('# Your role');
    expect((await world.take()).language).toBe('en');
  });

  test('who takes over stands in the answer: a person, or the goodbye', async () => {
    const world = talkWorld({ clinic: { humanLine: { number: '+12025550171' } }, at: '2026-10-05T08:00:00.000Z' });
    const talk = await world.take();
    const transfer = { kind: 'transfer', number: '+12025550171' };
    expect(await talk.runTool('transfer_to_human', {}, 'a')).toMatchObject({ ending: transfer });
    expect(await talk.runTool('end_call', {}, 'b')).toMatchObject({ ending: { kind: 'hangup' } });
    expect(await talk.runTool('get_clinic_info', {}, 'c')).not.toHaveProperty('ending');
    expect((await world.conversation())?.acts).toEqual(['transferred']);
    const next = await world.take();
    expect(await next.runTool('transfer_to_human', {}, 'a')).toMatchObject({ ending: transfer });
  });

  test('an item of the conversation that cannot be written leaves what can be done without', async () => {
    const world = talkWorld();
    const talk = await world.take({ conversations: { change: fails } });
    expect(await talk.runTool('get_clinic_info', {}, 'a')).toMatchObject({ code: 'OK' });
  });
});

describe('emergencies', () => {
  const chestPain = 'J’ai une forte douleur à la poitrine.';
  const line = { emergencyLine: { number: '+12025550172' } };

  test('nothing is said where there is none', async () => {
    const talk = await talkWorld().take();
    say(talk, 'caller', 'Bonjour, je voudrais un rendez-vous.');
    expect(await talk.hear()).toBeUndefined();
  });

  test('the caller is asked once, a yes is the script and the line on call, and it is on record', async () => {
    const world = talkWorld({ clinic: line });
    const talk = await world.take();
    say(talk, 'caller', chestPain);
    expect(await talk.hear()).toEqual({
      say: 'Ce que vous dites peut être une urgence. Est-ce que cela se passe en ce moment ?',
    });
    expect(await world.dialogue()).toMatchObject({ emergency: 'asked', judgedUtterances: 1 });
    say(talk, 'caller', 'Oui, maintenant.');
    expect(await talk.hear()).toEqual({
      say: 'Cela peut être une urgence. Raccrochez et appelez tout de suite le 112, ou le 118. Si vous restez en ligne, je vous mets en relation avec l’équipe de garde.',
      ending: { kind: 'transfer', number: '+12025550172' },
    });
    expect(await world.dialogue()).toMatchObject({ emergency: 'active' });
    expect((await world.conversation())?.acts).toEqual(['emergency']);
    expect(world.acts.records).toMatchObject([{ act: 'emergency.detected' }]);
    expect(await talk.runTool('book_appointment', {}, 'a')).toMatchObject({ code: 'EMERGENCY_ACTIVE' });
  });

  test('who answers now is the team, and those on call while the caller may be in danger', async () => {
    const humanLine = { number: '+12025550171' };
    const duringHours = '2026-10-05T08:00:00.000Z';
    const both = await talkWorld({ clinic: { ...line, humanLine }, at: duringHours }).take();
    expect(both.personNow()).toBe(humanLine.number);
    const byNight = await talkWorld({ clinic: { ...line, humanLine }, at: '2026-10-05T22:00:00.000Z' }).take();
    expect(byNight.personNow()).toBeUndefined();
    for (const talk of [both, byNight]) {
      say(talk, 'caller', chestPain);
      await talk.hear();
      expect(talk.personNow()).toBe('+12025550172');
    }
    say(both, 'caller', 'Non.');
    await both.hear();
    expect(both.personNow()).toBe(humanLine.number);
  });

  test('a clear no lets the talk go on, and tools book', async () => {
    const world = talkWorld();
    const talk = await world.take();
    say(talk, 'caller', chestPain);
    await talk.hear();
    say(talk, 'caller', 'Non, c’était l’année dernière.');
    expect(await talk.hear()).toBeUndefined();
    expect(await world.dialogue()).toMatchObject({ emergency: 'cleared' });
  });

  test('the question stands while nobody has answered it, and silence is an answer', async () => {
    const world = talkWorld();
    const talk = await world.take();
    say(talk, 'caller', chestPain);
    await talk.hear();
    expect((await talk.hear())?.say).toContain('Est-ce que cela se passe');
    world.clock.pass(10_000);
    expect((await talk.hear())?.say).toContain('112');
  });

  test('once told, who stays on the line without anybody on call may say what they want', async () => {
    const talk = await talkWorld().take();
    say(talk, 'caller', chestPain);
    await talk.hear();
    say(talk, 'caller', 'Oui.');
    await talk.hear();
    say(talk, 'caller', 'Merci, au revoir.');
    expect(await talk.hear()).toBeUndefined();
    say(talk, 'caller', 'Elle ne respire plus, elle est inconsciente.');
    expect((await talk.hear())?.say).toContain('112');
  });

  test('stores that fail or never answer do not keep the caller from hearing it', async () => {
    const world = talkWorld({ clinic: line });
    for (const away of [fails, never]) {
      const talk = await world.take({
        dialogues: { ...world.dialogues, change: away },
        conversations: { change: away },
        acts: { ...world.acts, record: away },
      });
      const startedMs = performance.now();
      say(talk, 'caller', chestPain);
      expect((await talk.hear())?.say).toContain('Est-ce que cela se passe');
      say(talk, 'caller', 'Oui !');
      expect(await talk.hear()).toMatchObject({ ending: { kind: 'transfer' } });
      expect(performance.now() - startedMs).toBeLessThan(2 * 600 + 600);
    }
  });

  test('another task knows that the caller was asked, even if their words were not saved', async () => {
    const world = talkWorld();
    const first = await world.take({ talks: { ...world.talks, keepTurn: fails } });
    say(first, 'caller', 'Bonjour.');
    say(first, 'caller', chestPain);
    await first.hear();
    const second = await world.take();
    expect(await world.dialogue()).toMatchObject({ emergency: 'asked', judgedUtterances: 0 });
    say(second, 'caller', 'Oui.');
    expect((await second.hear())?.say).toContain('112');
  });
});

describe('the end', () => {
  const transfer = { kind: 'transfer', number: '+12025550171' } as const;
  const onCall = { kind: 'transfer', number: '+12025550172' } as const;

  test('whoever asked for a person and then tells of a danger is rung through to those on call: the last end stands', async () => {
    const world = talkWorld();
    const talk = await world.take();
    await talk.end({ kind: 'hangup' });
    await talk.end({ kind: 'callback' });
    expect(await world.talk()).toMatchObject({ ending: { kind: 'callback' } });
    await talk.end(transfer);
    expect(await world.talk()).toMatchObject({ ending: transfer });
    // What has waited for a store does not come back over what was wanted after it.
    const { change } = world.talks;
    const isAway = Promise.withResolvers<never>();
    world.talks.change = () => isAway.promise;
    const first = talk.end(transfer);
    world.talks.change = change;
    await talk.end(onCall);
    isAway.reject(new Error('away'));
    await first;
    expect(await world.talk()).toMatchObject({ ending: onCall });
    // A wire that begins anew has another end before it.
    await world.take();
    expect((await world.talk())?.ending).toBeUndefined();
  });

  test('a goodbye that is cut off by the question after a danger is taken back, and a call that breaks then goes on', async () => {
    const world = talkWorld();
    const talk = await world.take();
    await talk.end({ kind: 'hangup' });
    say(talk, 'caller', 'Ma mère a eu un AVC.');
    await talk.hear();
    await settled();
    expect((await world.talk())?.ending).toBeUndefined();
    say(talk, 'caller', 'Non.');
    await talk.hear();
    // The model dies: they are to be called back, and that is what is on record.
    await talk.end({ kind: 'callback' });
    say(talk, 'caller', 'Elle a de nouveau mal à la poitrine.');
    expect(await talk.hear()).toBeDefined();
    await settled();
    expect(await world.talk()).toMatchObject({ ending: { kind: 'callback' } });
  });

  test('an end that cannot be put on record is a fault, so that no wire acts on it', async () => {
    const world = talkWorld();
    const talk = await world.take();
    const { change } = world.talks;
    let failing = 2;
    world.talks.change = (...what) => (failing-- > 0 ? fails() : change(...what));
    await talk.end({ kind: 'callback' });
    expect(await world.talk()).toMatchObject({ ending: { kind: 'callback' } });
    failing = Infinity;
    await expect(talk.end(transfer)).rejects.toThrow('away');
  });

  test('a Twilio call that is over is told of once, with all that was said by whichever task', async () => {
    const world = talkWorld();
    const first = await world.take();
    say(first, 'agent', 'Bonjour.');
    say(first, 'caller', 'Bonjour,\nje voudrais un rendez-vous.');
    await first.close({ over: false });
    expect(world.events.told).toEqual([]);
    const second = await world.take();
    world.clock.pass(60_000);
    await second.runTool('get_clinic_info', {}, 'a');
    say(second, 'agent', 'Au revoir.');
    await Promise.all([second.close({ over: true }), second.close({ over: true })]);
    await second.close({ over: false });
    expect(world.events.told).toEqual([
      {
        event: 'talk_ended',
        clinicId: world.clinicId,
        conversationId: world.conversationId,
        providerId: 'CA0123456789abcdef0123456789abcdef',
        direction: 'inbound',
        fromNumber: '+12025550117',
        toNumber: '+12025550142',
        startedAtMs: world.clock.now() - 60_000,
        endedAtMs: world.clock.now(),
        transcript: 'Agent: Bonjour.\nUser: Bonjour, je voudrais un rendez-vous.\nAgent: Au revoir.',
        occurredAtMs: world.clock.now(),
      },
    ]);
    expect(await world.talk()).toMatchObject({ finishedAtMs: world.clock.now() });
  });

  test('of a caller who objected to being recorded nothing after it is told, whichever task heard it and however often', async () => {
    const world = talkWorld({ clinic: { voice: { recording: 'notice' } } });
    const first = await world.take();
    say(first, 'caller', 'Je refuse.');
    await Promise.all([first.consent('objected'), first.consent('objected')]);
    say(first, 'caller', 'J’ai une rage de dents.');
    await first.close({ over: false });
    expect(await world.talk()).toMatchObject({ objectedAtMs: world.clock.now() });
    const second = await world.take();
    // Whoever goes on with the talk knows all of it.
    expect([second.hasObjected, second.turns().length]).toEqual([true, 2]);
    world.clock.pass(1_000);
    await second.consent('objected');
    await second.close({ over: true });
    expect(world.events.told).toMatchObject([{ event: 'talk_ended', transcript: 'User: Je refuse.' }]);
    expect(world.acts.records).toMatchObject([{ act: 'consent.notice', outcome: 'denied' }]);
  });

  test('who is asked first whether the call may be recorded has agreed in one of their first words, once, on record', async () => {
    const world = talkWorld({ clinic: { voice: { recording: 'explicit' }, greeting: {} }, talk: { language: 'en' } });
    const first = await world.take();
    expect(first.greeting()).toMatch(
      /artificial intelligence\. Say "I agree" if this call may be recorded.* help you\?$/,
    );
    await first.consent('notice-heard');
    expect([first.unheardNotice, first.agreement]).toEqual([undefined, 'open']);
    say(first, 'caller', 'I agree.');
    expect(first.agreement).toBe('given');
    await first.consent('agreed');
    await first.close({ over: false });
    const second = await world.take();
    expect(second.agreement).toBe('given');
    await second.consent('agreed');
    const reason = 'recording-question-1 en';
    expect(world.acts.records).toMatchObject([
      { act: 'consent.notice', outcome: 'success', reason },
      { act: 'consent.give', outcome: 'success', reason },
    ]);
    expect(await world.talk()).toMatchObject({ agreedAtMs: world.clock.now() });
    const unasked = talkWorld({ clinic: { voice: { recording: 'notice' } } });
    expect((await unasked.take()).agreement).toBeUndefined();
  });

  test('an objection is heeded though it cannot be put on record, and where no task lived to hear it out', async () => {
    const world = talkWorld({ clinic: { voice: { recording: 'notice' } } });
    const talk = await world.take({ acts: { ...world.acts, record: fails } });
    say(talk, 'caller', 'Je refuse.');
    await talk.consent('objected');
    expect(await world.talk()).toMatchObject({ objectedAtMs: expect.any(Number) });

    const unheard = talkWorld({ clinic: { voice: { recording: 'notice' } } });
    const died = await unheard.take();
    say(died, 'caller', 'Je refuse.');
    say(died, 'caller', 'J’ai une rage de dents.');
    await died.end({ kind: 'callback' });
    await died.close({ over: false });
    await finishCall(unheard.deps)(unheard.clinic, unheard.conversationId);
    const [message] = await unheard.acts.messages(unheard.clinicId, unheard.conversationId);
    expect(message?.text).toMatch(/rappel\.$/);
  });

  test('that nobody holds a talk is on record until somebody takes it up, and only from whoever held it', async () => {
    const world = talkWorld();
    const first = await world.take();
    await first.close({ over: false });
    expect(await world.talk()).toMatchObject({ letGoAtMs: world.clock.now() });
    await world.take();
    expect((await world.talk())?.letGoAtMs).toBeUndefined();
    await first.close({ over: false });
    expect((await world.talk())?.letGoAtMs).toBeUndefined();
  });

  test('whoever lets go of a talk whose call was over meanwhile finishes it, and tells so', async () => {
    const world = talkWorld();
    const talk = await world.take();
    await finishCall(world.deps)(world.clinic, world.conversationId);
    expect((await world.talk())?.finishedAtMs).toBeUndefined();
    say(talk, 'caller', 'Une personne, s’il vous plaît.');
    await talk.close({ over: false });
    expect(await world.talk()).toMatchObject({ finishedAtMs: world.clock.now() });
    expect(world.events.told).toMatchObject([
      { event: 'talk_ended', transcript: 'User: Une personne, s’il vous plaît.' },
    ]);
  });

  test('a talk that cannot be let go of is one whose task died, and no fault of whoever closes it', async () => {
    const world = talkWorld();
    const talk = await world.take();
    world.talks.change = fails;
    await talk.close({ over: false });
    expect(world.log.codes()).toContain('talk.save-failed');
  });

  test('Retell tells of its own calls', async () => {
    const world = talkWorld({ talk: { provider: 'retell', conversationId: 'retell_call_1' as never } });
    await (await world.take()).close({ over: true });
    expect(world.events.told).toEqual([]);
    expect(await world.talk()).toMatchObject({ finishedAtMs: world.clock.now() });
  });

  test('a message is kept with the number it came from, once', async () => {
    const world = talkWorld();
    const talk = await world.take();
    await talk.leaveMessage('Merci de me rappeler.', '+12025550199');
    await talk.leaveMessage('Merci de me rappeler.', '+12025550199');
    expect(await world.acts.messages(world.clinicId, world.conversationId)).toMatchObject([
      { callbackNumber: '+12025550199', text: 'Merci de me rappeler.' },
    ]);
  });
});
