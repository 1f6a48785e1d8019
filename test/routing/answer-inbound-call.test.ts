import Retell from 'retell-sdk';
import { answerInboundCall } from '#lambdas/routing/answer-inbound-call.ts';
import type { HttpAnswer } from '#lambdas/http.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicId } from '#domain/ids.ts';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryDirectory, type Mapping } from '../fakes/directory.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';
import { rememberedLog } from '../fakes/log.ts';
import { knownSecret } from '../fakes/secret.ts';

const key = 'key_current';
const toNumber = '+12025550142';
const ring = (changes: object = {}) => ({
  event: 'call_inbound',
  call_inbound: { call_id: 'call_1', from_number: '+12025550117', to_number: toNumber, ...changes },
});

function world({
  mapping = { numbers: { [toNumber]: cotonou } } as Mapping,
  profiles = [clinicProfile()] as ClinicProfile[],
  unroutedCalls = 'generic' as 'generic' | 'reject',
  ownKeys = {} as Record<ClinicId, string>,
} = {}) {
  const start = Date.parse('2026-10-05T12:30:00.000Z');
  let passed = 0;
  const inbox = inMemoryInbox();
  const log = rememberedLog();
  const directory = inMemoryDirectory(mapping);
  let down = false;
  const clock = { now: () => start + passed };
  const unavailable = async () => {
    throw new Error('the table does not answer');
  };
  const handler = answerInboundCall({
    retellKey: knownSecret([key], ['key_new', key]),
    clinicKeys: knownClinicKeys(ownKeys),
    bindingKey: knownSecret(['binding']),
    directory: { ...directory, find: (...question) => (down ? unavailable() : directory.find(...question)) },
    clinics: {
      profile: async (clinicId: ClinicId) => (down ? unavailable() : profiles.find(({ id }) => id === clinicId)),
      disableRecipient: async () => ({ outcome: 'no-such-recipient' }),
    },
    inbox,
    clock,
    log,
    unroutedCalls,
  });
  return {
    inbox,
    log,
    pass: (ms: number) => (passed += ms),
    breakTables: () => (down = true),
    async rings(
      body: unknown = ring(),
      {
        signingKey = key,
        clinicId = undefined as string | undefined,
        signature = undefined as string | undefined,
      } = {},
    ): Promise<HttpAnswer> {
      const raw = typeof body === 'string' ? body : JSON.stringify(body);
      // The vendor's own signing stamps the real time; the handler's clock stands elsewhere, so it is stamped here.
      const { createHmac } = await import('node:crypto');
      const stamp = String(clock.now());
      const digest = createHmac('sha256', signingKey)
        .update(raw + stamp)
        .digest('hex');
      return handler({
        rawBody: Buffer.from(raw),
        headers: { 'x-retell-signature': signature ?? `v=${stamp},d=${digest}` },
        pathParameters: { clinicId },
        query: {},
        requestId: 'req-1',
      });
    },
  };
}

type Reply = {
  call_inbound: {
    reject?: boolean;
    dynamic_variables: Record<string, unknown>;
    metadata?: Record<string, string>;
    override_agent_id?: string;
  };
};
const reply = (answer: HttpAnswer) => (answer.body as Reply).call_inbound;

test('a ringing number is answered with its clinic’s variables, in its language, all text', async () => {
  const answer = await world().rings();
  expect(answer.status).toBe(200);
  const { dynamic_variables: variables } = reply(answer);
  expect(variables).toEqual({
    clinic_id: cotonou,
    clinic_name: 'Clinique Exemple',
    clinic_address: '12 rue des Exemples, Cotonou',
    clinic_phone: toNumber,
    available_doctors: '1. le docteur Koffi Exemple, médecine générale\n2. le docteur Awa Modèle, pédiatrie',
    business_hours:
      'du lundi au vendredi, de 8 heures à 12 heures 30 et de 15 heures à 18 heures 30 ; le samedi, de 9 heures à midi ; fermé le dimanche',
    open_now: 'false',
    today: 'lundi 5 octobre 2026',
    language: 'fr',
    greeting:
      'Bonjour, vous êtes bien à Clinique Exemple. Je suis l’assistant vocal automatique de la clinique, une intelligence artificielle. Que puis-je faire pour vous ?',
    emergency_numbers: '112 ou 118',
    call_purpose: 'inbound',
  });
});

