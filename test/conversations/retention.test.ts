import fc from 'fast-check';
import { createAuditTrail } from '#adapters/dynamodb/audit-trail.ts';
import { createConversationRetention } from '#adapters/dynamodb/conversation-retention.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import type { PayloadRemoval, Payloads } from '#adapters/s3/payloads.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import type { RetentionSettings } from '#domain/clinics/settings/retention-settings.ts';
import { advanceCall } from '#domain/conversations/advance-call.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { KeptPart } from '#domain/conversations/retention/kept-parts.ts';
import { type ClinicId, retellConversationId, twilioConversationId, webConversationId } from '#domain/ids.ts';
import { applyRetention } from '#lambdas/conversations/apply-retention.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, callEvent, conversation, cotonou, elsewhere } from '../fakes/conversation.ts';
import { startDynamoDb, type TestDynamoDb } from '../fakes/dynamodb.ts';
import { rememberedLog } from '../fakes/log.ts';
import { newTalk, turn } from '../fakes/talk.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());
beforeEach(() => db.clear());

const dayMs = 24 * 60 * 60 * 1000;
const over = conversation({ status: 'closed', recordingUrl: 'https://recordings.example/1.wav' });
const endedAt = over.endedAt as number;

/** A bucket in memory. */
function bucket(): Payloads & PayloadRemoval & { names: () => string[] } {
  const objects = new Map<string, Uint8Array>();
  return {
    names: () => [...objects.keys()],
    async put(prefix, bytes) {
      const pointer = `${prefix}/${objects.size}`;
      objects.set(pointer, bytes);
      return pointer;
    },
    get: async (pointer) => objects.get(pointer) as Uint8Array,
    empty: async (pointer) => void objects.set(pointer, new Uint8Array()),
    async removeAll(prefix) {
      for (const name of objects.keys()) if (name.startsWith(`${prefix}/`)) objects.delete(name);
    },
  };
}

function world(settings: Partial<RetentionSettings> = {}) {
  const formerly: { clinicId: ClinicId; untilMs: number }[] = [];
  const clock = standingClock(new Date(endedAt).toISOString());
  const log = rememberedLog();
  const bodies = bucket();
  const profiles = new Map([
    [cotonou, clinicProfile({ retention: settings })],
    [elsewhere, clinicProfile({ id: elsewhere })],
  ]);
  const conversations = createConversationStore(db.tables.core, bodies);
  const vendor = {
    told: [] as string[],
    fails: false,
    closed: '',
    takesMs: 0,
    asked: [] as string[],
    messages: [] as string[],
  };
  const copies = {
    async forget({ clinicId, providerId }: Pick<Conversation, 'clinicId' | 'providerId'>) {
      if (vendor.closed === providerId) throw new KeyRefused({ cause: new Error('401') });
      if (vendor.fails) throw new TypeError('fetch failed');
      vendor.told.push(`${clinicId} ${providerId}`);
    },
  };
  return {
    clock,
    log,
    bodies,
    vendor,
    formerly,
    conversations,
    keep: async (call: Conversation) => {
      await conversations.change(call.clinicId, call.conversationId, () => call);
    },
    get: () => conversations.get(cotonou, aConversationId),
    apply: applyRetention({
      directory: {
        clinicIds: async () => [...profiles.keys()],
        formerClinics: async () => formerly,
      },
      clinics: { profile: async (clinicId) => profiles.get(clinicId) },
      retention: createConversationRetention(db.tables, bodies, clock, log),
      copies: { retell: copies, twilio: copies },
      messages: {
        async forget(address, sentBefore, removed) {
          vendor.asked.push(`${address} ${(clock.now() - sentBefore) / dayMs}`);
          clock.pass(vendor.takesMs);
          const going = vendor.messages.splice(0);
          for (const _ of going) removed();
          if (going.includes('last before a fault')) throw new TypeError('fetch failed');
        },
      },
      trail: createAuditTrail(db.tables.audit),
      clock,
      log,
      everyMinutes: 6 * 60,
    }),
  };
}

const partOf = (clinicId: ClinicId) => keys.conversation(clinicId, aConversationId).PK;
const lies = async (clinicId: ClinicId) =>
  (await db.tables.core.query({ pk: partOf(clinicId) })).map(({ SK }) => String(SK)).toSorted();
const onRecord = async () => {
  const rows = await db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
  return rows.map(({ occurredAt, act, resourceId, fields, outcome }) => ({
    day: (Date.parse(String(occurredAt)) - endedAt) / dayMs,
    act,
    resourceId,
    fields,
    outcome,
  }));
};

