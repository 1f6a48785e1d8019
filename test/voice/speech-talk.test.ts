import { soundsLikeEmergency } from '#domain/conversations/emergency-phrases.ts';
import { type EmergencyState, judgeEmergency } from '#domain/conversations/judge-emergency.ts';
import type { Alarm, ToolOutcome } from '#domain/conversations/talk/live-talk.ts';
import { receptionistFunctions } from '#domain/conversations/talk/text/model-functions.ts';
import { turnsPerEpoch } from '#domain/conversations/talk/turns/turn.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { turn } from '../fakes/talk.ts';
import { speechWorld } from './speech-world.ts';

const payload = Buffer.from(Buffer.alloc(160, 1).toString('base64'));
const withHumans = clinicProfile({ humanLine: { number: '+12025550199', hours: { monday: ['00:00-24:00'] } } });
const greeting = 'Clinique Exemple bonjour je suis une machine';
const question = 'Ce que vous dites peut être une urgence. Est-ce que cela se passe en ce moment ?';
const script = 'Raccrochez et appelez le 112.';

/** Danger judged by the rules, where a person takes over or nobody does. */
function judged(number?: string, standing: EmergencyState = { emergency: 'none', judgedUtterances: 0 }) {
  return (heard: string[], nowMs: number): Alarm | undefined => {
    const before = standing;
    standing = judgeEmergency(before, heard, nowMs);
    if (standing.emergency === 'asked') return { say: question };
    if (standing.emergency !== 'active') return undefined;
    if (number) return { say: script, ending: { kind: 'transfer', number } };
    return standing !== before || soundsLikeEmergency(heard.at(-1) ?? '') ? { say: script } : undefined;
  };
}
const asked = (call: { model(): { asked(): unknown[] } }) => call.model().asked().slice(1);

test('the caller is greeted first, and noise does not cut the greeting', async () => {
  const call = speechWorld();
  call.speech.start();
  await call.pass(400);
  call.model().callerStarts();
  await call.pass(200);
  call.model().callerStops('');
  await call.pass(300);
  expect(call.phone.commands).toEqual([]);
  expect(call.model().session).toMatchObject({
    audio: { input: { turn_detection: { create_response: false, interrupt_response: false } } },
  });
  await call.pass(1_000);
  expect(call.model().session).toMatchObject({
    audio: { input: { turn_detection: { create_response: true, interrupt_response: true } } },
  });
  expect(call.talk.said()[0]).toBe(`agent: ${greeting}`);
  expect(call.log.codes()).toContain('voice.first-audio');
});

test('what the caller said over the greeting is answered after it', async () => {
  const call = speechWorld({ answers: [{ say: 'Bien sûr.' }] });
  call.speech.start();
  await call.pass(300);
  call.model().callerSays('Je voudrais un rendez-vous.');
  await call.pass(5_000);
  expect(call.talk.said()).toEqual([`agent: ${greeting}`, 'caller: Je voudrais un rendez-vous.', 'agent: Bien sûr.']);
});

test('early words are kept until the session is confirmed, and arrive in order', async () => {
  const call = speechWorld({ opens: ['hangs'] });
  call.speech.start();
  const frames = Array.from({ length: 100 }, (_, index) => Buffer.alloc(160, index));
  for (const frame of frames) call.speech.heard(Buffer.from(frame.toString('base64')));
  await call.pass(5_000);
  expect(call.model().early).toBe(0);
  expect(call.model().heard.map((frame) => frame[0])).toEqual(frames.map((frame) => frame[0]));
});