test('the binding in the metadata proves the clinic for this call and no other', async () => {
  const { metadata } = reply(await world().rings());
  expect(metadata?.clinic_id).toBe(cotonou);
  const read = (providerId: string, clinicNumber = toNumber) =>
    readBinding(['other', 'binding'], metadata?.clinic_binding, { clinicNumber, providerId });
  expect(read('call_1')).toBe(cotonou);
  expect(read('call_2')).toBeUndefined();
  expect(read('call_1', '+12025550199')).toBeUndefined();
  expect(
    readBinding(['wrong'], metadata?.clinic_binding, { clinicNumber: toNumber, providerId: 'call_1' }),
  ).toBeUndefined();
});

test('a clinic with its own agent gets it; a shared agent is told the language instead', async () => {
  expect(reply(await world().rings())).toMatchObject({
    agent_override: { agent: { language: 'fr-FR', timezone: 'Africa/Porto-Novo' } },
  });
  const own = clinicProfile({ agents: [{ provider: 'retell', id: 'agent_own000000001', kind: 'dedicated' }] });
  const answer = reply(await world({ profiles: [own] }).rings());
  expect(answer.override_agent_id).toBe('agent_own000000001');
  expect(answer).not.toHaveProperty('agent_override');
});

test('the older top-level keys are not sent', async () => {
  expect(Object.keys((await world().rings()).body as object)).toEqual(['call_inbound']);
});

test('the language of the number wins over the clinic’s', async () => {
  const mapping: Mapping = { numbers: { [toNumber]: cotonou }, languages: { [toNumber]: 'en' } };
  expect(reply(await world({ mapping }).rings()).dynamic_variables).toMatchObject({
    language: 'en',
    open_now: 'false',
    today: 'Monday, October 5, 2026',
  });
});

test.each([
  ['no signature', { signature: '' }],
  ['another key', { signingKey: 'key_wrong' }],
  ['a stale signature', { signature: `v=1,d=${'0'.repeat(64)}` }],
])('%s: 401 with nothing in it, nothing stored', async (_, options) => {
  const here = world();
  expect(await here.rings(ring(), options)).toEqual({ status: 401 });
  expect(here.inbox.events.size).toBe(0);
});

test('a key put in a moment ago is taken up at once', async () => {
  expect((await world().rings(ring(), { signingKey: 'key_new' })).status).toBe(200);
});

test('a path that names the right clinic is fine; another clinic or a slug is quarantined and answered safely', async () => {
  expect(reply(await world().rings(ring(), { clinicId: cotonou })).dynamic_variables.clinic_id).toBe(cotonou);
  for (const clinicId of [elsewhere, 'clinique-exemple']) {
    const here = world({ profiles: [clinicProfile(), clinicProfile({ id: elsewhere })] });
    const answer = await here.rings(ring(), { clinicId });
    expect(answer.status).toBe(200);
    expect(reply(answer).dynamic_variables).toMatchObject({ clinic_id: '', clinic_name: 'the clinic' });
    expect(reply(answer).metadata).toBeUndefined();
    expect([...here.inbox.events.values()]).toMatchObject([{ event: { state: 'quarantined', reason: 'conflict' } }]);
  }
});

test.each<[string, Mapping, Partial<Parameters<typeof clinicProfile>[0]>, string]>([
  ['an unknown number', { numbers: {} }, {}, 'unknown_number'],
  ['a number given back', { numbers: { [toNumber]: 'released' } }, {}, 'inactive_number'],
  ['a suspended clinic', { numbers: { [toNumber]: cotonou } }, { status: 'suspended' }, 'clinic_suspended'],
  ['an inactive clinic', { numbers: { [toNumber]: cotonou } }, { status: 'inactive' }, 'clinic_suspended'],
  [
    'another clinic’s own agent',
    { numbers: { [toNumber]: cotonou }, dedicatedAgents: { agent_other000001: elsewhere } },
    {},
    'conflict',
  ],
])('%s: a safe answer without a clinic, quarantined, or a refusal by setting', async (_, mapping, changes, reason) => {
  const body = ring({ agent_id: 'agent_other000001' });
  const here = world({ mapping, profiles: [clinicProfile(changes)] });
  const answer = await here.rings(body);
  expect(answer.status).toBe(200);
  const { dynamic_variables: variables } = reply(answer);
  expect(Object.values(variables).every((value) => typeof value === 'string')).toBe(true);
  expect(variables).toMatchObject({ clinic_id: '', clinic_name: 'the clinic', open_now: 'unknown' });
  expect(JSON.stringify(answer.body)).not.toContain('Exemple');
  expect([...here.inbox.events.values()]).toMatchObject([
    { event: { state: 'quarantined', reason, maskedNumber: '+1202*****42' } },
  ]);
  const refusing = world({ mapping, profiles: [clinicProfile(changes)], unroutedCalls: 'reject' });
  expect((await refusing.rings(body)).body).toEqual({ call_inbound: { reject: true } });
});