const beside = ['TURN#0000000001', 'TURN#0000000002', 'TEXT#SM1', 'TOOL#key', 'TALK', 'DIALOGUE', 'MSG#1', 'BOOK#1'];
async function lay(clinicId: ClinicId): Promise<void> {
  for (const SK of [...beside, 'EMAIL#summary#r1']) await db.tables.core.put({ PK: partOf(clinicId), SK });
}

test('each part of a conversation goes when its days are over, on record, and with the last everything', async () => {
  const { keep, apply, clock, vendor, get, bodies } = world();
  await keep({ ...over, transcript: 'Bonjour. '.repeat(20_000) });
  await keep({ ...over, clinicId: elsewhere, startedAt: endedAt + 800 * dayMs, endedAt: endedAt + 800 * dayMs });
  await lay(cotonou);
  await lay(elsewhere);
  const theirs = await lies(elsewhere);
  expect(bodies.names()).toHaveLength(1);

  clock.pass(30 * dayMs);
  await apply();
  expect(await get()).toMatchObject({ recordingUrl: over.recordingUrl, transcript: expect.any(String) });
  expect(await onRecord()).toEqual([]);

  clock.pass(dayMs);
  await apply();
  expect(vendor.told).toEqual([`${cotonou} ${over.providerId}`]);
  expect(await get()).toMatchObject({ forgotten: ['recording'], transcript: expect.any(String) });
  expect(await get()).not.toHaveProperty('recordingUrl');

  clock.pass(150 * dayMs);
  await apply();
  await apply();
  expect(await get()).toMatchObject({ forgotten: ['recording', 'transcript'], analysis: over.analysis });
  expect((await get())?.transcript).toBeUndefined();
  expect(bodies.names()).toEqual([]);
  expect(await lies(cotonou)).toEqual(['BOOK#1', 'EMAIL#summary#r1', 'META', 'MSG#1']);

  clock.pass(550 * dayMs);
  await apply();
  await apply();
  expect(await lies(cotonou)).toEqual([]);
  expect(await lies(elsewhere)).toEqual(theirs);
  const told = { act: 'retention.apply', resourceId: aConversationId, outcome: 'success' };
  expect(await onRecord()).toEqual([
    { ...told, day: 31, fields: ['recording'] },
    { ...told, day: 181, fields: ['transcript'] },
    { ...told, day: 731, fields: ['summary'] },
  ]);
  expect(vendor.told).toHaveLength(1);
});

test('who wants less kept than before is heeded by the next run, in whatever order parts go', async () => {
  const usual = world();
  await usual.keep(over);
  await lay(cotonou);
  const { apply, clock, get } = world({ transcriptDays: 2, summaryDays: 4 });
  clock.pass(3 * dayMs);
  await apply();
  expect(await get()).toMatchObject({ forgotten: ['transcript'], recordingUrl: over.recordingUrl });
  clock.pass(2 * dayMs);
  await apply();
  expect(await get()).toMatchObject({ forgotten: ['transcript', 'summary'], recordingUrl: over.recordingUrl });
  expect(await get()).not.toHaveProperty('analysis');
  expect(await lies(cotonou)).toEqual(['BOOK#1', 'EMAIL#summary#r1', 'META']);
  clock.pass(26 * dayMs);
  await apply();
  expect(await lies(cotonou)).toEqual([]);
});

test('a vendor that cannot be told keeps the recording on the list of the next run, and nothing else', async () => {
  const { keep, apply, clock, vendor, get, log } = world();
  await keep(over);
  await keep({ ...over, conversationId: retellConversationId('call_another1'), providerId: 'call_another1' });
  vendor.fails = true;
  clock.pass(181 * dayMs);
  await apply();
  expect(await get()).toMatchObject({ forgotten: ['transcript'], recordingUrl: over.recordingUrl });
  // Once for the clinic, not once for each of its calls.
  expect(log.entries.filter(({ code }) => code === 'retention.failed')).toEqual([
    { code: 'retention.failed', fields: expect.objectContaining({ clinicId: cotonou, reason: 'vendor' }) },
  ]);
  vendor.fails = false;
  await apply();
  expect((await get())?.forgotten).toEqual(['recording', 'transcript']);
  expect(vendor.told).toHaveLength(2);
});

test('a call in an account that a clinic has closed keeps no other from being deleted at its vendor', async () => {
  const { keep, apply, clock, vendor, get } = world();
  const old = { startedAt: endedAt - dayMs, endedAt: endedAt - dayMs };
  await keep({ ...over, ...old, conversationId: retellConversationId('call_another1'), providerId: 'call_another1' });
  await keep(over);
  vendor.closed = 'call_another1';
  clock.pass(31 * dayMs);
  await apply();
  expect(vendor.told).toEqual([`${cotonou} ${over.providerId}`]);
  expect((await get())?.forgotten).toEqual(['recording']);
});

