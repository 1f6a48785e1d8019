import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { applyClinics } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { enableRecipient } from '#lambdas/clinics/enable-recipient.ts';
import { recipientIdOf } from '#domain/clinics/recipient-id.ts';
import { type Clinics, places } from './registries.ts';
import { cabinetDuParc, cliniqueBenin, demoFiles, lakesideDental } from './demo-clinics.ts';

let db: TestDynamoDb;
beforeAll(async () => {
  db = await startDynamoDb();
});
afterAll(() => db.stop());

const [benin, parc, lakeside] = demoFiles as [(typeof demoFiles)[0], (typeof demoFiles)[0], (typeof demoFiles)[0]];

/** The same file with some of its text replaced; every replacement must hit. */
function edited(file: { name: string; text: string }, ...replacements: [string | RegExp, string][]) {
  return replacements.reduce(({ name, text }, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${name} has no ${from}`);
    return { name, text: changed };
  }, file);
}

describe.each(places(() => db))('clinics %s', (_place, open) => {
  let clinics: Clinics;
  let clock: ReturnType<typeof standingClock>;
  let apply: ReturnType<typeof applyClinics>;
  beforeEach(async () => {
    clinics = await open();
    clock = standingClock('2026-11-21T08:00:00.000Z');
    apply = applyClinics({ clinics: clinics.registry, clock });
  });

  const applied = async (...files: typeof demoFiles) => {
    const { outcome, problems, clinics: results } = await apply(files);
    expect(problems.map(problemText)).toEqual([]);
    expect(outcome).toBe('applied');
    clock.pass(60_000);
    return results;
  };
  const refusal = async (...files: typeof demoFiles) => {
    const { outcome, problems } = await apply(files);
    expect(outcome).toBe('refused');
    return problems.map(problemText);
  };

  test('a clinic reads as its file says', async () => {
    await applied(benin, parc, lakeside);
    for (const clinic of [cliniqueBenin, cabinetDuParc, lakesideDental]) {
      const { version, recipients, ...profile } = (await clinics.store.profile(clinic.id)) ?? {};
      expect(profile).toEqual(clinic);
      expect(version).toBe(1);
      expect(recipients).toEqual(
        clinic.email.recipients.map((recipient) => ({ ...recipient, recipientId: recipientIdOf(recipient.address) })),
      );
    }
  });

  test('an unknown clinic has no profile', async () => {
    expect(await clinics.store.profile(cliniqueBenin.id)).toBeUndefined();
  });

  test('applying the same files again changes nothing', async () => {
    expect((await applied(...demoFiles)).map(({ result }) => result)).toEqual(['created', 'created', 'created']);
    expect((await applied(...demoFiles)).map(({ result }) => result)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await clinics.store.profile(cliniqueBenin.id)).toMatchObject({ version: 1 });
    expect(await clinics.records(cliniqueBenin.id)).toHaveLength(2);
  });

  test('a dry run tells the changes and makes none', async () => {
    const { clinics: results } = await apply([benin], { dryRun: true });
    expect(results[0]).toMatchObject({ result: 'created' });
    expect(await clinics.store.profile(cliniqueBenin.id)).toBeUndefined();
  });

  test('a change is told by field, counted, and put on record without its content', async () => {
    await applied(benin);
    const [result] = await applied(
      edited(
        benin,
        ["saturday: ['09:00-12:00']", "saturday: ['09:00-13:00']"],
        ['familyName: Fictif', 'familyName: Inventé'],
        ['content: full', 'content: summary'],
        ['reason: Noël', 'reason: Fête de Noël'],
      ),
    );
    expect(result?.changes).toEqual([
      {
        kind: 'changed',
        path: 'providers[Dr Koffi Inventé].familyName',
        field: 'providers.familyName',
        from: 'Fictif',
        to: 'Inventé',
      },
      { kind: 'changed', path: 'hours.saturday', field: 'hours.saturday', from: '09:00-12:00', to: '09:00-13:00' },
      {
        kind: 'changed',
        path: 'closures[2026-12-25].reason',
        field: 'closures.reason',
        from: 'Noël',
        to: 'Fête de Noël',
      },
      { kind: 'changed', path: 'email.content', field: 'email.content', from: 'full', to: 'summary' },
    ]);
    expect(await clinics.store.profile(cliniqueBenin.id)).toMatchObject({
      version: 2,
      hours: { saturday: [{ from: '09:00', to: '13:00' }] },
    });
    const records = await clinics.records(cliniqueBenin.id);
    expect(records.at(-1)).toMatchObject({
      act: 'settings.update',
      actorType: 'platform',
      actorId: 'cli',
      resourceId: cliniqueBenin.id,
      fields: ['closures.reason', 'email.content', 'hours.saturday', 'providers.familyName'],
    });
    expect(JSON.stringify(records)).not.toMatch(/Inventé|Noël/);
  });

  test('what the file no longer says is gone', async () => {
    await applied(edited(benin, [/ {2}content: full\n/, '  content: full\n  sendUpdate: true\n']));
    await applied(
      edited(
        benin,
        [/\nhours:[\s\S]*?\nclosures:/, '\nclosures:'],
        [/ {2}- \{ date: '2027-01-01'.*\n/, ''],
        [/ {4}- \{ address: astreinte.*\n/, ''],
        [/ {2}- id: [0-9a-f-]+\n {4}honorific: Pr[\s\S]*?\n\n/, '\n'],
      ),
    );
    const profile = await clinics.store.profile(cliniqueBenin.id);
    expect(profile).not.toHaveProperty('hours');
    expect(profile?.closures.map(({ date }) => date)).toEqual(['2026-12-25', '2027-01-10', '2026-12-24']);
    expect(profile?.providers.map(({ familyName }) => familyName)).toEqual(['Exemple', 'Fictif']);
    expect(profile?.recipients).toHaveLength(1);
    expect(profile?.email.sendUpdate).toBe(false);
  });

  test('the order of doctors is kept and its change noticed', async () => {
    const swap = (text: string) => {
      const [head = '', first = '', second = '', rest = ''] = text.split(/(?= {2}- id: )/);
      return head + second + first + rest;
    };
    await applied(benin);
    const [result] = await applied({ ...benin, text: swap(benin.text) });
    expect(result?.changes).toEqual([
      { kind: 'changed', path: 'providers', field: 'providers', from: 'old order', to: 'new order' },
    ]);
    const profile = await clinics.store.profile(cliniqueBenin.id);
    expect(profile?.providers.map(({ familyName }) => familyName)).toEqual(['Fictif', 'Exemple', 'Modèle']);
  });

  test('clinics are listed by slug and found by it', async () => {
    await applied(...demoFiles);
    expect((await clinics.registry.list()).map(({ slug }) => slug)).toEqual([
      'cabinet-du-parc',
      'clinique-benin',
      'lakeside-dental',
    ]);
    expect((await clinics.registry.list())[1]).toEqual({
      id: cliniqueBenin.id,
      slug: 'clinique-benin',
      name: 'Clinique du Littoral',
      status: 'active',
      defaultLanguage: 'fr',
      zone: 'Africa/Porto-Novo',
      numbers: cliniqueBenin.numbers,
    });
    expect(await clinics.registry.find('lakeside-dental')).toBe(lakesideDental.id);
    expect(await clinics.registry.find('nobody-here')).toBeUndefined();
  });

  test('a renamed clinic is found by both names and listed by the new one', async () => {
    await applied(benin);
    await applied(edited(benin, ['slug: clinique-benin', 'slug: clinique-littoral']));
    expect(await clinics.registry.find('clinique-benin')).toBe(cliniqueBenin.id);
    expect(await clinics.registry.find('clinique-littoral')).toBe(cliniqueBenin.id);
    expect((await clinics.registry.list()).map(({ slug }) => slug)).toEqual(['clinique-littoral']);
  });

  test('a former name stays with its clinic, which may take it again', async () => {
    await applied(benin);
    await applied(edited(benin, ['slug: clinique-benin', 'slug: clinique-littoral']));
    expect(await refusal(edited(lakeside, ['slug: lakeside-dental', 'slug: clinique-benin']))).toEqual([
      'lakeside-dental.yaml:3 slug: clinique-benin is a former slug of clinic clinique-littoral and stays with it',
    ]);
    await applied(benin);
    expect((await clinics.registry.list()).map(({ slug }) => slug)).toEqual(['clinique-benin']);
  });

  test('a number held by another clinic is refused and the clinic named; nothing is written', async () => {
    await applied(benin);
    expect(await refusal(parc, edited(lakeside, ['+12025550143', '+12025550142']))).toEqual([
      'lakeside-dental.yaml:15 numbers[0].number: +12025550142 is held by clinic clinique-benin',
    ]);
    expect(await clinics.store.profile(cabinetDuParc.id)).toBeUndefined();
  });

  test('a dedicated agent held by another clinic is refused, and so is one that others share', async () => {
    await applied(lakeside, parc);
    const [shared, dedicated] = [parc, lakeside].map(({ text }) => /id: (agent_\w+)/.exec(text)?.[1] as string);
    expect(await refusal(edited(benin, [shared as string, dedicated as string]))).toEqual([
      `clinique-benin.yaml:19 agents[0].id: ${dedicated} is dedicated to clinic lakeside-dental`,
    ]);
    expect(await refusal(edited(benin, ['kind: shared', 'kind: dedicated']))).toEqual([
      `clinique-benin.yaml:19 agents[0].id: ${shared} is shared by clinic cabinet-du-parc and cannot be dedicated to another`,
    ]);
  });

  test('the last clinic to leave a shared agent frees it', async () => {
    await applied(benin, parc);
    await applied(edited(benin, [/agent_\w+/, 'agent_ownone000001']));
    await applied(edited(parc, [/agent_\w+, kind: shared/, 'agent_5f0c2d7e9b1a4c63d8e2f70a11, kind: dedicated']));
    const { agents } = await clinics.registry.holders([cabinetDuParc]);
    expect([...agents.values()]).toEqual([{ dedicatedTo: cabinetDuParc.id, sharedBy: [] }]);
  });

  test('a released number is free, and its former clinic stays on record', async () => {
    await applied(benin);
    await applied(edited(benin, ["- number: '+12025550142'", "- number: '+12025550150'"]));
    expect((await clinics.registry.holders([cliniqueBenin])).numbers.size).toBe(0);
    await applied(edited(lakeside, ['+12025550143', '+12025550142']));
    expect((await clinics.registry.holders([cliniqueBenin])).numbers.get('+12025550142')).toBe(lakesideDental.id);
    expect(await clinics.formerly('+12025550142')).toMatchObject([
      { clinicId: cliniqueBenin.id, from: '2026-11-21T08:00:00.000Z', to: '2026-11-21T08:01:00.000Z' },
    ]);
    expect(
      (await clinics.records(cliniqueBenin.id)).map(({ act, resourceId, reason }) => [act, resourceId, reason]),
    ).toEqual(
      expect.arrayContaining([
        ['number.map', '+12025550142', 'claimed'],
        ['number.map', '+12025550142', 'released'],
        ['number.map', '+12025550150', 'claimed'],
      ]),
    );
  });

  test('two clinics swap their numbers in one run, at one moment', async () => {
    await applied(benin, lakeside);
    await applied(edited(benin, ['+12025550142', '+12025550143']), edited(lakeside, ['+12025550143', '+12025550142']));
    const { numbers } = await clinics.registry.holders([cliniqueBenin, lakesideDental]);
    expect(numbers.get('+12025550142')).toBe(lakesideDental.id);
    expect(numbers.get('+12025550143')).toBe(cliniqueBenin.id);
    expect(await clinics.formerly('+12025550142')).toHaveLength(1);
    expect(await clinics.store.profile(cliniqueBenin.id)).toMatchObject({ version: 2 });
    expect(await clinics.store.profile(lakesideDental.id)).toMatchObject({ version: 2 });
  });

  test('two files of one run cannot claim the same', async () => {
    const twin = edited(lakeside, ['+12025550143', '+12025550142'], ['slug: lakeside-dental', 'slug: clinique-benin']);
    expect(await refusal(benin, twin)).toEqual([
      'lakeside-dental.yaml:3 slug: clinique-benin is the slug of clinic clinique-benin in clinique-benin.yaml',
      'lakeside-dental.yaml:15 numbers[0].number: +12025550142 is held by clinic clinique-benin in clinique-benin.yaml',
    ]);
    expect(await refusal(benin, { ...benin, name: 'copy.yaml' })).toContain(
      `copy.yaml:2 id: ${cliniqueBenin.id} is also the id of clinic clinique-benin in clinique-benin.yaml`,
    );
  });

  test('of two clinics that race for a number exactly one gets it', async () => {
    const racer = edited(lakeside, ['+12025550143', '+12025550142']);
    const results = await Promise.all([apply([benin]), apply([racer])]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'refused']);
    const { numbers } = await clinics.registry.holders([cliniqueBenin]);
    const [winner, loser] =
      results[0]?.outcome === 'applied' ? [cliniqueBenin, lakesideDental] : [lakesideDental, cliniqueBenin];
    expect(numbers.get('+12025550142')).toBe(winner.id);
    expect(await clinics.store.profile(loser.id)).toBeUndefined();
    expect(results.flatMap(({ problems }) => problems.map(({ message }) => message))).toEqual([
      `+12025550142 is held by clinic ${winner.slug}`,
    ]);
  });

  test('of two different changes made at once one asks to be run again', async () => {
    await applied(benin);
    const results = await Promise.all([
      apply([edited(benin, ['content: full', 'content: summary'])]),
      apply([edited(benin, ['content: full', 'content: link_only'])]),
    ]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'refused']);
    expect(results.flatMap(({ problems }) => problems.map(problemText))).toEqual([
      'clinique-benin.yaml:2: the clinic clinique-benin was changed meanwhile; nothing of this file was written, run again',
    ]);
    expect(await clinics.store.profile(cliniqueBenin.id)).toMatchObject({ version: 2 });
  });

  test('a disabled address stays disabled across changes until a person enables it', async () => {
    await applied(benin);
    const recipientId = recipientIdOf('accueil@clinique-du-littoral.example');
    const at = clock.now();
    const disable = (reason: 'bounce' | 'complaint') =>
      clinics.store.disableRecipient(cliniqueBenin.id, recipientId, { reason, at });
    expect(await disable('bounce')).toEqual({ outcome: 'disabled' });
    expect(await disable('complaint')).toEqual({ outcome: 'already-disabled' });

    await applied(edited(benin, ['- address: accueil', '- events: [booked]\n      address: accueil']));
    const disabled = { recipientId, events: ['booked'], disabled: { reason: 'bounce', at } };
    expect((await clinics.store.profile(cliniqueBenin.id))?.recipients[0]).toMatchObject(disabled);

    const enable = () =>
      enableRecipient({ clinics: clinics.registry, clock })(cliniqueBenin.id, 'Accueil@clinique-du-littoral.example');
    expect(await enable()).toEqual({ outcome: 'enabled' });
    expect((await clinics.store.profile(cliniqueBenin.id))?.recipients[0]).not.toHaveProperty('disabled');
    expect(await enable()).toEqual({ outcome: 'not-disabled' });
    expect((await clinics.records(cliniqueBenin.id)).at(-1)).toMatchObject({
      act: 'settings.update',
      resourceId: recipientId,
      fields: ['email.recipients.disabled'],
    });
  });

  test('an address that left and came back starts afresh; an unknown one is no recipient', async () => {
    await applied(benin);
    const why = { reason: 'bounce', at: clock.now() } as const;
    const recipientId = recipientIdOf('astreinte@clinique-du-littoral.example');
    await clinics.store.disableRecipient(cliniqueBenin.id, recipientId, why);
    await applied(edited(benin, [/ {4}- \{ address: astreinte.*\n/, '']));
    expect(await clinics.store.disableRecipient(cliniqueBenin.id, recipientId, why)).toEqual({
      outcome: 'no-such-recipient',
    });
    await applied(benin);
    expect((await clinics.store.profile(cliniqueBenin.id))?.recipients[1]).not.toHaveProperty('disabled');
    const enable = enableRecipient({ clinics: clinics.registry, clock });
    expect(await enable(cliniqueBenin.id, 'nobody@clinique-du-littoral.example')).toEqual({
      outcome: 'no-such-recipient',
    });
  });

  test('a clinic with more closures than one transaction holds is written as a whole', async () => {
    const dates = Array.from({ length: 230 }, (_, day) =>
      new Date(Date.UTC(2027, 2, 1 + day)).toISOString().slice(0, 10),
    );
    const many = edited(benin, [
      /closures:\n[\s\S]*?\n\n/,
      `closures:\n${dates.map((date) => `  - { date: '${date}' }\n`).join('')}\n`,
    ]);
    await applied(many);
    expect((await clinics.store.profile(cliniqueBenin.id))?.closures.map(({ date }) => date)).toEqual(dates);
    await applied(benin);
    expect((await clinics.store.profile(cliniqueBenin.id))?.closures).toEqual(cliniqueBenin.closures);
  });
});
