import fc from 'fast-check';
import { speakablePieces } from '#domain/conversations/talk/text/speakable-pieces.ts';
import { askSupervisor } from '#domain/conversations/talk/supervisor.ts';
import {
  createTextDialogue,
  type Prompted,
  type Reply,
  type Told,
} from '#domain/conversations/talk/text/text-dialogue.ts';
import { type ScriptedAnswer, scriptedTextModel } from '../../fakes/text-model.ts';
import { turnedTime } from '../../fakes/turned-time.ts';
import { say, talkWorld, type TalkWorldOptions } from './talk-world.ts';

interface Options extends TalkWorldOptions {
  supervisor?: ScriptedAnswer[];
  keepsTurns?: boolean;
}

/** A dialogue on a wire of text with a model that answers what a test says. */
async function dialogueWith(answers: Parameters<typeof scriptedTextModel>, options: Options = {}) {
  const world = talkWorld(options);
  const talk = await world.take();
  const model = scriptedTextModel(...answers);
  const larger = scriptedTextModel(...(options.supervisor ?? []));
  const time = turnedTime(options.at ?? '2026-10-05T06:30:00.000Z');
  const { log } = world;
  const dialogue = createTextDialogue({
    model,
    modelName: 'small',
    askSupervisor: askSupervisor({ model: larger, modelName: 'large', log, timers: time }),
    clock: time,
    log,
    timers: time,
  })(talk, { keepsTurns: options.keepsTurns ?? true });
  const wire = new AbortController();
  const start = (prompted: Prompted) => dialogue.reply(prompted, { signal: wire.signal });
  return {
    world,
    talk,
    model,
    larger,
    time,
    wire,
    start,
    /** Time passes in small steps, and whoever waits for a promise goes on in between. */
    async pass(ms: number) {
      const step = Math.max(50, ms / 100);
      for (let left = ms; left >= 0; left -= step) {
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        await time.pass(Math.min(step, left));
      }
    },
    reply: async (prompted: Prompted) => all(start(prompted)),
    said: () => talk.turns().map(({ speaker, text, tool }) => (tool ? `tool: ${tool.name}` : `${speaker}: ${text}`)),
  };
}

async function all(reply: Reply): Promise<Told[]> {
  const told: Told[] = [];
  for await (const one of reply) told.push(one);
  return told;
}

/** What reaches the caller, put together. */
const spoken = (told: readonly Told[]): string =>
  told
    .map((one) => (one.kind === 'say' || one.kind === 'filler' ? one.text : ''))
    .join('')
    .trim();

const hello: Prompted = { kind: 'said', text: 'Bonjour, quels sont vos horaires ?' };
const never = new Promise<never>(() => {});
const person = { humanLine: { number: '+12025550171' } };
const duringHours = '2026-10-05T08:00:00.000Z';
const transfer = { kind: 'ending', ending: { kind: 'transfer', number: '+12025550171' } };