test('a conversation that cannot be deleted keeps no other from its end', async () => {
  const { keep, apply, clock, get, log, bodies } = world();
  await keep(over);
  await keep({ ...over, conversationId: retellConversationId('call_another1') });
  const { removeAll } = bodies;
  bodies.removeAll = async (prefix) => {
    if (prefix.includes('another')) throw new TypeError('fetch failed');
    await removeAll(prefix);
  };
  clock.pass(181 * dayMs);
  await apply();
  expect((await get())?.forgotten).toEqual(['recording', 'transcript']);
  const conversationId = 'retell_call_another1';
  expect(log.entries.filter(({ code }) => code === 'retention.failed')).toEqual([
    { code: 'retention.failed', fields: expect.objectContaining({ clinicId: cotonou, conversationId }) },
  ]);
});

test('a caller who objected waits for nothing: Retell gives up the whole call once the clinic was told of it', async () => {
  const { keep, apply, clock, vendor, get } = world();
  const objected = { ...over, objectedToRecording: true };
  await keep({ ...objected, status: 'analyzed' });
  clock.pass(60_000);
  await apply();
  expect(vendor.told).toEqual([]);
  await keep({ ...objected, version: 1 });
  // Twilio stopped at the objection: what was recorded before is kept as of any call.
  await keep({ ...objected, provider: 'twilio', conversationId: twilioConversationId(`CA${'0'.repeat(32)}`) });
  await apply();
  await apply();
  expect(vendor.told).toEqual([`${cotonou} ${over.providerId}`]);
  expect(await get()).toMatchObject({ forgotten: ['recording'], transcript: over.transcript });
  clock.pass(181 * dayMs);
  await apply();
  expect((await get())?.forgotten).toEqual(['recording', 'transcript']);
});

test('messages at the vendor are as old as transcripts may be, and how many went is on record', async () => {
  const { apply, vendor } = world({ transcriptDays: 20 });
  vendor.messages.push('one', 'last before a fault');
  await apply();
  await apply();
  // Whoever answers by WhatsApp no more has been written to before.
  expect(vendor.asked.slice(-4)).toEqual(
    [20, 180].flatMap((days) => [`+12025550142 ${days}`, `whatsapp:+12025550142 ${days}`]),
  );
  const [record, ...more] = await db.tables.audit.query({ pk: keys.pendingAudit(cotonou, '', '').PK });
  expect(record).toMatchObject({ act: 'retention.apply', resourceType: 'VendorMessages', count: 2 });
  expect(more).toEqual([]);
});

test.each([
  ['longer ago than it keeps them: all of that time goes', 60, [20, 60]],
  ['since then: what is older than it keeps them goes', 10, [20, 20]],
  ['before either keeps any: nothing changes', 200, [20, 180]],
])('of a number that a clinic with fewer days gave up %s', async (_, daysAgo, asked) => {
  const { apply, vendor, formerly, clock } = world({ transcriptDays: 20 });
  formerly.push({ clinicId: cotonou, untilMs: clock.now() - daysAgo * dayMs });
  await apply();
  expect(vendor.asked.filter((one) => one.startsWith('+'))).toEqual(asked.map((days) => `+12025550142 ${days}`));
});

test('a run that has no time for every clinic begins with another one the next time', async () => {
  const { apply, clock, vendor } = world({ transcriptDays: 20 });
  vendor.takesMs = 13 * 60_000;
  await apply();
  clock.pass(6 * 60 * 60_000 - vendor.takesMs);
  await apply();
  expect(vendor.asked.toSorted()).toEqual(['+12025550142 180', '+12025550142 20']);
});

test('a conversation that was never closed is kept no longer for that', async () => {
  const { keep, apply, clock, get } = world();
  await keep({ ...over, status: 'analyzed' });
  clock.pass(181 * dayMs);
  await apply();
  expect(await get()).toMatchObject({ status: 'analyzed', forgotten: ['recording', 'transcript'] });
  clock.pass(550 * dayMs);
  await apply();
  expect(await lies(cotonou)).toEqual([]);
});

