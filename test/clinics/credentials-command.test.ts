import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { readApiKey } from '#domain/clinics/keys/api-key.ts';
import { feedTokenHash } from '#domain/clinics/keys/calendar-feed.ts';
import { socketKeyHash, socketKeyId } from '#domain/clinics/keys/socket-key.ts';
import { commandLine } from '#test/fakes/command-line.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { clinicTool } from '../../bin/clinic.ts';
import { cliniqueBenin } from './demo-clinics.ts';

const run = commandLine(clinicTool);

let db: TestDynamoDb;
let dir: string;
beforeAll(async () => {
  db = await startDynamoDb();
  dir = await mkdtemp(join(tmpdir(), 'frontdesk-'));
  const tables = Object.fromEntries(Object.entries(db.tables).map(([name, table]) => [name, table.name]));
  const aws = { endpoint: db.endpoint, region: 'us-east-1' };
  const system = {
    stage: 'test',
    api: 'http://127.0.0.1:4000',
    voice: 'http://127.0.0.1:4001',
    aws,
    dynamodb: { tables },
  };
  await writeFile(join(dir, 'local.json'), JSON.stringify(system));
  await createClinicRegistry(db.tables).save([{ after: cliniqueBenin, events: [] }], 0);
});
afterAll(async () => {
  await db.stop();
  await rm(dir, { recursive: true });
});

const clinic = (...args: string[]) => run([...args, '--dir', dir]);

test('a key is shown once, listed without its secret, rotated with an overlap and revoked', async () => {
  const first = await clinic('api-key', 'clinique-benin', '--label', 'agenda');
  expect(first).toMatchObject({ code: 0, err: '' });
  const [text = ''] = first.out.split('\n');
  const { keyId = '', secretHash } = readApiKey(text) ?? {};
  expect(await createApiKeyStore(db.tables).get(keyId)).toMatchObject({ secretHash, clinicId: cliniqueBenin.id });

  const second = await clinic('api-key', 'clinique-benin', '--json');
  expect(JSON.parse(second.out)).toMatchObject({ retired: [keyId] });
  const { keyId: newer } = JSON.parse(second.out) as { keyId: string };
  expect((await clinic('api-key', 'clinique-benin', newer, '--revoke')).out).toBe(`${newer} proves nothing any more\n`);
  const listed = await clinic('api-key', 'clinique-benin', '--list');
  expect(listed.out).toMatch(
    new RegExp(`^id +created +works +label\n${newer} +\\S+ +ended \\S+\n${keyId} +\\S+ +until \\S+ +agenda\n$`),
  );
  expect(listed.out).not.toContain(text.slice(-20));
  expect(await clinic('api-key', 'clinique-benin', newer, '--revoke')).toEqual({
    code: 1,
    out: '',
    err: `clinic clinique-benin has no key ${newer} that still works\n`,
  });
});

test('the address of a provider’s calendar is shown once, replaced and ended', async () => {
  const first = await clinic('calendar', 'clinique-benin', 'awa');
  expect(first.out).toMatch(
    /^http:\/\/127\.0\.0\.1:4000\/api\/appointments\.ics\?token=[\w-]{43}\nFor Dr Awa Exemple alone/,
  );
  const second = JSON.parse((await clinic('calendar', 'clinique-benin', 'Dr Awa Exemple', '--json')).out) as {
    url: string;
    replaced: number;
  };
  expect(second.replaced).toBe(1);
  const token = second.url.split('token=')[1] ?? '';
  const feeds = createCalendarFeedStore(db.tables);
  expect(await feeds.get(feedTokenHash(token))).toMatchObject({ clinicId: cliniqueBenin.id });
  expect((await clinic('calendar', 'clinique-benin', 'awa', '--revoke')).out).toMatch(/shows nothing any more\n$/);
  expect(await feeds.get(feedTokenHash(token))).toHaveProperty('revokedAtMs', expect.any(Number));
});

test('the address of a clinic’s LLM socket is shown once, listed without its key and revoked', async () => {
  const first = await clinic('socket-key', 'clinique-benin');
  expect(first.out).toMatch(
    /^ws:\/\/127\.0\.0\.1:4001\/llm-websocket\/clinique-benin\/[\w-]{43}\nThe llm_websocket_url of /,
  );
  const key = first.out.split('\n')[0]?.split('/').at(-1) ?? '';
  const keyId = socketKeyId({ keyHash: socketKeyHash(key) });
  const listed = await clinic('socket-key', 'clinique-benin', '--list');
  expect(listed.out).toMatch(new RegExp(`^id +created +works *\n${keyId} +\\S+ +lasting\n$`));
  expect(listed.out).not.toContain(key);
  expect((await clinic('socket-key', 'clinique-benin', keyId, '--revoke')).out).toBe(
    `${keyId} opens no call any more\n`,
  );
  expect(await clinic('socket-key', 'clinique-benin', keyId, '--revoke')).toMatchObject({ code: 1, out: '' });
});

test.each([
  [1, /^there is no clinic nobody; npm run clinic -- list shows all there are\n$/, ['api-key', 'nobody']],
  [1, /^there is no provider Zoé; there are Dr /, ['calendar', 'clinique-benin', 'Zoé']],
  [2, /^--revoke needs the id of a key; --list shows them\n/, ['api-key', 'clinique-benin', '--revoke']],
])('exit %i: %s', async (code, said, args) => {
  const result = await clinic(...args);
  expect(result.err).toMatch(said);
  expect(result.code).toBe(code);
});