describe('an answer', () => {
  test('leaves word for word, the first at once, and is kept as what was said', async () => {
    const { reply, said, model } = await dialogueWith([
      { deltas: ['Bon', 'jour. ', 'Nous', ' sommes ouverts', ' jusqu’à midi. ', 'Autre', ' chose ?'] },
    ]);
    expect(await reply(hello)).toEqual([
      { kind: 'say', text: 'Bonjour. ' },
      { kind: 'say', text: 'Nous sommes ouverts jusqu’à midi. ' },
      { kind: 'say', text: 'Autre chose ?' },
    ]);
    expect(said()).toEqual([
      'caller: Bonjour, quels sont vos horaires ?',
      'agent: Bonjour. Nous sommes ouverts jusqu’à midi. Autre chose ?',
    ]);
    const [request] = model.requests;
    expect(request).toMatchObject({ model: 'small', safetyId: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(request?.items).toEqual([{ kind: 'said', by: 'caller', text: 'Bonjour, quels sont vos horaires ?' }]);
    expect(request?.tools).toHaveLength(16);
    expect(request?.instructions).toContain('# Règles de la plateforme');
  });

  test('whatever the pieces, together they are the words of the model', () => {
    const word = fc.constantFrom('Oui.', ' ', 'Le', ' docteur', '\n', ' 9', ' h ?', 'é', '… ');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.nat(300)), { maxLength: 60 }), (deltas) => {
        const pieces = speakablePieces();
        let nowMs = 0;
        const told = deltas.map(([delta, ms]) => pieces.take(delta, (nowMs += ms)));
        expect([...told, pieces.rest()].join('')).toBe(deltas.map(([delta]) => delta).join(''));
        // No word is ever torn apart.
        for (const piece of told) expect(piece === '' || /\s$/.test(piece)).toBe(true);
      }),
    );
  });

  test('what is held back for the end of a sentence goes out when none comes', async () => {
    const { start, pass, wire } = await dialogueWith([{ deltas: ['Un ', 'deux ', 'trois'], pause: never }]);
    const told: Told[] = [];
    const reading = (async () => {
      for await (const one of start(hello)) told.push(one);
    })();
    await pass(300);
    expect(told.map((one) => ('text' in one ? one.text : ''))).toEqual(['Un ', 'deux ']);
    wire.abort();
    await reading;
  });

  test('a tool runs between two requests, is mirrored, and its answer is told', async () => {
    const { reply, said, model } = await dialogueWith([
      { calls: [{ name: 'get_clinic_info', args: { topic: 'address' } }] },
      (request) => ({ deltas: [JSON.parse((request.items.at(-1) as { output: string }).output).say as string] }),
    ]);
    const told = await reply(hello);
    expect(told.map(({ kind }) => kind)).toEqual(['tool-call', 'tool-result', 'say', 'say']);
    expect(told[1]).toMatchObject({ outcome: { code: 'OK' } });
    expect(spoken(told)).toBe('L’adresse est 12 rue des Exemples, Cotonou.');
    expect(said().slice(1)).toEqual(['tool: get_clinic_info', 'agent: L’adresse est 12 rue des Exemples, Cotonou.']);
    expect(model.requests[1]?.items.map(({ kind }) => kind)).toEqual(['said', 'call', 'result']);
  });

  test('a later answer is shown what was said and done before', async () => {
    const { reply, model } = await dialogueWith([
      { deltas: ['Un instant. '], calls: [{ name: 'get_clinic_info' }] },
      { deltas: ['Nous ouvrons à 8 heures.'] },
      { deltas: ['Au revoir.'] },
    ]);
    await reply(hello);
    await reply({ kind: 'said', text: 'Merci.' });
    expect(model.requests[2]?.items.map((item) => ('text' in item ? item.text : item.kind))).toEqual([
      'Bonjour, quels sont vos horaires ?',
      'Un instant.',
      'call',
      'result',
      'Nous ouvrons à 8 heures.',
      'Merci.',
    ]);
  });

  test('a tool that takes its time is covered with a sentence, once, and not where something was just said', async () => {
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const acts = { record: () => slow, messages: async () => [] };
    const call = { name: 'take_message', args: { message: 'Rappelez-moi.' } };
    for (const deltas of [[], ['Je note. ']]) {
      const { start, pass } = await dialogueWith([{ deltas, calls: [call] }, { deltas: ['Voilà.'] }], {
        deps: { acts },
      });
      const reading = all(start(hello));
      await pass(800);
      release();
      const fillers = (await reading).filter(({ kind }) => kind === 'filler');
      expect(fillers).toEqual(deltas.length ? [] : [{ kind: 'filler', text: 'Un instant, je regarde.' }]);
    }
  });

  test('a model that only calls tools is made to speak after four rounds', async () => {
    const call = () => ({ calls: [{ name: 'get_clinic_info' }] });
    const { reply, model } = await dialogueWith([call, call, call, call, call]);
    const told = await reply(hello);
    expect(told.filter(({ kind }) => kind === 'tool-call')).toHaveLength(4);
    expect(model.requests.map(({ tools }) => tools.length > 0)).toEqual([true, true, true, true, false]);
    expect(spoken(told)).toContain('horaires');
  });

  test('the tool’s own sentence ends the talk, and nothing is asked of the model after it', async () => {
    const { reply } = await dialogueWith(
      [{ calls: [{ name: 'transfer_to_human' }] }, { calls: [{ name: 'end_call' }] }],
      {
        clinic: person,
        at: duringHours,
      },
    );
    const told = await reply(hello);
    expect(told.at(-2)).toMatchObject({ kind: 'say', text: expect.stringContaining('mets en relation') as string });
    expect(told.at(-1)).toEqual(transfer);
    const bye = await reply({ kind: 'said', text: 'Finalement, non. Au revoir.' });
    expect(bye.slice(-2)).toMatchObject([
      { kind: 'say', text: 'Merci de votre appel. Au revoir.' },
      { kind: 'ending', ending: { kind: 'hangup' } },
    ]);
  });

  test('a goodbye that was said is not said twice', async () => {
    const { reply } = await dialogueWith([{ deltas: ['Bonne journée !'], calls: [{ name: 'end_call' }] }]);
    const told = await reply(hello);
    expect(spoken(told)).toBe('Bonne journée !');
    expect(told.at(-1)).toEqual({ kind: 'ending', ending: { kind: 'hangup' } });
  });

  const inDanger = { name: 'report_emergency', args: { happening_now: 'yes' } };
  const onCall = { emergencyLine: { number: '+12025550172' } };
  const toThoseOnCall = { kind: 'ending', ending: { kind: 'transfer', number: '+12025550172' } };
  const [toPerson, goodbye] = [{ name: 'transfer_to_human' }, { name: 'end_call' }];

  test.each([
    ['a person, then danger', [toPerson, inDanger], { ...person, ...onCall }, toThoseOnCall],
    ['danger, then a person', [inDanger, toPerson], { ...person, ...onCall }, toThoseOnCall],
    ['the goodbye, then danger', [goodbye, inDanger], onCall, toThoseOnCall],
    ['the goodbye, then a person', [goodbye, toPerson], person, transfer],
    ['danger and a person, nobody on call', [inDanger, toPerson], person, transfer],
    ['the goodbye and danger, nobody on call', [goodbye, inDanger], {}, undefined],
    ['danger and the goodbye, nobody on call', [inDanger, goodbye], {}, undefined],
  ])('of two ends that one answer asks for, the graver stands: %s', async (_, calls, clinic, ending) => {
    const { reply } = await dialogueWith([{ calls }], { clinic, at: duringHours });
    const told = await reply(hello);
    expect(told.filter(({ kind }) => kind === 'ending')).toEqual(ending ? [ending] : []);
    const words = told.filter((one) => one.kind === 'say');
    expect(words).toHaveLength(1);
    expect(words[0]).toMatchObject({ guarded: true });
    expect(words[0]?.text.includes('112')).toBe(calls.includes(inDanger));
    expect(words[0]?.text.includes('Je vous mets en relation')).toBe(ending === transfer);
  });
});

