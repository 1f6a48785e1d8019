import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createInstructionStore } from '#adapters/dynamodb/instructions.ts';
import { standingClock } from '#test/fakes/clock.ts';
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
  await writeFile(join(dir, 'local.json'), JSON.stringify({ stage: 'test', aws, dynamodb: { tables } }));
  await createClinicRegistry(db.tables).save([{ after: cliniqueBenin, events: [] }], 0);
});
afterAll(async () => {
  await db.stop();
  await rm(dir, { recursive: true });
});

const instructions = (...args: string[]) => run(['instructions', 'clinique-benin', ...args, '--dir', dir]);

test('a text is looked at first, published as the next version, and printed', async () => {
  const file = join(dir, 'base.md');
  await writeFile(file, 'Dites toujours « bonne santé » à la fin.\n');
  const preview = await instructions('base', file, '--preview');
  expect(preview).toMatchObject({ code: 0, err: '' });
  expect(preview.out).toContain('<clinic_text>\nDites toujours « bonne santé » à la fin.\n</clinic_text>');
  const store = createInstructionStore(db.tables, standingClock());
  expect(await store.current(cliniqueBenin.id, 'voice')).toEqual({});

  expect(await instructions('base', file)).toEqual({
    code: 0,
    out: 'base of clinique-benin (voice) is version 1 from the next call on\n',
    err: '',
  });
  expect(await store.current(cliniqueBenin.id, 'voice')).toMatchObject({
    base: { version: 1, text: 'Dites toujours « bonne santé » à la fin.' },
  });
  expect((await instructions()).out).toMatch(/^base, version 1, \S+\nDites toujours/);
});
