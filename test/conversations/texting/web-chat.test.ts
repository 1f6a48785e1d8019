import { randomUUID } from 'node:crypto';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { answerWritten, writtenLimits } from '#domain/conversations/texting/answer-written.ts';
import { mostChats } from '#domain/conversations/texting/begun-chats.ts';
import { mintChatToken, readChatToken } from '#domain/conversations/texting/chat-token.ts';
import { openWritten } from '#domain/conversations/texting/open-written.ts';
import { webConversationId } from '#domain/ids.ts';
import { mostAttemptsOfNetworkPerDay } from '#domain/scheduling/patients/create-identification.ts';
import { answerChat } from '#lambdas/conversations/texting/answer-chat.ts';
import type { HttpRequest } from '#lambdas/http.ts';
import { cotonou, elsewhere } from '../../fakes/conversation.ts';
import { inMemoryDirectory } from '../../fakes/directory.ts';
import { knownSecret } from '../../fakes/secret.ts';
import { scriptedTextModel } from '../../fakes/text-model.ts';
import { inMemoryBegunChats, inMemoryIncoming } from '../../fakes/texts.ts';
import { asDescribed } from '#test/signed-in/as-described.ts';
import { talkWorld } from '../talk/talk-world.ts';

const site = 'https://www.clinique.example';
const key = 'a key of this deployment';

/** The chat of a clinic, as a browser on the clinic's site asks it. */
function world(...answers: Parameters<typeof scriptedTextModel>) {
  const base = talkWorld({ clinic: { texting: { webChat: { origins: [site] } }, languages: ['fr', 'en-US'] } });
  const { clock, log, talks, instructions, deps } = base;
  const model = scriptedTextModel(...answers);
  const chat = answerChat({
    clinicOf: async (slug) => ({ 'clinique-exemple': cotonou, 'autre-clinique': elsewhere })[slug],
    clinics: { profile: async (clinicId) => ({ ...base.clinic, id: clinicId }) },
    directory: inMemoryDirectory({}),
    tokenKey: knownSecret([key]),
    talks,
    open: openWritten({ talks, instructions, clock }),
    answer: answerWritten({
      takeTalk: takeTalk(deps),
      createDialogue: createTextDialogue({
        model,
        modelName: 'text',
        askSupervisor: async () => {
          throw new Error('nobody stands behind whoever writes');
        },
        clock,
        log,
        limits: writtenLimits,
      }),
    }),
    incoming: inMemoryIncoming(clock),
    begunChats: inMemoryBegunChats(),
    apiUrl: 'https://api.clinics.example',
    clock,
    log,
  });
  const ask = async (
    method: string,
    body?: object,
    { token = '', slug = 'clinique-exemple', origin = site, from = '192.0.2.7' } = {},
  ) => {
    const request: HttpRequest = {
      rawBody: Buffer.from(body ? JSON.stringify(body) : ''),
      headers: { ...(origin && { origin }), ...(token && { authorization: `Bearer ${token}` }) },
      pathParameters: { slug },
      query: {},
      route: `${method} /api/chat/{slug}/messages`,
      sourceAddress: from,
      requestId: 'req-1',
    };
    const { status, body: answer, headers } = await chat(request);
    asDescribed(request.route!, { status, body: answer });
    return { status, headers, body: answer as Record<string, never> };
  };
  return { ...base, model, ask, begin: async () => String((await ask('POST', {})).body.token) };
}

test('a visitor is greeted by a machine that says so, answered in order, and finds it all again', async () => {
  const { ask, model } = world({ deltas: ['Oui, jusqu’à 18 h 30.'] });
  const begun = await ask('POST', { language: 'fr' });
  expect(begun).toMatchObject({ status: 201, headers: { 'access-control-allow-origin': site } });
  expect(begun.body.reply).toMatch(/^Bonjour, vous êtes bien à Clinique Exemple\. .*intelligence artificielle/);
  const { token } = begun.body;
  const message = { text: 'Êtes-vous ouverts ce soir ?', messageId: randomUUID() };
  expect(await ask('POST', message, { token })).toMatchObject({
    status: 200,
    body: { reply: 'Oui, jusqu’à 18 h 30.' },
  });
  // Sent again because the answer was lost: answered once.
  expect(await ask('POST', message, { token })).toMatchObject({
    status: 200,
    body: { reply: 'Oui, jusqu’à 18 h 30.' },
  });
  expect(model.requests).toHaveLength(1);
  const { body } = await ask('GET', undefined, { token });
  expect(body.messages).toEqual([
    { by: 'clinic', text: begun.body.reply },
    { by: 'visitor', text: 'Êtes-vous ouverts ce soir ?' },
    { by: 'clinic', text: 'Oui, jusqu’à 18 h 30.' },
  ]);
});