describe('interruptions', () => {
  test('nothing more is told, the model’s request is ended, and only what was told is kept', async () => {
    const { start, wire, model, said, talk, time, pass } = await dialogueWith([
      { deltas: ['Je peux vous proposer ', 'demain. ', 'Ou'], pause: never },
    ]);
    const told: Told[] = [];
    const reading = (async () => {
      for await (const one of start(hello)) told.push(one);
    })();
    await pass(0);
    wire.abort();
    await reading;
    expect(spoken(told)).toBe('Je peux vous proposer demain.');
    expect(model.aborted).toBe(1);
    expect(said().at(-1)).toBe('agent: Je peux vous proposer demain.');
    expect(talk.turns().at(-1)?.interrupted).toBe(true);
    expect(time.pending()).toBe(0);
  });

  test('the caller heard less than was told, and that is what everybody knows afterwards', async () => {
    const dialogue = await dialogueWith([
      { deltas: ['Je peux vous proposer demain à neuf heures.'] },
      { deltas: ['Oui.'] },
    ]);
    const reply = dialogue.start(hello);
    await all(reply);
    reply.heard('Je peux,  vous');
    await dialogue.reply({ kind: 'said', text: 'Attendez.' });
    expect(dialogue.said().slice(1, 2)).toEqual(['agent: Je peux vous']);
    expect(dialogue.model.requests[1]?.items.slice(1, 3)).toEqual([
      { kind: 'said', by: 'agent', text: 'Je peux vous' },
      { kind: 'note', text: 'L’appelant a interrompu : il n’a pas entendu la suite.' },
    ]);
    reply.heard('');
    expect(dialogue.said()[1]).toBe('caller: Attendez.');
  });

  test('who stops reading ends the request as well', async () => {
    const { start, model, said } = await dialogueWith([{ deltas: ['Bonjour. ', 'Encore. '], pause: never }]);
    for await (const one of start(hello)) {
      expect(one).toEqual({ kind: 'say', text: 'Bonjour. ' });
      break;
    }
    await Promise.resolve();
    expect(said().at(-1)).toBe('agent: Bonjour.');
    expect(model.requests).toHaveLength(1);
  });

  test('a talk that was taken over falls silent', async () => {
    const { start, reply, world, talk, pass } = await dialogueWith([{ until: never }]);
    const reading = all(start(hello));
    await pass(0);
    await world.take();
    say(talk, 'agent', 'Encore moi.');
    await talk.saved();
    expect(await reading).toEqual([]);
    expect(await reply({ kind: 'said', text: 'Allô ?' })).toEqual([]);
  });

  test('a wire that keeps turns by itself finds none of ours', async () => {
    const { reply, said, talk } = await dialogueWith([{ deltas: ['Bonjour.'] }], { keepsTurns: false });
    say(talk, 'caller', 'Bonjour.');
    await reply({ kind: 'said' });
    expect(said()).toEqual(['caller: Bonjour.']);
  });
});

