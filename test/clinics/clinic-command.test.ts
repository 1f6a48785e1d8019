import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { commandLine, type Ran } from '#test/fakes/command-line.ts';
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
  const system = { stage: 'test', aws: { endpoint: db.endpoint, region: 'us-east-1' }, dynamodb: { tables } };
  await writeFile(join(dir, 'local.json'), JSON.stringify(system));
});
afterAll(async () => {
  await db.stop();
  await rm(dir, { recursive: true });
});

/** Runs `npm run clinic -- …` as a person would, without npm. */
function clinic(...args: string[]): Promise<Ran> {
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, AWS_PROFILE: _profile, ...env } = process.env;
  const nobody = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  return run(args, { ...env, ...nobody });
}
const here = (...args: string[]) => clinic(...args, '--dir', dir);
const demo = (slug: string) => `local/scenarios/clinics/${slug}.yaml`;

test('clinics are applied, applied again, listed and shown', async () => {
  const files = ['clinique-benin', 'cabinet-du-parc', 'lakeside-dental'].map(demo);
  const first = await here('apply', ...files);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain('clinique-benin: created\n');
  expect(first.out).toContain('  + providers[Dr Awa Exemple]\n');
  expect(await here('apply', ...files)).toEqual({
    code: 0,
    out: 'clinique-benin: no change\ncabinet-du-parc: no change\nlakeside-dental: no change\n',
    err: '',
  });
  expect((await here('list')).out).toMatch(
    /clinique-benin +active +fr +Africa\/Porto-Novo +\+12025550142 +Clinique du Littoral/,
  );
  expect(JSON.parse((await here('list', '--json')).out)).toHaveLength(3);
});

test('a bounced address shows as disabled until it is enabled', async () => {
  const address = 'accueil@clinique-du-littoral.example';
  await createClinicStore(db.tables.core).disableRecipient(cliniqueBenin.id, recipientIdOf(address), {
    reason: 'bounce',
    at: Date.parse('2026-11-21T08:15:00Z'),
  });
  const shown = (await here('show', 'clinique-benin')).out;
  expect(shown).toMatch(/hours +monday +08:00-12:30, 15:00-18:30/);
  expect(shown).toContain('agent_5f0c2d7e9b1a4c63d8e2f70a11 (retell, shared)');
  expect(shown).toMatch(/operatories +Cabinet 1\n +Cabinet 2\n +Salle d’échographie +échographie\n/);
  expect(shown).toMatch(
    /échographie +20\+10 min +Dr Awa Exemple, Pr Inès Modèle \(30 min\) +any room with échographie\n/,
  );
  expect(shown).toMatch(/consultation de cardiologie +40\+5 min +Pr Inès Modèle +Cabinet 1 or Cabinet 2\n/);
  expect(shown).toMatch(/petite chirurgie +10\+60\+15 min +.* with petite chirurgie, not by agents\n/);
  expect(shown).toMatch(/lines +a person +\+12025550171 .* +in the clinic’s hours\n +in an emergency .* always\n/);
  expect(shown).toMatch(/scheduling +maxFutureApptsPerPatient 40\n(?! +[a-z]+Min)/);
  expect((await here('show', 'lakeside-dental')).out).toMatch(
    /scheduling +slotStepMin 15\n +leadTimeMin 240\n +cancelNoticeMin 1440\n/,
  );
  expect((await here('show', 'cabinet-du-parc')).out).toMatch(/2027-02-15 Dr Camille Spécimen +closed +Congrès\n/);
  expect(shown).toMatch(/accueil@\S+ +all +disabled since 2026-11-21 09:15 \(bounce\)/);
  expect(shown).toMatch(/astreinte@\S+ +all, alternative +delivering/);

  expect(await here('enable-recipient', 'clinique-benin', address)).toMatchObject({ code: 0 });
  expect((await here('show', 'clinique-benin')).out).toMatch(/accueil@\S+ +all +delivering/);
  expect(await here('enable-recipient', 'clinique-benin', 'nobody@clinic.example')).toEqual({
    code: 1,
    out: '',
    err: 'nobody@clinic.example is no recipient of clinic clinique-benin\n',
  });
});

test('a file is checked without a running system', async () => {
  expect(await clinic('check', demo('lakeside-dental'))).toEqual({
    code: 0,
    out: 'local/scenarios/clinics/lakeside-dental.yaml: lakeside-dental is in order\n',
    err: '',
  });
  const bad = join(dir, 'bad.yaml');
  await writeFile(bad, 'slug: api\n');
  const { code, err } = await clinic('check', bad);
  expect(code).toBe(1);
  expect(err).toContain(`${bad}:1 slug: is reserved for the platform; choose another\n`);
  expect(JSON.parse((await clinic('check', bad, '--json')).out).problems).toContainEqual(
    expect.objectContaining({ line: 1, path: 'slug' }),
  );
});

test.each([
  [1, /^Frontdesk is not running here \(no nowhere\/local\.json\); .*\n$/, ['list', '--dir', 'nowhere']],
  [1, /^there is no stage moon; there are prod, staging\n$/, ['list', '--stage', 'moon']],
  [1, /^there are no AWS credentials in the environment\n$/, ['list', '--stage', 'prod']],
  [1, /^nowhere\.yaml cannot be read: there is no such file\n$/, ['apply', 'nowhere.yaml']],
  [2, /^there is no command aply\n/, ['aply']],
  [2, /^Unknown option '--bogus'/, ['list', '--bogus']],
  [2, /^apply needs at least one clinic file\n/, ['apply']],
])('exit %i: %s', async (code, said, args) => {
  const result = await clinic(...args);
  expect(result.err).toMatch(said);
  expect(result.code).toBe(code);
});

test('a system that has gone away, and a clinic that never was, are told in one line', async () => {
  expect(await here('show', 'nobody')).toEqual({
    code: 1,
    out: '',
    err: 'there is no clinic nobody; npm run clinic -- list shows all there are\n',
  });
  const gone = await mkdtemp(join(dir, 'gone-'));
  const tables = { core: 'a', routing: 'b', inbox: 'c', audit: 'd' };
  const system = {
    stage: 'test',
    aws: { endpoint: 'http://127.0.0.1:1', region: 'us-east-1' },
    dynamodb: { tables },
  };
  await writeFile(join(gone, 'local.json'), JSON.stringify(system));
  // In a process of its own: that a connection was refused is told by an error of Node's own, which jest keeps apart.
  const ran = spawnSync(process.execPath, ['bin/clinic.ts', 'list', '--dir', gone], { encoding: 'utf8' });
  expect(ran).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'Frontdesk is not running here any more; start it with npm start, or name a --stage\n',
  });
});