test.each([
  ['en', 'en-US'],
  ['en-GB', 'en-US'],
  ['fr-FR', 'fr'],
])('a visitor who reads %s is answered in %s, whatever region the clinic names', async (language, spoken) => {
  const { body } = await world().ask('POST', { language });
  expect(body.language).toBe(spoken);
  expect(body.reply).toMatch(spoken === 'fr' ? /^Bonjour/ : /^Hello/);
});

test('a token of one clinic opens nothing of another, and no altered, foreign or old one opens anything', async () => {
  const { ask, begin, clock } = world();
  const token = await begin();
  const message = { text: 'Bonjour', messageId: randomUUID() };
  const forged = mintChatToken('another key', { clinicId: cotonou, visitor: randomUUID(), expiresAtMs: 1e15 });
  for (const bad of ['', 'x.y', `${token}x`, forged]) {
    expect(await ask('POST', message, { token: bad })).toMatchObject({ status: 401 });
  }
  expect(await ask('POST', message, { token, slug: 'autre-clinique' })).toMatchObject({ status: 401 });
  expect(await ask('GET', undefined, { token, slug: 'autre-clinique' })).toMatchObject({ status: 401 });
  clock.pass(25 * 60 * 60 * 1000);
  expect(await ask('POST', message, { token })).toMatchObject({ status: 401 });
});

test('pages of other sites may not ask, and what is no message is refused with what to send', async () => {
  const { ask, begin } = world();
  expect(await ask('POST', {}, { origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 });
  expect(await ask('OPTIONS', undefined)).toMatchObject({ status: 204, headers: { vary: 'origin' } });
  const token = await begin();
  for (const bad of [{ text: 'x'.repeat(1_001) }, { text: 'Bonjour' }, { text: 'a', messageId: 'b' }, { other: 1 }]) {
    expect(await ask('POST', bad, { token })).toMatchObject({ status: 400 });
  }
  expect(await ask('POST', {}, { slug: 'nobody' })).toMatchObject({ status: 404 });
});

test('a chat that ended stays over, and says so', async () => {
  const { ask, begin, talks, clock } = world();
  const token = await begin();
  const { visitor } = readChatToken([key], token, clock.now())!;
  await talks.change(cotonou, webConversationId(visitor), (talk) => ({ ...talk, finishedAtMs: clock.now() }));
  const answer = await ask('POST', { text: 'Bonjour', messageId: randomUUID() }, { token });
  expect(answer).toMatchObject({ status: 410, body: { error: { code: 'chat-over' } } });
});

test('who begins chat after chat is held back for an hour, and nobody else with them', async () => {
  const { ask } = world();
  const begin = (from: string, slug?: string) => ask('POST', {}, { from, slug });
  for (let chat = 0; chat < mostChats.ofAddress; chat++) {
    // One network, whichever of its addresses.
    expect(await begin(`2001:db8::${chat}:1`)).toMatchObject({ status: 201 });
  }
  const answer = await begin('2001:0DB8:0:0:9::1');
  expect(answer).toMatchObject({
    status: 429,
    headers: { 'retry-after': '3600', 'access-control-allow-origin': site },
  });
  expect(answer.body.error).toMatchObject({
    code: 'too-many-chats',
    message: expect.stringContaining('appelez-nous au '),
  });
  expect((await ask('POST', { language: 'en' }, { from: '2001:db8::1' })).body.error).toMatchObject({
    message: expect.stringContaining('call us at '),
  });
  expect(await begin('2001:db8:0:1::1')).toMatchObject({ status: 201 });
  expect(await begin('192.0.2.7')).toMatchObject({ status: 201 });
  expect((await begin('2001:db8::1', 'autre-clinique')).status).not.toBe(429);
});

test('whoever tries out dates of birth has no more of them by beginning another chat, though other visitors do', async () => {
  const guess = (day: number) => ({
    calls: [
      {
        name: 'verify_patient',
        args: { patient_name: 'Nour Lagune', date_of_birth: `1958-03-${String(day).padStart(2, '0')}` },
      },
    ],
  });
  const guesses = mostAttemptsOfNetworkPerDay;
  const said = { deltas: ['Un instant.'] };
  const right = {
    calls: [{ name: 'verify_patient', args: { patient_name: 'Nour Lagune', date_of_birth: '1958-08-21' } }],
  };
  const script = [...Array.from({ length: guesses }, (_, at) => guess(at + 1)), right, right];
  const { ask, patients } = world(...script.flatMap((one) => [one, said]));
  const tryOne = async (from: string) => {
    const { token } = (await ask('POST', {}, { from })).body;
    expect(await ask('POST', { text: 'C’est moi.', messageId: randomUUID() }, { token, from })).toMatchObject({
      status: 200,
    });
    return patients.records.at(-1)?.outcome;
  };
  for (let at = 0; at < guesses; at++) expect(await tryOne('192.0.2.7')).toBe('denied');
  const before = patients.records.length;
  await tryOne('192.0.2.7');
  expect(patients.records).toHaveLength(before);
  expect(await tryOne('192.0.2.8')).toBe('success');
});