describe('models that fail', () => {
  const sorry = 'Je suis désolé, j’ai un problème technique';

  test('once is not noticed', async () => {
    const { reply, world } = await dialogueWith([{ fault: 'busy' }, { deltas: ['Bonjour.'] }]);
    expect(spoken(await reply(hello))).toBe('Bonjour.');
    expect(world.log.codes()).toContain('model.failed');
  });

  test('twice in a row, and a person takes over', async () => {
    const { reply, world } = await dialogueWith([{ fault: 'failed' }, { fault: 'failed' }], {
      clinic: person,
      at: duringHours,
    });
    const told = await reply(hello);
    expect(spoken(told)).toContain(sorry);
    expect(told.at(-1)).toEqual(transfer);
    expect(world.log.codes()).toContain('voice.fallback');
  });

  test('a key or a model that is refused needs no second attempt', async () => {
    const { reply, world } = await dialogueWith([{ fault: 'refused' }], { clinic: person, at: duringHours });
    expect((await reply(hello)).at(-1)).toEqual(transfer);
    expect(world.log.codes()).toContain('model.misconfigured');
  });

  test('where no person answers a message is taken, without any model, and the call ends', async () => {
    const { reply, world } = await dialogueWith([{ fault: 'failed' }, { fault: 'failed' }, { fault: 'failed' }], {});
    expect(spoken(await reply(hello))).toContain('Dites-moi votre nom');
    const told = await reply({ kind: 'said', text: 'Inès Rivière, pour mon fils.' });
    expect(spoken(told)).toBe('C’est noté. Je transmets votre message à l’équipe. Merci de votre appel. Au revoir.');
    expect(told.at(-1)).toEqual({ kind: 'ending', ending: { kind: 'hangup' } });
    expect(await world.acts.messages(world.clinicId, world.conversationId)).toMatchObject([
      { text: 'Inès Rivière, pour mon fils.', callbackNumber: '+12025550117' },
    ]);
  });

  test('a model that recovers goes on as if nothing had been', async () => {
    const { reply } = await dialogueWith([
      { fault: 'failed' },
      { fault: 'failed' },
      { deltas: ['Bien sûr.'] },
      { fault: 'busy' },
      { deltas: ['Oui.'] },
    ]);
    await reply(hello);
    expect(spoken(await reply({ kind: 'said', text: 'Inès Rivière.' }))).toBe('Bien sûr.');
    expect(spoken(await reply({ kind: 'said', text: 'Merci.' }))).toBe('Oui.');
  });

  test('in mid-sentence the caller is asked to say it again', async () => {
    const { reply, said } = await dialogueWith([{ deltas: ['Je vous '], fault: 'failed' }]);
    expect(spoken(await reply(hello))).toBe(
      'Je vous  Excusez-moi, je n’ai pas bien suivi. Pouvez-vous répéter, s’il vous plaît ?',
    );
    expect(said()).toHaveLength(2);
  });

  test('what a tool has done is told even if the model is gone', async () => {
    const { reply } = await dialogueWith([
      { calls: [{ name: 'take_message', args: { message: 'Merci.' } }] },
      { fault: 'failed' },
    ]);
    expect(spoken(await reply(hello))).toBe('C’est noté. Je transmets votre message à l’équipe.');
  });

  test('after three seconds of silence a sentence is said, after seven the request is given up, once more and to a person', async () => {
    const { start, pass, model } = await dialogueWith([{ until: never }, { until: never }], {
      clinic: person,
      at: duringHours,
    });
    const told: Told[] = [];
    const reading = (async () => {
      for await (const one of start(hello)) told.push(one);
    })();
    await pass(3_000);
    expect(told).toEqual([{ kind: 'filler', text: 'Merci de patienter un instant.' }]);
    await pass(11_000);
    await reading;
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toEqual(transfer);
    expect(model.aborted).toBe(2);
  });

  test('an answer that never ends is cut', async () => {
    const { start, pass } = await dialogueWith([{ deltas: ['Alors, '], pause: never }]);
    const reading = all(start(hello));
    await pass(20_000);
    expect(spoken(await reading)).toContain('Pouvez-vous répéter');
  });
});