test('tables that do not answer: the last good profile for a minute, then the safe answer, never another clinic', async () => {
  const here = world();
  await here.rings();
  here.breakTables();
  here.pass(60_000);
  expect(reply(await here.rings()).dynamic_variables.clinic_name).toBe('Clinique Exemple');
  expect(here.log.codes()).toContain('ring.stale-profile');
  expect(reply(await here.rings(ring({ to_number: '+12025550143' }))).dynamic_variables.clinic_id).toBe('');
  expect(reply(await here.rings(ring(), { clinicId: elsewhere })).dynamic_variables.clinic_id).toBe('');
  expect(reply(await here.rings(ring(), { clinicId: cotonou })).dynamic_variables.clinic_id).toBe(cotonou);
  here.pass(1);
  expect(reply(await here.rings()).dynamic_variables).toMatchObject({ clinic_id: '', clinic_name: 'the clinic' });
  expect(here.log.codes()).toContain('ring.safe-answer');
});

test('a number moved away is not remembered for its former clinic', async () => {
  const mapping: Mapping = { numbers: { [toNumber]: cotonou } };
  const here = world({ mapping });
  await here.rings();
  mapping.numbers = { [toNumber]: 'released' };
  await here.rings();
  here.breakTables();
  expect(reply(await here.rings()).dynamic_variables.clinic_id).toBe('');
});

test('a message that opens a chat is answered under its own name', async () => {
  const chat = { event: 'chat_inbound', chat_inbound: { from_number: '+12025550117', to_number: toNumber } };
  const { body } = await world().rings(chat);
  expect(body).toMatchObject({ chat_inbound: { dynamic_variables: { clinic_id: cotonou } } });
  expect((body as { chat_inbound: object }).chat_inbound).not.toHaveProperty('agent_override');
});

test('authentic bytes that are no ring get a clear 400 and are kept', async () => {
  const here = world();
  for (const body of ['{"event":', { event: 'call_started' }, ring({ to_number: '' })]) {
    expect(await here.rings(body)).toMatchObject({ status: 400, body: { error: { code: 'unreadable-event' } } });
  }
  expect([...here.inbox.events.values()].map(({ event }) => event.state)).toEqual(['poison', 'poison', 'poison']);
});

test('a happy ring writes nothing, and no log line tells a number or a name', async () => {
  const here = world();
  await here.rings();
  expect(here.inbox.events.size).toBe(0);
  expect(JSON.stringify(here.log.entries)).not.toMatch(/2025550|Exemple/);
});

test('the vendor’s SDK and this door agree on what a signature is', async () => {
  const raw = JSON.stringify(ring());
  expect(await Retell.verify(raw, key, await Retell.sign(raw, key))).toBe(true);
});

test('a clinic’s own account rings for its own number, and for no other’s', async () => {
  const ownKeys = { [cotonou]: 'key_of_the_clinic' };
  const own = await world({ ownKeys }).rings(ring(), { signingKey: 'key_of_the_clinic' });
  expect(reply(own).dynamic_variables.clinic_id).toBe(cotonou);
  const others = world({ ownKeys, mapping: { numbers: { [toNumber]: elsewhere } } });
  expect(reply(await others.rings(ring(), { signingKey: 'key_of_the_clinic' })).dynamic_variables.clinic_id).toBe('');
  expect([...others.inbox.events.values()].map(({ event }) => event.reason)).toEqual(['conflict']);
});
