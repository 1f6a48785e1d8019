import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { ToolContext, ToolResult } from '#domain/conversations/tools/tool.ts';
import { toolWords } from '#domain/conversations/words/words.ts';
import type { ClinicId } from '#domain/ids.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { runTool } from '#lambdas/conversations/run-tool.ts';
import type { HttpAnswer } from '#lambdas/http.ts';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { aCallId, aConversationId, conversation, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryConversations } from '../fakes/conversations.ts';
import { inMemoryDirectory, type Mapping } from '../fakes/directory.ts';
import { rememberedLog } from '../fakes/log.ts';
import { knownSecret } from '../fakes/secret.ts';

const key = 'key_current';
const toNumber = '+12025550142';
const sample = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/retell/function-${name}-request.json`, import.meta.url));

const aCall = (changes: object = {}) => ({
  call_id: aCallId,
  call_type: 'phone_call',
  direction: 'inbound',
  from_number: '+12025550117',
  to_number: toNumber,
  call_status: 'ongoing',
  start_timestamp: Date.parse('2026-10-05T12:28:00.000Z'),
  transcript: 'Agent: Bonjour.\nUser: Bonjour, je voudrais\nun rendez-vous.\n',
  ...changes,
});
const envelope = (changes: { name?: string; args?: object; call?: object } = {}) => ({
  name: 'find_available_times',
  call: aCall(),
  args: { date: '2026-10-13' },
  ...changes,
});

type Ran = { tool: string; args: unknown; context: ToolContext; callerUtterances: readonly string[] };

function world({
  mapping = { numbers: { [toNumber]: cotonou } } as Mapping,
  profiles = [clinicProfile(), clinicProfile({ id: elsewhere, slug: 'autre-clinique' })] as ClinicProfile[],
  result = async (): Promise<ToolResult> => ({ code: 'OK', say: 'C’est noté.', data: { booked: true } }),
  find = undefined as ClinicDirectory['find'] | undefined,
  patienceMs = undefined as number | undefined,
  conversationsFail = false,
  ownKeys = {} as Record<ClinicId, string>,
} = {}) {
  const clock = standingClock();
  const log = rememberedLog();
  const conversations = inMemoryConversations();
  const directory = inMemoryDirectory(mapping);
  const ran: Ran[] = [];
  const handler = runTool({
    retellKey: knownSecret([key]),
    clinicKeys: knownClinicKeys(ownKeys),
    bindingKey: knownSecret(['binding']),
    directory: { ...directory, ...(find && { find }) },
    clinics: { profile: async (clinicId: ClinicId) => profiles.find(({ id }) => id === clinicId) },
    conversations: conversationsFail
      ? { ...conversations, change: () => Promise.reject(new Error('the table does not answer')) }
      : conversations,
    run: async (tool, args, context, callerUtterances) => {
      ran.push({ tool, args, context, callerUtterances });
      return result();
    },
    clock,
    log,
    patienceMs,
  });
  return {
    clock,
    log,
    conversations,
    directory,
    ran,
    async ask(
      body: unknown = envelope(),
      { tool = 'find_available_times', signingKey = key, stampedAt = clock.now() } = {},
    ): Promise<HttpAnswer> {
      const rawBody = Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const digest = createHmac('sha256', signingKey).update(rawBody).update(String(stampedAt)).digest('hex');
      const headers = { 'x-retell-signature': `v=${stampedAt},d=${digest}` };
      return handler({ rawBody, headers, pathParameters: { tool }, query: {}, requestId: 'req-1' });
    },
  };
}

const french = toolWords.fr;
const neutral = {
  fr: 'Je ne peux pas consulter l’agenda en ce moment. Merci de rappeler la clinique un peu plus tard.',
  en: "I can't look into the schedule right now. Please call the clinic again a little later.",
};

test('a tool runs for the clinic and the caller of the signed call, and answers flat', async () => {
  const here = world();
  const answer = await here.ask();
  expect(answer).toEqual({ status: 200, body: { code: 'OK', say: 'C’est noté.', booked: true } });
  expect(here.ran).toMatchObject([
    {
      tool: 'find_available_times',
      args: { date: '2026-10-13' },
      context: {
        clinic: { id: cotonou },
        conversation: { conversationId: aConversationId, channel: 'voice', fromNumber: '+12025550117', acts: [] },
        language: 'fr',
        requester: {
          kind: 'agent',
          holder: aConversationId,
          conversationId: aConversationId,
          callerNumber: '+12025550117',
          actor: { actorType: 'agent', actorId: aConversationId, requestId: 'req-1' },
        },
      },
      callerUtterances: ['Bonjour, je voudrais\nun rendez-vous.'],
    },
  ]);
});

describe('who may ask', () => {
  test.each([
    ['another key', { signingKey: 'key_of_another_clinic' }],
    ['a signature of five minutes and a millisecond ago', { stampedAt: Date.parse('2026-10-05T12:24:59.999Z') }],
  ])('with %s: 401, nothing is run and no clinic touched', async (_, options) => {
    const here = world();
    expect(await here.ask(envelope(), options)).toEqual({ status: 401 });
    expect(here.ran).toEqual([]);
    expect(here.conversations.all()).toEqual([]);
    expect(here.directory.sessions.size).toBe(0);
  });

  test('a body over two megabytes is refused before it is looked at', async () => {
    expect(await world().ask(Buffer.alloc(2_000_001, 'x'))).toMatchObject({ status: 413 });
  });
});

describe('which clinic it is', () => {
  test('our binding, then the number; a clinic of an argument never', async () => {
    const bound = mintBinding('binding', cotonou, { clinicNumber: '', providerId: aCallId }, 0);
    const web = aCall({ call_type: 'web_call', from_number: undefined, to_number: undefined, direction: undefined });
    const here = world({ mapping: {} });
    await here.ask(envelope({ call: { ...web, metadata: { clinic_binding: bound } }, args: { clinic_id: cotonou } }));
    expect(here.ran).toMatchObject([
      { args: {}, context: { clinic: { id: cotonou }, conversation: { channel: 'web' } } },
    ]);
    expect(here.ran[0]?.context.requester.callerNumber).toBeUndefined();
    expect(here.directory.sessions.get(aConversationId)).toMatchObject({ clinicId: cotonou, routedBy: 'binding' });
  });

  test.each([elsewhere, 'clinique-exemple', '{{clinic_id}} 7', 7, ['a']])(
    'a clinic_id of %j is another clinic’s: nothing is done, and somebody is told',
    async (clinic_id) => {
      const here = world();
      const { body } = await here.ask(envelope({ args: { clinic_id, date: '2026-10-13' } }));
      expect(body).toEqual({ code: 'TENANT_MISMATCH', say: french.codes.TENANT_MISMATCH });
      expect(here.ran).toEqual([]);
      expect(here.conversations.all()).toEqual([]);
      const tool = 'find_available_times';
      const fields = { requestId: 'req-1', tool, conversationId: aConversationId, clinicId: cotonou };
      expect(here.log.entries).toEqual([{ code: 'tool.tenant-mismatch', fields }]);
    },
  );

  test.each([cotonou, '', ' ', '{{clinic_id}} ', null, undefined])(
    'a clinic_id of %j is no contradiction',
    async (id) => {
      const here = world();
      await here.ask(envelope({ args: { clinic_id: id, date: '2026-10-13' } }));
      expect(here.ran).toMatchObject([{ args: { date: '2026-10-13' } }]);
      expect(here.ran[0]?.args).not.toHaveProperty('clinic_id');
    },
  );

  test.each([
    ['of an unknown number', { mapping: {} }, 'unknown_number'],
    [
      'of a number that was given up',
      { mapping: { numbers: { [toNumber]: 'released' } } as Mapping },
      'inactive_number',
    ],
    ['to a suspended clinic', { profiles: [clinicProfile({ status: 'suspended' })] }, 'clinic_suspended'],
  ])('a call %s hears a neutral sentence, and operators why', async (_, options, reason) => {
    const here = world(options);
    expect(await here.ask()).toEqual({ status: 200, body: { code: 'RETRY_LATER', say: neutral.en } });
    expect(here.ran).toEqual([]);
    expect(here.conversations.all()).toEqual([]);
    expect(here.log.entries).toMatchObject([
      { code: 'tool.unrouted', fields: { reason, tool: 'find_available_times' } },
    ]);
  });

  test('a call that was under way when its clinic was suspended changes nothing at it any more', async () => {
    const here = world({ profiles: [clinicProfile({ status: 'suspended' })] });
    here.directory.sessions.set(aConversationId, { clinicId: cotonou, routedBy: 'number' });
    expect((await here.ask()).body).toMatchObject({ code: 'RETRY_LATER' });
    expect(here.ran).toEqual([]);
    expect(here.log.entries).toMatchObject([{ code: 'tool.unrouted', fields: { reason: 'clinic_suspended' } }]);
  });

  test('a conversation that is bound to one clinic never runs a tool of another', async () => {
    const here = world();
    here.directory.sessions.set(aConversationId, { clinicId: elsewhere, routedBy: 'number' });
    expect((await here.ask()).body).toMatchObject({ code: 'RETRY_LATER' });
    expect(here.ran).toEqual([]);
    expect(here.log.entries).toMatchObject([{ code: 'tool.unrouted', fields: { reason: 'conflict' } }]);
  });

  test('arguments without their call belong to nobody, whatever clinic they name', async () => {
    const here = world();
    const answer = await here.ask(sample('args_at_root'));
    expect(answer).toEqual({ status: 200, body: { code: 'RETRY_LATER', say: `${neutral.fr} ${neutral.en}` } });
    expect(here.ran).toEqual([]);
    expect(here.directory.sessions.size).toBe(0);
    expect(here.log.entries).toMatchObject([{ code: 'tool.unrouted', fields: { reason: 'args-at-root' } }]);
  });
});

test('the vendor’s own samples are read: words, language and number', async () => {
  const mapping: Mapping = { numbers: { '+15555550142': cotonou } };
  const here = world({ mapping });
  const body = JSON.parse(sample('book_appointment').toString()) as { args: { clinic_id?: string } };
  delete body.args.clinic_id;
  expect(await here.ask(body, { tool: 'book_appointment' })).toMatchObject({ status: 200, body: { code: 'OK' } });
  expect(here.ran).toMatchObject([
    {
      context: {
        language: 'fr',
        requester: { callerNumber: '+15555550117' },
      },
      callerUtterances: [
        'Bonjour, je voudrais un rendez-vous avec le docteur Exemple.',
        'Mardi matin si possible.',
        "Neuf heures, s'il vous plaît. Je m'appelle Jeanne Fictive.",
      ],
    },
  ]);
});

describe('the language of the call', () => {
  const spokenIn = async (language: unknown, numberLanguage?: 'fr' | 'en') => {
    const here = world({
      mapping: { numbers: { [toNumber]: cotonou }, languages: numberLanguage && { [toNumber]: numberLanguage } },
    });
    await here.ask(envelope({ call: aCall({ retell_llm_dynamic_variables: { language } }) }));
    return here.ran[0]?.context.language;
  };

  test('is the one it began in, in any of its spellings, then the number’s, then the clinic’s', async () => {
    expect(await spokenIn('en')).toBe('en');
    expect(await spokenIn('en-US')).toBe('en');
    expect(await spokenIn('fr-FR', 'en')).toBe('fr');
    expect(await spokenIn('de', 'en')).toBe('en');
    expect(await spokenIn('{{language}}')).toBe('fr');
    expect(await spokenIn(7)).toBe('fr');
  });
});

describe('the conversation', () => {
  test('exists before its tool runs, without a word of what was said', async () => {
    const here = world();
    await here.ask();
    expect(here.conversations.all()).toMatchObject([
      {
        clinicId: cotonou,
        conversationId: aConversationId,
        status: 'ongoing',
        fromNumber: '+12025550117',
        routedBy: 'number',
        notification: 'none',
        version: 1,
      },
    ]);
    expect(here.conversations.all()[0]?.transcript).toBeUndefined();
    expect(JSON.stringify(here.conversations.all())).not.toContain('rendez-vous');
  });

  test('is left as it is when it is known already, with what tools did in it', async () => {
    const here = world();
    const known = conversation({ status: 'ongoing', acts: ['waitlisted'] });
    await here.conversations.change(cotonou, aConversationId, () => known);
    await here.ask();
    expect(here.conversations.all()).toEqual([{ ...known, version: 1 }]);
    expect(here.ran).toMatchObject([{ context: { conversation: { acts: ['waitlisted'] } } }]);
  });
});

test('a tool that can do without the store of conversations runs although that fails', async () => {
  const here = world({ conversationsFail: true });
  expect((await here.ask()).body).toMatchObject({ code: 'OK' });
  expect(here.ran).toMatchObject([{ context: { conversation: { conversationId: aConversationId, acts: [] } } }]);
  expect(here.log.codes()).toEqual(['tool.failed']);
});

describe('something is always said', () => {
  test.each([
    ['a tool we do not have', envelope(), 'scan_everything', 'unknown-tool'],
    [
      'another tool than its address',
      envelope({ name: 'book_appointment' }),
      'find_available_times',
      'other-tool-named',
    ],
    ['a call without an id', envelope({ call: { to_number: toNumber } }), 'find_available_times', 'unreadable'],
    ['no JSON', '{"name":', 'find_available_times', 'unreadable'],
    ['a list', [], 'find_available_times', 'unreadable'],
  ])('a request for %s is answered and told to operators', async (_, body, tool, reason) => {
    const here = world();
    const answer = await here.ask(body, { tool });
    expect(answer).toMatchObject({
      status: 200,
      body: { code: 'RETRY_LATER', say: expect.stringContaining(neutral.en) },
    });
    expect(here.ran).toEqual([]);
    expect(here.log.entries).toMatchObject([{ code: 'tool.failed', fields: { reason, requestId: 'req-1' } }]);
    expect(JSON.stringify(here.log.entries)).not.toContain('scan_everything');
  });

  test('an older delivery that does not name its tool is run by its address', async () => {
    const here = world();
    await here.ask(envelope({ name: undefined }));
    expect(here.ran).toHaveLength(1);
  });

  test('a directory that does not answer costs the caller two seconds at most', async () => {
    const aborted: string[] = [];
    const find: ClinicDirectory['find'] = (_, { signal } = {}) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted.push('aborted');
          reject(new Error('aborted'));
        });
      });
    const here = world({ find, patienceMs: 5 });
    expect(await here.ask()).toEqual({ status: 200, body: { code: 'RETRY_LATER', say: neutral.en } });
    expect(aborted).toEqual(['aborted']);
    expect(here.log.entries).toMatchObject([{ code: 'tool.failed', fields: { reason: 'too-slow' } }]);
  });

  test('a store that fails is told in the language of the call', async () => {
    const here = world({
      result: async () => {
        throw new Error('the table does not answer');
      },
    });
    expect(await here.ask()).toEqual({
      status: 200,
      body: { code: 'RETRY_LATER', say: french.codes.RETRY_LATER },
    });
    expect(here.log.entries).toMatchObject([
      { code: 'tool.failed', fields: { clinicId: cotonou, conversationId: aConversationId, errorName: 'Error' } },
    ]);
  });

  test('who was in danger a sentence ago is asked as well when a store fails', async () => {
    const call = aCall({ transcript: 'User: Il a une douleur à la poitrine.\nAgent: Oui ?\nUser: Voilà.\n' });
    const result = async (): Promise<ToolResult> => {
      throw new Error('the table does not answer');
    };
    const asked = await world({ result }).ask(envelope({ call }));
    expect(asked.body).toMatchObject({ code: 'EMERGENCY_TO_CONFIRM' });
  });

  test('who may be in danger hears whom to call, whatever does not answer', async () => {
    const failing = async (): Promise<ToolResult> => {
      throw new Error('the table does not answer');
    };
    const inDanger = aCall({ transcript: 'User: Mon père a une douleur à la poitrine.\n' });
    const asked = await world({ result: failing }).ask(envelope({ call: inDanger }));
    expect(asked.body).toEqual({ code: 'EMERGENCY_TO_CONFIRM', say: french.codes.EMERGENCY_TO_CONFIRM });
    const reported = (to_number: string) => envelope({ name: 'report_emergency', call: aCall({ to_number }) });
    const tool = 'report_emergency';
    const told = await world({ result: failing }).ask(reported(toNumber), { tool });
    expect(told.body).toEqual({ code: 'EMERGENCY_ACTIVE', say: french.emergency('112', '118') });
    const abroad = aCall({ ...inDanger, to_number: '+33199001234' });
    for (const unrouted of [reported('+33199001234'), { ...envelope({ call: abroad }), name: tool }]) {
      const { body } = await world({ mapping: {} }).ask(unrouted, { tool });
      expect(body).toEqual({ code: 'EMERGENCY_ACTIVE', say: french.emergency('112', '911') });
    }
  });

  test('an answer too long for the vendor loses the ends of its lists, and stays whole JSON', async () => {
    const result: ToolResult = {
      code: 'OK',
      say: 'Voici.',
      data: { times: Array.from({ length: 2_000 }, (_, n) => `créneau ${n}`), note: 'é"'.repeat(4_000), count: 3 },
    };
    const { body } = await world({ result: async () => result }).ask();
    const text = JSON.stringify(body);
    expect(text.length).toBeLessThan(15_000);
    expect(body).toMatchObject({ code: 'OK', say: 'Voici.', count: 3 });
    const { times } = body as { times: string[] };
    expect(times.length).toBeGreaterThan(0);
    expect(times).toEqual((result.data.times as string[]).slice(0, times.length));
  });
});

test('the log holds ids and words of ours, never what was said', async () => {
  const here = world({ mapping: {} });
  await here.ask(sample('book_appointment'), { tool: 'book_appointment' });
  await here.ask(envelope({ args: { clinic_id: 'Jeanne Fictive' } }));
  expect(JSON.stringify(here.log.entries)).not.toMatch(/Jeanne|\+1555|\+1202|rendez-vous/);
});

test('the own account of a clinic runs tools for its calls, and for no other’s', async () => {
  const ownKeys = { [cotonou]: 'key_of_the_clinic' };
  const own = world({ ownKeys });
  await own.ask(envelope(), { signingKey: 'key_of_the_clinic' });
  expect(own.ran).toHaveLength(1);
  const others = world({ ownKeys: { [elsewhere]: 'key_of_another' } });
  await others.ask(envelope(), { signingKey: 'key_of_another' });
  expect([others.ran, others.log.entries.map(({ fields }) => fields.reason)]).toEqual([[], ['conflict']]);
});