test('an answer whose tools take too long ends with what the last of them said', async () => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  const call = { calls: [{ name: 'take_message', args: { message: 'Rappelez-moi.' } }] };
  const acts = { record: () => slow, messages: async () => [] };
  const { start, pass, model } = await dialogueWith([call], { deps: { acts } });
  const reading = all(start(hello));
  await pass(20_000);
  release();
  const told = await reading;
  expect(told.at(-1)).toEqual({ kind: 'say', text: 'C’est noté. Je transmets votre message à l’équipe.' });
  expect(model.requests).toHaveLength(1);
});

describe('without a model', () => {
  test('the greeting comes first, and after a break nothing is greeted or asked again', async () => {
    const { reply, world, said } = await dialogueWith([]);
    expect(spoken(await reply({ kind: 'begun' }))).toContain('une intelligence artificielle');
    expect(said()).toHaveLength(1);
    const talk = await world.take();
    expect(talk.isResumed).toBe(true);
  });

  test('whoever was cut off before an answer gets it', async () => {
    const world = talkWorld();
    const first = await world.take();
    say(first, 'agent', 'Bonjour.');
    say(first, 'caller', 'Vous fermez quand ?');
    await first.close({ over: false });
    const model = scriptedTextModel({ deltas: ['À midi.'] });
    const never = () => Promise.reject(new Error('nobody is asked'));
    const dialogue = createTextDialogue({
      model,
      modelName: 'm',
      askSupervisor: never,
      clock: world.clock,
      log: world.log,
    });
    const reply = dialogue(await world.take()).reply({ kind: 'begun' }, { signal: new AbortController().signal });
    expect(spoken(await all(reply))).toBe('Nous avons été coupés, je continue. À midi.');
  });

  test('an emergency is asked about before any model, and its script ends with the line on call', async () => {
    const { reply } = await dialogueWith([], { clinic: { emergencyLine: { number: '+12025550172' } } });
    expect(await reply({ kind: 'said', text: 'J’ai une douleur à la poitrine.' })).toEqual([
      { kind: 'say', text: expect.stringContaining('Est-ce que cela se passe') as string, guarded: true },
    ]);
    const told = await reply({ kind: 'said', text: 'Oui.' });
    expect(told).toMatchObject([{ guarded: true }, { ending: { kind: 'transfer', number: '+12025550172' } }]);
  });

  test('silence is asked about twice, then the call ends; a word begins it anew', async () => {
    const { reply } = await dialogueWith([]);
    const reminder: Prompted = { kind: 'reminder' };
    expect(spoken(await reply(reminder))).toBe('Êtes-vous toujours là ?');
    expect(spoken(await reply({ kind: 'unintelligible' }))).toContain('Je vous entends mal');
    expect(spoken(await reply(reminder))).toBe('Êtes-vous toujours là ?');
    expect(spoken(await reply(reminder))).toContain('un peu plus fort');
    expect(await reply(reminder)).toMatchObject([{ kind: 'say' }, { kind: 'ending', ending: { kind: 'hangup' } }]);
  });
});