test('a caller who breaks in is heard at once, and the model is told how much was heard', async () => {
  const call = speechWorld({ answers: [{ say: 'un deux trois quatre cinq six sept huit neuf dix' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(1_000);
  const spoken = call.phone.played.at(-1)!.byte;
  call.model().callerStarts();
  await call.pass(0);
  expect(call.phone.commands).toEqual(['clear']);
  await call.pass(1_000);
  const [cut] = call.model().of('conversation.item.truncate');
  const heard = call.phone.heardMs(spoken);
  expect(Math.abs((cut!.audio_end_ms as number) - heard)).toBeLessThanOrEqual(20);
  expect(call.model().errors).toEqual([]);
  expect(call.talk.said().at(-1)).toBe('agent: un deux trois quatre—');
  // The vendor's late audio is nobody's.
  expect(call.phone.played.every(({ byte }) => byte !== 119)).toBe(true);
  expect(call.log.codes()).toContain('voice.barge-in');
});

test('a model that has long finished its sentence is told as well what of it was heard', async () => {
  const call = speechWorld({ answers: [{ say: 'un deux trois quatre cinq six sept huit neuf dix' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(700);
  expect(call.phone.remainingMs()).toBeGreaterThan(1_000);
  call.model().callerStarts();
  await call.pass(10);
  expect(call.model().of('conversation.item.truncate')).toHaveLength(1);
  expect(call.model().of('response.cancel')).toEqual([]);
  expect(call.model().errors).toEqual([]);
});

test('a sentence that is only just begun counts as interrupted until it was heard', async () => {
  const call = speechWorld({ answers: [{ say: 'un deux trois quatre cinq six sept huit neuf dix' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(500);
  expect(call.phone.remainingMs()).toBeGreaterThan(1_000);
  expect(call.talk.said().at(-1)).toBe('agent: un deux trois quatre cinq six sept huit neuf dix—');
  await call.pass(2_000);
  expect(call.talk.said().at(-1)).toBe('agent: un deux trois quatre cinq six sept huit neuf dix');
});

test('a sentence whose session dropped stays interrupted, though all that came of it was heard', async () => {
  const call = speechWorld({ answers: [{ say: 'un deux trois quatre cinq six sept huit neuf dix' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(70);
  call.model().drop();
  await call.pass(1_000);
  expect(call.phone.remainingMs()).toBe(0);
  expect(call.talk.said()[2]).toBe('agent: un deux trois quatre—');
});

test('nothing is cleared when nothing plays', async () => {
  const call = speechWorld();
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(20_000);
  expect(call.phone.commands).toEqual([]);
  expect(call.model().of('conversation.item.truncate')).toEqual([]);
});

test('a tool runs beside the audio, one that takes long is covered by a sentence, and one answer follows all outputs', async () => {
  let finish: () => void = () => undefined;
  const call = speechWorld({
    answers: [{ calls: [{ name: 'find_available_times' }, { name: 'get_clinic_info' }] }, { say: 'Jeudi.' }],
    tool: async (name) => {
      if (name === 'find_available_times') await new Promise<void>((resolve) => (finish = resolve));
      return { code: 'OK', say: 'Jeudi.', data: { first: 'jeudi' } };
    },
  });
  await call.greeted();
  call.model().callerSays('Quand ?');
  await call.pass(600);
  expect(call.model().asked()).toEqual([greeting]);
  await call.pass(300);
  expect(call.model().asked()).toEqual([greeting, 'Un instant, je regarde.']);
  finish();
  await call.pass(5_000);
  expect(call.model().asked()).toEqual([greeting, 'Un instant, je regarde.', undefined]);
  const outputs = call
    .model()
    .of('conversation.item.create')
    .map(({ item }) => item as { type: string; output: string });
  expect(outputs.map(({ type }) => type)).toEqual(['function_call_output', 'function_call_output']);
  expect(JSON.parse(outputs[0]!.output)).toEqual({ code: 'OK', say: 'Jeudi.', first: 'jeudi' });
  expect(call.talk.said().slice(-2)).toEqual(['agent: Un instant, je regarde.', 'agent: Jeudi.']);
  expect(call.model().errors).toEqual([]);
});

test('a quick tool is covered by nothing', async () => {
  const call = speechWorld({ answers: [{ calls: [{ name: 'get_clinic_info' }] }, { say: 'Rue des Exemples.' }] });
  await call.greeted();
  call.model().callerSays('Où êtes-vous ?');
  await call.pass(5_000);
  expect(call.model().asked()).toEqual([greeting, undefined]);
});

test('a caller who speaks while a tool runs loses no output and hears one answer', async () => {
  let finish: () => void = () => undefined;
  const call = speechWorld({
    answers: [{ calls: [{ name: 'find_available_times' }] }, { say: 'Jeudi, et oui, le matin.' }],
    tool: async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { code: 'OK', say: 'Jeudi.', data: {} };
    },
  });
  await call.greeted();
  call.model().callerSays('Quand ?');
  await call.pass(200);
  call.model().callerStarts();
  await call.pass(50);
  finish();
  await call.pass(200);
  call.model().callerStops('Le matin de préférence.');
  await call.pass(5_000);
  expect(call.model().of('conversation.item.create')).toHaveLength(1);
  expect(call.model().asked()).toEqual([greeting]);
  expect(call.talk.said().filter((line) => line.startsWith('agent'))).toHaveLength(2);
});

test('a goodbye is heard to its end before the call is ended, and the ending is on record first', async () => {
  const call = speechWorld({
    answers: [{ calls: [{ name: 'end_call' }] }],
    tool: () => ({ code: 'OK', say: 'Merci de votre appel au revoir.', data: {}, ending: { kind: 'hangup' } }),
  });
  await call.greeted();
  call.model().callerSays('Merci, au revoir.');
  await call.pass(500);
  expect(call.talk.endings).toEqual([{ kind: 'hangup' }]);
  expect(call.orders).toEqual([]);
  await call.pass(call.phone.remainingMs() - 10);
  expect(call.orders).toEqual([]);
  await call.pass(100);
  expect(call.orders).toEqual(['hang-up after hangup']);
  expect(call.isOver()).toBe(true);
  expect(call.talk.closed).toEqual([{ over: true }]);
  expect(call.time.pending()).toBe(0);
});

test('a goodbye whose mark never comes back does not hold the line', async () => {
  const call = speechWorld({
    answers: [{ calls: [{ name: 'end_call' }] }],
    tool: () => ({ code: 'OK', say: 'Au revoir.', data: {}, ending: { kind: 'hangup' } }),
  });
  await call.greeted();
  call.model().callerSays('Merci.');
  await call.pass(200);
  call.phone.hush();
  await call.pass(call.phone.remainingMs() + 2_100);
  expect(call.orders).toEqual(['hang-up after hangup']);
});

test('a caller is put through after the sentence, and the talk stays open for what comes of it', async () => {
  const call = speechWorld({
    answers: [{ calls: [{ name: 'transfer_to_human' }] }],
    tool: () => ({
      code: 'OK',
      say: 'Je vous passe l’équipe.',
      data: {},
      ending: { kind: 'transfer', number: '+12025550199' },
    }),
  });
  await call.greeted();
  call.model().callerSays('Une personne, s’il vous plaît.');
  await call.pass(5_000);
  expect(call.orders).toEqual(['go-on after transfer']);
  expect(call.talk.closed).toEqual([{ over: false }]);
});

test.each([
  ['a person, then danger', ['transfer_to_human', 'report_emergency'], '+12025550198'],
  ['danger, then a person', ['report_emergency', 'transfer_to_human'], '+12025550198'],
  ['the goodbye, then danger', ['end_call', 'report_emergency'], '+12025550198'],
  ['the goodbye and danger, nobody on call', ['end_call', 'report_emergency'], undefined],
])('of two ends that one answer asks for, the graver stands: %s', async (_, names, onCall) => {
  const outcomes: Record<string, Pick<ToolOutcome, 'say' | 'ending' | 'emergency'>> = {
    end_call: { say: 'Au revoir.', ending: { kind: 'hangup' } },
    transfer_to_human: { say: 'Je vous passe l’équipe.', ending: { kind: 'transfer', number: '+12025550199' } },
    report_emergency: { say: script, emergency: true, ...(onCall && { ending: { kind: 'transfer', number: onCall } }) },
  };
  const call = speechWorld({
    answers: [{ calls: names.map((name) => ({ name })) }],
    tool: (name) => ({ code: 'OK', data: {}, say: '', ...outcomes[name] }),
  });
  await call.greeted();
  call.model().callerSays('Une personne, vite.');
  await call.pass(5_000);
  expect(call.talk.endings).toEqual(onCall ? [{ kind: 'transfer', number: onCall }] : []);
  expect(asked(call)).toEqual([script]);
  expect(call.talk.said().at(-1)).toBe(`agent: ${script}`);
});

test('when the vendor cannot be told, the stream is closed, so that it asks', async () => {
  const call = speechWorld({
    controls: 'fails',
    answers: [{ calls: [{ name: 'end_call' }] }],
    tool: () => ({ code: 'OK', say: 'Au revoir.', data: {}, ending: { kind: 'hangup' } }),
  });
  await call.greeted();
  call.model().callerSays('Merci.');
  await call.pass(3_000);
  expect(call.phone.isClosed()).toBe(true);
  expect(call.log.codes()).toContain('transfer.failed');
});

test('danger cuts the model off, is answered to the letter, and the caller is put through', async () => {
  const say = 'Raccrochez et appelez le 112.';
  const call = speechWorld({
    answers: [{ say: 'Je comprends je vais voir avec vous ce que nous pouvons faire pour cela' }],
    alarm: (heard) =>
      heard.at(-1)?.includes('poitrine') ? { say, ending: { kind: 'transfer', number: '+12025550198' } } : undefined,
    holdsTranscripts: true,
  });
  await call.greeted();
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(100);
  expect(call.phone.remainingMs()).toBeGreaterThan(0);
  call.model().releaseTranscripts();
  await call.pass(0);
  expect(call.phone.commands).toEqual(['clear']);
  expect(call.model().of('response.cancel')).toHaveLength(1);
  await call.pass(5_000);
  expect(call.model().asked().at(-1)).toBe(say);
  expect(call.talk.said().at(-1)).toBe(`agent: ${say}`);
  expect(call.orders).toEqual(['go-on after transfer']);
});

test('whoever does not answer whether it is happening now is in danger, and is put through', async () => {
  const rules = judged('+12025550198');
  const call = speechWorld({ alarm: (heard) => rules(heard, call.time.now()) });
  await call.greeted();
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(20_000);
  expect(asked(call)).toEqual([question, script]);
  expect(call.orders).toEqual(['go-on after transfer']);
});

test('where nobody takes over, whom to call is the last a caller in danger hears who says no more', async () => {
  const rules = judged();
  const call = speechWorld({ holdsTranscripts: true, alarm: (heard) => rules(heard, call.time.now()) });
  await call.greeted();
  call.model().callerSays('J’ai mal à la poitrine.');
  // The model was quicker than the words.
  await call.pass(1_500);
  call.model().releaseTranscripts();
  await call.pass(60_000);
  expect(asked(call)).toEqual([question, script, script, script]);
  expect(call.orders).toEqual(['hang-up after hangup']);
});

test('a task that goes on with a talk asks again whether it is happening now, before anything else', async () => {
  const before = [turn(1, 0, { speaker: 'agent', text: 'Bonjour.' }), turn(1, 1, { text: 'J’ai mal à la poitrine.' })];
  const rules = judged(undefined, {
    emergency: 'asked',
    judgedUtterances: 1,
    emergencyAskedAtMs: Date.parse('2026-10-05T12:29:58.000Z'),
  });
  const call = speechWorld({ before, alarm: (heard) => rules(heard, call.time.now()) });
  await call.greeted();
  expect(call.model().asked()).toEqual([question]);
  call.model().callerSays('Non.');
  await call.pass(3_000);
  expect(call.talk.said().slice(2)).toEqual([`agent: ${question}`, 'caller: Non.', 'agent: Bien.']);
});

test('a task that goes on with a talk of somebody in danger says so with the model’s voice, and puts them through', async () => {
  const before = [turn(1, 0, { speaker: 'agent', text: question }), turn(1, 1, { text: 'Oui.' })];
  const rules = judged('+12025550198', { emergency: 'active', judgedUtterances: 1 });
  const call = speechWorld({ before, alarm: (heard) => rules(heard, call.time.now()) });
  await call.greeted();
  expect(call.model().asked()).toEqual([script]);
  expect(call.orders).toEqual(['go-on after transfer']);
});

test('whoever speaks of danger over the greeting hears of the recording after it', async () => {
  const unheardNotice = 'Cet appel est enregistré.';
  const rules = judged();
  const call = speechWorld({
    greeting: `${greeting} ${unheardNotice}`,
    unheardNotice,
    alarm: (heard) => rules(heard, call.time.now()),
  });
  call.speech.start();
  await call.pass(300);
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(1_500);
  call.model().callerSays('Non.');
  await call.pass(5_000);
  expect(call.talk.said().slice(-3)).toEqual(['caller: Non.', `agent: ${unheardNotice}`, 'agent: Bien.']);
  expect(call.talk.consents).toEqual(['notice-heard']);
});

test('whoever objects to being recorded is not any further, by whichever task; where nothing is recorded it is only heeded', async () => {
  const refuses = 'Non, je ne veux pas être enregistrée.';
  const recorded = clinicProfile({ voice: { recording: 'notice' } });
  const call = speechWorld({ clinic: recorded, recordingStops: ['fails', 'fails'] });
  await call.greeted();
  for (let time = 1; time <= 2; time++) {
    call.model().callerSays(refuses);
    await call.pass(3_000);
  }
  expect([call.talk.consents, call.orders]).toEqual([['objected'], Array(3).fill('stop recording')]);
  expect(call.log.codes().filter((code) => code.startsWith('recording.'))).toEqual(['recording.stopped']);

  const resumed = speechWorld({ clinic: recorded, before: [turn(1, 0, { text: refuses })] });
  await resumed.greeted();
  expect([resumed.talk.consents, resumed.orders]).toEqual([['objected'], ['stop recording']]);

  const unrecorded = speechWorld();
  await unrecorded.greeted();
  for (const said of ['Je refuse ce rendez-vous.', refuses]) {
    expect(unrecorded.talk.consents).toEqual([]);
    unrecorded.model().callerSays(said);
    await unrecorded.pass(3_000);
  }
  expect([unrecorded.talk.consents, unrecorded.orders]).toEqual([['objected'], []]);
});

test('where callers are asked, who agrees at once is recorded from then on, by whichever task, until they object', async () => {
  const asking = clinicProfile({ voice: { recording: 'explicit' } });
  const call = speechWorld({ clinic: asking, recordingStarts: ['fails'] });
  await call.greeted();
  for (const said of ['Oui, j’accepte.', 'Un détartrage.', 'Je refuse.']) {
    call.model().callerSays(said);
    await call.pass(3_000);
  }
  expect(call.talk.consents).toEqual(['agreed', 'objected']);
  expect(call.orders).toEqual(['start recording', 'start recording', 'stop recording']);
  expect(call.log.codes().filter((code) => code.startsWith('recording.'))).toEqual([
    'recording.begun',
    'recording.stopped',
  ]);

  const resumed = speechWorld({ clinic: asking, before: [turn(1, 0, { text: 'J’accepte.' })] });
  await resumed.greeted();
  expect([resumed.talk.consents, resumed.orders]).toEqual([['agreed'], ['start recording']]);

  const fickle = speechWorld({ clinic: asking, recordingStarts: ['fails'] });
  await fickle.greeted();
  fickle.model().callerSays('J’accepte.');
  while (fickle.orders.length === 0) await fickle.pass(100);
  fickle.model().callerSays('Non, je refuse.');
  await fickle.pass(5_000);
  expect(fickle.orders.at(-1)).toBe('stop recording');
  expect(fickle.orders.filter((order) => order === 'stop recording')).toHaveLength(1);

  const unagreed = speechWorld({ clinic: asking });
  await unagreed.greeted();
  for (const said of ['Bonjour.', 'Un détartrage.', 'J’accepte.', 'Je refuse.']) {
    unagreed.model().callerSays(said);
    await unagreed.pass(3_000);
  }
  expect([unagreed.talk.consents, unagreed.orders]).toEqual([['objected'], []]);
});

test('a function that outlasts an alarm is told to the model alone, and another is answered to the caller', async () => {
  const finish = new Map<string, () => void>();
  const rules = judged();
  const call = speechWorld({
    answers: [
      { calls: [{ name: 'find_available_times' }, { name: 'end_call' }] },
      { calls: [{ name: 'get_clinic_info' }] },
      { say: 'Rue des Exemples.' },
    ],
    tool: async (name) => {
      await new Promise<void>((resolve) => finish.set(name, resolve));
      return { code: 'OK', say: name, data: {}, ...(name === 'end_call' && { ending: { kind: 'hangup' as const } }) };
    },
    alarm: (heard) => rules(heard, call.time.now()),
  });
  await call.greeted();
  call.model().callerSays('Quand ?');
  await call.pass(200);
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(4_000);
  call.model().callerSays('Non.');
  await call.pass(300);
  finish.get('find_available_times')?.();
  await call.pass(50);
  finish.get('get_clinic_info')?.();
  await call.pass(50);
  finish.get('end_call')?.();
  await call.pass(3_000);
  expect(call.talk.said().at(-1)).toBe('agent: Rue des Exemples.');
  expect(asked(call)).toEqual([question, undefined]);
  expect(call.talk.endings).toEqual([]);
});

test('a goodbye that waits for another function is forgotten when there is an alarm', async () => {
  let finish: () => void = () => undefined;
  const rules = judged();
  const call = speechWorld({
    answers: [{ calls: [{ name: 'end_call' }, { name: 'find_available_times' }] }],
    tool: async (name) => {
      if (name === 'end_call') return { code: 'OK', say: 'Au revoir.', data: {}, ending: { kind: 'hangup' } };
      await new Promise<void>((resolve) => (finish = resolve));
      return { code: 'OK', say: name, data: {} };
    },
    alarm: (heard) => rules(heard, call.time.now()),
  });
  await call.greeted();
  call.model().callerSays('Quand ?');
  await call.pass(200);
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(3_000);
  finish();
  await call.pass(3_000);
  expect(asked(call)).toEqual([question]);
  expect(call.talk.endings).toEqual([]);
});

test('an alarm over the goodbye of the longest call is heard, and answered, before the call ends', async () => {
  const rules = judged();
  const call = speechWorld({ maxCallMs: 120_000, alarm: (heard) => rules(heard, call.time.now()) });
  await call.greeted();
  for (let round = 0; call.talk.endings.length === 0; round++) {
    if (round % 12 === 0) call.model().callerSays('Et puis…');
    await call.pass(1_000);
  }
  call.model().callerSays('J’ai mal à la poitrine !');
  await call.pass(5_000);
  expect(asked(call).slice(-1)).toEqual([question]);
  call.model().callerSays('Oui.');
  await call.pass(5_000);
  expect(asked(call).slice(-1)).toEqual([script]);
  expect(call.orders).toEqual([]);
});

test('keys are told as one after a pause, or at once at a hash', async () => {
  const call = speechWorld({ answers: [{ say: 'Noté.' }, { say: 'Noté.' }] });
  await call.greeted();
  for (const key of '514') call.speech.pressed(key);
  await call.pass(1_400);
  expect(call.model().of('conversation.item.create')).toEqual([]);
  await call.pass(3_000);
  for (const key of '12#') call.speech.pressed(key);
  await call.pass(3_000);
  const texts = call
    .model()
    .of('conversation.item.create')
    .map(({ item }) => item);
  expect(texts).toMatchObject([
    { role: 'user', content: [{ type: 'input_text', text: 'Au clavier : 514.' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Au clavier : 12.' }] },
  ]);
  expect(call.talk.said().filter((line) => line === 'agent: Noté.')).toHaveLength(2);
});

test('a silent caller is asked twice, then let go kindly', async () => {
  const call = speechWorld();
  await call.greeted();
  await call.pass(8_000);
  expect(call.model().asked().slice(1)).toEqual(['Êtes-vous toujours là ?']);
  await call.pass(10_000);
  expect(call.model().asked().slice(1)).toHaveLength(2);
  await call.pass(30_000);
  expect(call.orders).toEqual(['hang-up after hangup']);
  expect(call.talk.said().at(-1)).toContain('Au revoir');
});

test('words end the counting of silence', async () => {
  const call = speechWorld();
  await call.greeted();
  await call.pass(19_000);
  call.model().callerSays('Oui, je suis là.');
  await call.pass(19_000);
  expect(call.orders).toEqual([]);
});

test('whoever speaks and cannot be written down is not taken for silent', async () => {
  const call = speechWorld();
  await call.greeted();
  for (let round = 0; round < 4; round++) {
    await call.pass(9_000);
    call.model().callerSays('');
    await call.pass(2_000);
  }
  expect(call.orders).toEqual([]);
});

test('a session that drops is replaced, the new one knows what was said, and the answer that was owed is given', async () => {
  const call = speechWorld({ answers: [{ say: 'À quel nom ?' }, 'silent', { say: 'Merci, Gaspard.' }] });
  await call.greeted();
  call.model().callerSays('Un rendez-vous.');
  await call.pass(3_000);
  call.model().callerSays('Gaspard Loriot.');
  await call.pass(100);
  call.model().drop();
  await call.pass(4_000);
  expect(call.models).toHaveLength(2);
  const told = call
    .model()
    .of('conversation.item.create')
    .map(({ item }) => item as { role: string });
  expect(told.map(({ role }) => role)).toEqual(['assistant', 'user', 'assistant', 'user', 'system']);
  expect(call.talk.said().slice(-2)).toEqual(['caller: Gaspard Loriot.', 'agent: Merci, Gaspard.']);
  expect(call.model().asked()).toEqual([undefined]);
  expect(call.log.codes()).toContain('model.reconnected');
});

test('words that nobody understood before a session dropped are asked for again', async () => {
  const call = speechWorld({ holdsTranscripts: true, answers: ['silent'] });
  await call.greeted();
  call.model().callerSays('Gaspard Loriot.');
  await call.pass(100);
  call.model().drop();
  await call.pass(4_000);
  expect(call.talk.said().at(-1)).toContain('Pouvez-vous répéter');
});

test('a session that drops while the caller listens is replaced without a word', async () => {
  const call = speechWorld();
  await call.greeted();
  call.model().drop();
  await call.pass(3_000);
  expect(call.models).toHaveLength(2);
  expect(call.model().asked()).toEqual([]);
});

test('a model that is slow is covered by one sentence, and given up when it stays silent', async () => {
  const call = speechWorld({ answers: ['silent', { say: 'Me revoilà.' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(2_900);
  expect(call.phone.heardMs(121)).toBe(0);
  await call.pass(1_000);
  expect(call.phone.heardMs(121)).toBeGreaterThan(0);
  await call.pass(6_000);
  expect(call.models).toHaveLength(2);
  expect(call.talk.said().slice(-2)).toEqual(['agent: Un instant, s’il vous plaît.', 'agent: Me revoilà.']);
});

test('when no model can be had, a person takes over where one answers', async () => {
  const call = speechWorld({ clinic: withHumans, opens: ['session', 'fails', 'fails', 'fails'] });
  await call.greeted();
  call.model().drop();
  await call.pass(12_000);
  expect(call.talk.endings).toEqual([{ kind: 'transfer', number: '+12025550199' }]);
  expect(call.talk.said().at(-1)).toContain('Je vous passe l’équipe');
  expect(call.orders).toEqual(['go-on after transfer']);
  expect(call.log.codes()).toContain('voice.fallback');
});

test('when the model dies after the question whether somebody is in danger, those on call take over', async () => {
  const asks = { say: 'Est-ce que cela se passe en ce moment ?' };
  const onCall = '+12025550198';
  const call = speechWorld({
    clinic: withHumans,
    person: onCall,
    alarm: (heard) => (heard.length > 0 ? asks : undefined),
  });
  await call.greeted();
  call.model().callerSays('J’ai très mal à la poitrine.');
  await call.pass(8_000);
  call
    .model()
    .send({ type: 'error', error: { type: 'invalid_request_error', code: 'insufficient_quota', message: '' } });
  await call.pass(10_000);
  expect(call.talk.endings).toEqual([{ kind: 'transfer', number: onCall }]);
});

test('without a person a number is taken to call back', async () => {
  const call = speechWorld({ opens: ['hangs', 'hangs'] });
  call.speech.start();
  await call.pass(20_000);
  expect(call.talk.endings).toEqual([{ kind: 'callback' }]);
  expect(call.orders).toEqual(['go-on after callback']);
  expect(call.time.pending()).toBe(0);
});

test('a model that is misconfigured is not tried again', async () => {
  const call = speechWorld({ opens: ['refused'] });
  call.speech.start();
  await call.pass(10_000);
  expect(call.models).toEqual([]);
  expect(call.log.codes()).toContain('model.misconfigured');
  expect(call.talk.endings).toEqual([{ kind: 'callback' }]);
});

test('a session that does not confirm µ-law never hears or says a word', async () => {
  const call = speechWorld({ confirms: 'audio/pcm' });
  call.speech.start();
  call.speech.heard(payload);
  await call.pass(10_000);
  expect(call.models[0]!.heard).toEqual([]);
  expect(call.models[0]!.asked()).toEqual([]);
  expect(call.phone.played.every(({ byte }) => byte > 120)).toBe(true);
  expect(call.log.codes()).toContain('model.misconfigured');
});

test('a response that fails is asked for once more, then a person is', async () => {
  const call = speechWorld({ answers: ['fails', { say: 'Bonjour.' }, 'fails', 'fails'] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(4_000);
  expect(call.talk.said().at(-1)).toBe('agent: Bonjour.');
  call.model().callerSays('Allô ?');
  await call.pass(10_000);
  expect(call.talk.endings).toEqual([{ kind: 'callback' }]);
});

test('a talk that was cut off goes on without a greeting, and what was asked is answered', async () => {
  const before = [turn(1, 0, { speaker: 'agent', text: 'À quel nom ?' }), turn(1, 1, { text: 'Odile Pervenche.' })];
  const call = speechWorld({ before, answers: [{ say: 'Merci, Odile.' }] });
  await call.greeted();
  await call.pass(4_000);
  expect(call.talk.said().slice(2)).toEqual([
    'agent: Excusez-moi, la ligne a été coupée un instant. Nous pouvons continuer.',
    'agent: Merci, Odile.',
  ]);
});

test('a caller whom the line itself has asked something is not told that it was cut off, but listened to', async () => {
  const asked = turn(1, turnsPerEpoch - 1, { speaker: 'agent', text: 'Voulez-vous laisser un message ?' });
  const call = speechWorld({ before: [turn(1, 0), asked], answers: [{ say: 'Je le note.' }] });
  await call.greeted();
  expect(call.model().asked()).toEqual([]);
  await call.pass(4_000);
  expect(call.model().asked()).toEqual(['Êtes-vous toujours là ?']);
  call.model().callerSays('Oui, volontiers.');
  await call.pass(3_000);
  expect(call.talk.said().at(-1)).toBe('agent: Je le note.');
});

test('in a clinic with two agents the one on the line asks the other', async () => {
  const asked: string[] = [];
  const call = speechWorld({
    agents: 'two',
    answers: [{ calls: [{ name: 'ask_supervisor', args: { request: 'Un rendez-vous jeudi' } }] }, { say: 'Jeudi.' }],
    askSupervisor: async (_, request) => {
      asked.push(request);
      return { say: 'Jeudi à dix heures.', needsHuman: false };
    },
  });
  await call.greeted();
  call.model().callerSays('Jeudi ?');
  await call.pass(3_000);
  expect(asked).toEqual(['Un rendez-vous jeudi']);
  // In the words in which models of text are told of it.
  const { name, description, parameters } = receptionistFunctions([], 'fr')[0]!;
  expect((call.model().session!.tools as object[])[0]).toEqual({ type: 'function', name, description, parameters });
  expect(call.talk.ran).toEqual([]);
});

test.each(['breaks in', 'hangs up'])('the one behind begins nothing more for a caller who %s', async (how) => {
  let stopped: AbortSignal | undefined;
  const call = speechWorld({
    agents: 'two',
    answers: [{ calls: [{ name: 'ask_supervisor', args: { request: 'Jeudi à dix heures' } }] }, { say: 'Bien, onze.' }],
    askSupervisor: (_talk, _request, _callId, { signal }) =>
      new Promise((_, reject) => {
        stopped = signal;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
  });
  await call.greeted();
  call.model().callerSays('Dix heures.');
  await call.pass(500);
  expect(stopped?.aborted).toBe(false);
  if (how === 'breaks in') call.model().callerStarts();
  else call.ended('hung-up');
  await call.pass(0);
  expect(stopped?.aborted).toBe(true);
  expect(call.log.codes()).not.toContain('tool.failed');
  if (how === 'hangs up') return expect(call.isOver()).toBe(true);
  call.model().callerStops('Non, onze !');
  await call.pass(2_000);
  const outputs = call.model().of('conversation.item.create');
  expect(outputs).toMatchObject([{ item: { output: expect.stringContaining('INTERRUPTED') as string } }]);
  expect(call.talk.said().slice(-2)).toEqual(['caller: Non, onze !', 'agent: Bien, onze.']);
});

test('a caller who hangs up is heard to the last word, and nothing is left open', async () => {
  const call = speechWorld({ holdsTranscripts: true });
  await call.greeted();
  call.model().callerSays('C’est tout.');
  await call.pass(100);
  call.ended('hung-up');
  await call.pass(1_000);
  expect(call.isOver()).toBe(false);
  call.model().releaseTranscripts();
  await call.pass(10);
  expect(call.isOver()).toBe(true);
  expect(call.talk.said()).toContain('caller: C’est tout.');
  expect(call.sockets.every((socket) => !socket.isOpen())).toBe(true);
  await call.pass(1_000);
  expect(call.time.pending()).toBe(0);
});

test('a caller who hangs up in mid-sentence is heard that far', async () => {
  const call = speechWorld();
  await call.greeted();
  call.model().callerStarts();
  await call.pass(300);
  call.ended('hung-up');
  await call.pass(50);
  expect(call.talk.said().at(-1)).toBe('caller: au revoir');
  expect(call.isOver()).toBe(true);
});

test('words that never come are waited for three seconds', async () => {
  const call = speechWorld({ holdsTranscripts: true });
  await call.greeted();
  call.model().callerSays('C’est tout.');
  await call.pass(100);
  call.ended('hung-up');
  await call.pass(2_900);
  expect(call.isOver()).toBe(false);
  await call.pass(200);
  expect(call.isOver()).toBe(true);
});

test('a broken line leaves the talk open for whoever goes on', async () => {
  const call = speechWorld();
  await call.greeted();
  call.ended('broken');
  await call.pass(10);
  expect(call.talk.closed).toEqual([{ over: false }]);
});

test('a talk is handed over between two sentences', async () => {
  const call = speechWorld({ answers: [{ say: 'un deux trois quatre cinq six' }] });
  await call.greeted();
  call.model().callerSays('Bonjour.');
  await call.pass(300);
  call.speech.handOver();
  await call.pass(500);
  expect(call.phone.isClosed()).toBe(false);
  await call.pass(1_000);
  expect(call.phone.isClosed()).toBe(true);
  expect(call.talk.closed).toEqual([{ over: false }]);
  expect(call.talk.endings).toEqual([]);
});

test('whoever loses the talk to another task falls silent', async () => {
  const call = speechWorld();
  call.speech.start();
  await call.pass(100);
  call.talk.lose();
  await call.pass(10);
  expect(call.phone.commands).toEqual(['clear', 'close']);
  expect(call.talk.closed).toEqual([{ over: false }]);
});

test('a call for which there is no room goes where somebody answers', async () => {
  const call = speechWorld({ clinic: withHumans });
  call.speech.refuse();
  await call.pass(5_000);
  expect(call.models).toEqual([]);
  expect(call.talk.endings).toEqual([{ kind: 'transfer', number: '+12025550199' }]);
  expect(call.orders).toEqual(['go-on after transfer']);
});

test('a call that changes hands is no longer for it, nor is one that an alarm has kept from ending', async () => {
  const before = [turn(1, 0, { speaker: 'agent', text: 'Bonjour.' })];
  const openedAtMs = Date.parse('2026-10-05T12:30:00.000Z') - 3_600_000;
  const resumed = speechWorld({ before, openedAtMs });
  resumed.speech.start();
  await resumed.pass(30_000);
  expect(resumed.orders).toEqual(['hang-up after hangup']);

  const call = speechWorld({
    maxCallMs: 180_000,
    answers: [{ calls: [{ name: 'end_call' }] }],
    tool: () => ({ code: 'OK', say: 'Merci de votre appel et au revoir.', data: {}, ending: { kind: 'hangup' } }),
    alarm: (heard) => (heard.at(-1)?.includes('poitrine') ? { say: 'Est-ce en ce moment ?' } : undefined),
  });
  await call.greeted();
  call.model().callerSays('Au revoir.');
  await call.pass(500);
  call.model().callerSays('J’ai mal à la poitrine.');
  await call.pass(5_000);
  expect(call.talk.said().at(-1)).toBe('agent: Est-ce en ce moment ?');
  expect(call.orders).toEqual([]);
  for (let round = 0; round < 12; round++) {
    call.model().callerSays('Non.');
    await call.pass(12_000);
  }
  expect(call.orders).toHaveLength(1);
  expect(call.talk.said().at(-1)).toContain('durée maximale');
});

test('a call that would be too long goes to whoever answers now', async () => {
  const onCall = '+12025550198';
  const call = speechWorld({ maxCallMs: 120_000, person: onCall, clinic: withHumans });
  await call.greeted();
  for (let minute = 0; minute < 5; minute++) {
    call.model().callerSays('Et puis…');
    await call.pass(12_000);
  }
  expect(call.talk.endings).toEqual([{ kind: 'transfer', number: onCall }]);
});

test('a call that would be too long is ended with a word', async () => {
  const call = speechWorld({ maxCallMs: 120_000 });
  await call.greeted();
  for (let minute = 0; minute < 5; minute++) {
    call.model().callerSays('Et puis…');
    await call.pass(12_000);
  }
  expect(call.talk.said().at(-1)).toContain('durée maximale');
  expect(call.orders).toEqual(['hang-up after hangup']);
});