test('a row that cannot be read keeps no other of its clinic from its end, and the log hears of it without its content', async () => {
  const { keep, apply, clock, get, log } = world();
  const unreadable = retellConversationId('call_unreadable');
  await keep({ ...over, endedAt: endedAt - dayMs, conversationId: unreadable });
  await keep({ ...over, status: 'ongoing', conversationId: retellConversationId('call_halfread') });
  await keep(over);
  const { core } = db.tables;
  await core.update(keys.conversation(cotonou, unreadable), { provider: 'Inès Rivière' });
  await core.update(keys.conversation(cotonou, retellConversationId('call_halfread')), { conversationId: 'Inès' });
  clock.pass(181 * dayMs);
  await apply();
  expect((await get())?.forgotten).toEqual(['recording', 'transcript']);
  const told = { code: 'retention.failed', fields: { clinicId: cotonou, reason: 'unreadable' } };
  expect(log.entries.filter(({ code }) => code === 'retention.failed')).toEqual([
    told,
    { ...told, fields: { ...told.fields, conversationId: unreadable } },
  ]);
});

test('who writes on for longer than transcripts are kept is not cut short; their days count from the last word', async () => {
  const { keep, apply, clock, conversations } = world({ transcriptDays: 1 });
  const talks = createTalkStore(db.tables.core, clock);
  const openedAt = endedAt;
  const conversationId = webConversationId('5b1c7f0e-2d3a-4b6c-8e9f-0a1b2c3d4e5f');
  await talks.open(cotonou, newTalk({ conversationId, provider: 'internal', channel: 'web', openedAtMs: openedAt }));
  const { endedAt: _, ...begun } = { ...over, conversationId, provider: 'internal', channel: 'web' } as const;
  await keep({ ...begun, status: 'ongoing', startedAt: openedAt, createdAt: openedAt, updatedAt: openedAt });
  const says = async (n: number) => {
    const { epoch } = (await talks.change(cotonou, conversationId, (talk) => ({ ...talk, epoch: talk.epoch + 1 })))!;
    await talks.keepTurn(cotonou, conversationId, turn(epoch, n, { atMs: clock.now() }));
  };
  await says(1);
  clock.pass(20 * 60 * 60_000);
  await says(2);
  clock.pass(10 * 60 * 60_000);
  await apply();
  expect(await talks.turns(cotonou, conversationId)).toHaveLength(2);
  expect((await conversations.get(cotonou, conversationId))?.forgotten).toBeUndefined();
  clock.pass(15 * 60 * 60_000);
  await apply();
  expect(await talks.turns(cotonou, conversationId)).toEqual([]);
  expect((await conversations.get(cotonou, conversationId))?.forgotten).toEqual(['transcript']);
});

test('an event that comes again brings nothing back that was deleted', async () => {
  const { keep, apply, clock, get, conversations } = world();
  await keep({ ...over, provider: 'internal' });
  clock.pass(181 * dayMs);
  await apply();
  const again = callEvent({ transcript: 'User: Je suis enceinte.', recordingUrl: over.recordingUrl });
  const routed = { clinicId: cotonou, routedBy: 'number', now: clock.now() };
  await conversations.change(cotonou, aConversationId, (known) => advanceCall(known, again, routed));
  const known = await get();
  expect([known?.transcript, known?.recordingUrl, known?.analysis]).toEqual([undefined, undefined, over.analysis]);
});

test('whatever a clinic wants and however old its calls are: what is due is gone, and nothing else is', async () => {
  const days = fc.integer({ min: 1, max: 40 });
  const wants = fc.record({ recordingDays: fc.integer({ min: 1, max: 30 }), transcriptDays: days, summaryDays: days });
  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 6 });
  const runs = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(wants, ages, runs, async (settings, ended, laterDays) => {
      await db.clear();
      const { keep, apply, clock, conversations } = world(settings);
      const calls = ended.map((day) => {
        const providerId = `call_age${day}`;
        const at = endedAt - day * dayMs;
        const when = { startedAt: at, endedAt: at, createdAt: at };
        return { ...over, ...when, providerId, conversationId: retellConversationId(providerId) };
      });
      for (const call of calls) await keep(call);
      for (const later of laterDays) {
        clock.pass(later * dayMs);
        await apply();
        for (const call of calls) {
          const age = (clock.now() - call.endedAt) / dayMs;
          const due = KeptPart.options.filter((part) => age > settings[`${part}Days`]);
          const left = await conversations.get(cotonou, call.conversationId);
          expect(left && (left.forgotten ?? [])).toEqual(due.length === 3 ? undefined : due);
          const texts = left && [left.recordingUrl, left.transcript, left.analysis];
          expect(texts?.map((text) => text !== undefined)).toEqual(
            left && KeptPart.options.map((part) => !due.includes(part)),
          );
        }
      }
    }),
    { numRuns: 8 },
  );
});