describe('two agents', () => {
  const two = { talk: { agents: 'two' as const } };
  const asks = { calls: [{ name: 'ask_supervisor', args: { request: 'Un message pour le médecin.' } }] };

  test('the receptionist asks, the supervisor acts, and its sentence is said as it is', async () => {
    const { reply, model, larger, said } = await dialogueWith([asks], {
      ...two,
      supervisor: [
        { calls: [{ name: 'take_message', args: { message: 'Pour le médecin.' } }] },
        { value: { say: 'C’est transmis au médecin.', needs_human: false } },
      ],
    });
    const told = await reply(hello);
    expect(spoken(told)).toBe('C’est transmis au médecin.');
    expect(said().slice(1)).toEqual(['tool: take_message', 'agent: C’est transmis au médecin.']);
    expect(model.requests[0]?.tools.map(({ name }) => name)).toEqual([
      'ask_supervisor',
      'get_clinic_info',
      'list_providers',
      'list_appointment_types',
      'report_emergency',
      'transfer_to_human',
      'take_message',
      'end_call',
    ]);
    expect(larger.requests[0]).toMatchObject({ model: 'large' });
    expect(larger.requests[0]?.tools).toHaveLength(16);
    expect(larger.requests[0]?.items.at(-1)).toMatchObject({
      kind: 'note',
      text: expect.stringContaining('"Un message pour le médecin."') as string,
    });
  });

  test('a receptionist cannot do what it was not given', async () => {
    const { reply, world } = await dialogueWith(
      [{ calls: [{ name: 'book_appointment', args: {} }] }, { deltas: ['Pardon.'] }],
      two,
    );
    expect((await reply(hello))[1]).toMatchObject({ outcome: { code: 'ARGUMENTS_INVALID' } });
    expect(world.appointments()).toEqual([]);
  });

  test('a person the supervisor speaks of is really called', async () => {
    const { reply } = await dialogueWith([asks], {
      ...two,
      clinic: person,
      at: duringHours,
      supervisor: [{ value: { say: 'Je vous passe quelqu’un.', needs_human: true } }],
    });
    const told = await reply(hello);
    expect(told.at(-1)).toEqual(transfer);
    expect(spoken(told)).toContain('Je vous mets en relation avec l’équipe');
  });

  test('a supervisor that calls a person and then hears of a danger leaves it to those on call', async () => {
    const { reply } = await dialogueWith([asks], {
      ...two,
      clinic: { ...person, emergencyLine: { number: '+12025550172' } },
      at: duringHours,
      supervisor: [
        { calls: [{ name: 'transfer_to_human' }, { name: 'report_emergency', args: { happening_now: 'yes' } }] },
        { value: { say: 'Raccrochez et appelez le 112.', needs_human: true } },
      ],
    });
    const ending = { kind: 'transfer', number: '+12025550172' };
    expect((await reply(hello)).at(-1)).toEqual({ kind: 'ending', ending });
  });

  test('where nobody answers the caller hears that, and stays', async () => {
    const { reply } = await dialogueWith([asks], {
      ...two,
      supervisor: [{ value: { say: 'Je vous passe quelqu’un.', needs_human: true } }],
    });
    const told = await reply(hello);
    expect(spoken(told)).toContain('Personne ne peut vous répondre');
    expect(told.at(-1)?.kind).toBe('say');
  });

  test('a supervisor that fails or thinks too long offers a person, unless a tool has done what was asked', async () => {
    const message = { calls: [{ name: 'take_message', args: { message: 'Merci.' } }] };
    const offered = await dialogueWith([asks], { ...two, supervisor: [{ fault: 'busy' }, { fault: 'busy' }] });
    expect(spoken(await offered.reply(hello))).toContain('Voulez-vous parler à une personne');
    const done = await dialogueWith([asks], { ...two, supervisor: [message, { fault: 'timeout' }] });
    expect(spoken(await done.reply(hello))).toContain('C’est noté.');
    const slow = await dialogueWith([asks], { ...two, supervisor: [{ until: never }] });
    const reading = all(slow.start(hello));
    await slow.pass(8_000);
    expect(spoken(await reading)).toBe(
      'Un instant, je regarde.Je suis désolé, je n’arrive pas à le faire pour l’instant. Voulez-vous parler à une personne de l’équipe ?',
    );
    expect(slow.time.pending()).toBe(0);
  });

  test('a supervisor that goes on calling tools is stopped after four rounds', async () => {
    const call = { calls: [{ name: 'list_providers' }] };
    const { reply, larger } = await dialogueWith([asks], { ...two, supervisor: [call, call, call, call] });
    expect(spoken(await reply(hello))).toContain('docteur');
    expect(larger.requests).toHaveLength(4);
  });

  test('whoever interrupts or hangs up before a tool has begun finds nothing done', async () => {
    const { start, wire, world, pass, larger } = await dialogueWith([asks], {
      ...two,
      supervisor: [{ until: never, calls: [{ name: 'take_message', args: { message: 'Merci.' } }] }],
    });
    const reading = all(start(hello));
    await pass(100);
    wire.abort();
    await reading;
    expect(larger.aborted).toBe(1);
    expect(await world.acts.messages(world.clinicId, world.conversationId)).toEqual([]);
  });
});
