import fc from 'fast-check';
import { stringify } from 'yaml';
import { Clinic } from '#domain/clinics/clinic.ts';
import { applyClinics } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { anyClinicFile } from './clinic-arbitrary.ts';
import { places } from './registries.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const file = (name: string, clinic: unknown) => ({ name, text: stringify(clinic) });
const [anId, anotherId] = ['5b0a6f0e-7d43-4c8e-9a51-3f1d2c4b6a70', 'c2d9e81f-05b6-4f3a-8e27-90a1b3c5d7e9'] as const;

describe.each(places(() => db))('any clinic %s', (_place, open) => {
  test('reads as the file that was applied last, and applying it twice changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyClinicFile(anId), { minLength: 1, maxLength: 3 }), async (files) => {
        const { registry, store } = await open();
        const apply = applyClinics({ clinics: registry, clock: standingClock() });
        for (const written of files) {
          const { problems } = await apply([file('clinic.yaml', written)]);
          expect(problems.map(problemText)).toEqual([]);
          const clinic = Clinic.parse(written);
          const { version, recipients: _recipients, ...profile } = (await store.profile(clinic.id)) ?? {};
          expect(profile).toEqual(clinic);
          const again = await apply([file('clinic.yaml', written)]);
          expect(again.clinics).toMatchObject([{ result: 'unchanged', changes: [] }]);
          expect((await store.profile(clinic.id))?.version).toBe(version);
        }
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  test('however two clinics change, at once or in turn, each number and dedicated agent has one holder', async () => {
    const step = fc.tuple(
      anyClinicFile(anId),
      anyClinicFile(anotherId),
      fc.constantFrom('at once', 'in turn', 'together'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 3 }), async (steps) => {
        const { registry, store } = await open();
        const apply = applyClinics({ clinics: registry, clock: standingClock() });
        for (const [one, other, how] of steps) {
          const [a, b] = [file('a.yaml', one), file('b.yaml', other)];
          if (how === 'at once') await Promise.all([apply([a]), apply([b])]);
          else if (how === 'together') await apply([a, b]);
          else for (const each of [a, b]) await apply([each]);

          const found = await Promise.all([one, other].map(({ id }) => store.profile(Clinic.shape.id.parse(id))));
          const clinics = found.filter((profile) => profile !== undefined);
          const holders = await registry.holders(clinics);
          const numbers = clinics.flatMap((clinic) => clinic.numbers.map(({ number }) => [number, clinic.id] as const));
          expect(new Map(numbers)).toEqual(holders.numbers);
          expect(new Set(numbers.map(([number]) => number)).size).toBe(numbers.length);
          for (const clinic of clinics) {
            for (const { id, kind } of clinic.agents) {
              const holder = holders.agents.get(id);
              expect(holder?.dedicatedTo).toBe(kind === 'dedicated' ? clinic.id : undefined);
              if (kind === 'shared') expect(holder?.sharedBy).toContain(clinic.id);
            }
            expect(holders.slugs.get(clinic.slug)).toEqual({ clinicId: clinic.id, current: true });
          }
        }
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});

test('a change cut short anywhere is finished by the next run', async () => {
  await fc.assert(
    fc.asyncProperty(anyClinicFile(anId), fc.nat({ max: 3 }), async (written, survivingWrites) => {
      await db.clear();
      const dates = Array.from({ length: 250 }, (_, day) =>
        new Date(Date.UTC(2027, 0, 1 + day)).toISOString().slice(0, 10),
      );
      const large = { ...written, closures: dates.map((date) => ({ date })) };
      const { registry, store } = await open();
      const apply = applyClinics({ clinics: registry, clock: standingClock() });
      await apply([file('clinic.yaml', { ...written, closures: [] })]);
      const version = (await store.profile(Clinic.shape.id.parse(anId)))?.version;

      const stopDying = dieAfter(survivingWrites);
      const outcome = await apply([file('clinic.yaml', large)]).catch((error: Error) => error.message);
      stopDying();
      if (typeof outcome === 'string') expect(outcome).toBe('cut short');

      const { clinics } = await apply([file('clinic.yaml', large)]);
      const profile = await store.profile(Clinic.shape.id.parse(anId));
      expect(profile?.closures.map(({ date }) => date)).toEqual(dates);
      expect(profile?.version).toBe((version ?? 0) + 1);
      expect(clinics[0]?.result).toBe(typeof outcome === 'string' ? 'updated' : 'unchanged');
    }),
    { numRuns: 6 },
  );

  async function open() {
    const inDynamoDb = places(() => db)[1] as ReturnType<typeof places>[0];
    return inDynamoDb[1]();
  }

  /** Lets some transactions through and fails the next ones before they are sent. */
  function dieAfter(transactions: number): () => void {
    const { client } = db.tables.core;
    const send = client.send.bind(client);
    let left = transactions;
    client.send = ((...args: Parameters<typeof send>) => {
      const [command] = args;
      if (command.constructor.name === 'TransactWriteItemsCommand' && left-- <= 0) throw new Error('cut short');
      return send(...args);
    }) as typeof client.send;
    return () => {
      client.send = send;
    };
  }
}, 60_000);
