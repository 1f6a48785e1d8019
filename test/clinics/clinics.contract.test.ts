import { startDynamoDb, type TestDynamoDb } from '#test/fakes/dynamodb.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { applyClinics } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { enableRecipient } from '#lambdas/clinics/enable-recipient.ts';
import { Slug } from '#domain/clinics/slug.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { E164 } from '#domain/e164.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import {
  AppointmentId,
  AppointmentTypeId,
  ClinicId,
  derivedUuid,
  OperatoryId,
  PatientId,
  ProviderId,
} from '#domain/ids.ts';
import type { AppointmentStatus } from '#domain/scheduling/calendar/appointment.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
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
        [/\noperatories:[\s\S]*?\nemail:/, '\nemail:'],
      ),
    );
    const profile = await clinics.store.profile(cliniqueBenin.id);
    expect(profile).not.toHaveProperty('hours');
    expect(profile?.closures.map(({ date }) => date)).toEqual(['2026-12-25', '2027-01-10', '2026-12-24']);
    expect(profile?.providers.map(({ familyName }) => familyName)).toEqual(['Exemple', 'Fictif']);
    expect(profile?.recipients).toHaveLength(1);
    expect(profile?.email.sendUpdate).toBe(false);
    expect(profile).toMatchObject({ operatories: [], appointmentTypes: [] });
    expect(profile).not.toHaveProperty('humanLine');
    expect(profile).not.toHaveProperty('emergencyLine');
  });

  test('the order of doctors is kept and its change noticed', async () => {
    const swap = (text: string) => {
      const [head = '', first = '', second = '', ...rest] = text.split(/(?= {2}- id: )/);
      return head + second + first + rest.join('');
    };
    await applied(benin);
    const [result] = await applied({ ...benin, text: swap(benin.text) });
    expect(result?.changes).toEqual([
      { kind: 'changed', path: 'providers', field: 'providers', from: 'old order', to: 'new order' },
    ]);
    const profile = await clinics.store.profile(cliniqueBenin.id);
    expect(profile?.providers.map(({ familyName }) => familyName)).toEqual(['Fictif', 'Exemple', 'Modèle']);
  });

  test('rooms, types and lines are told by name when they change', async () => {
    await applied(benin);
    const [result] = await applied(
      edited(
        benin,
        ['name: Cabinet 1', 'name: Cabinet rouge'],
        ['names: { fr: échographie }', 'names: { fr: échographie obstétricale }'],
        ['durationMin: 30 }', 'durationMin: 45 }'],
        [', 1713db1a-ea16-4700-acd8-b3621d9f2ca9]', ']'],
        ["{ number: '+12025550171' }", "{ number: '+12025550174', hours: { monday: ['09:00-12:00'] } }"],
        [/\nemergencyLine:.*\n/, '\n'],
        [
          "{ date: '2027-01-01', reason",
          "{ date: '2027-01-04', operatory: eed94497-3fe9-470c-bd55-057eccccbd79 }\n  - { date: '2027-01-01', reason",
        ],
        ['\nscheduling:\n', '\nscheduling:\n  leadTimeMin: 60\n'],
      ),
    );
    const type = 'appointmentTypes[échographie obstétricale]';
    expect(result?.changes.map(({ kind, path, from, to }) => [kind, path, from, to])).toEqual([
      ['added', 'closures[2027-01-04 Cabinet rouge]', undefined, undefined],
      ['changed', 'operatories[Cabinet rouge].name', 'Cabinet 1', 'Cabinet rouge'],
      ['removed', 'appointmentTypes[consultation].operatories[Cabinet 2]', undefined, undefined],
      ['changed', `${type}.names.fr`, 'échographie', 'échographie obstétricale'],
      ['changed', `${type}.providers[Pr Inès Modèle].durationMin`, '30', '45'],
      ['changed', 'scheduling.leadTimeMin', '120', '60'],
      ['changed', 'humanLine.number', '+12025550171', '+12025550174'],
      ['added', 'humanLine.hours.monday', undefined, '09:00-12:00'],
      ...['tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((weekday) => [
        'added',
        `humanLine.hours.${weekday}`,
        undefined,
        'closed',
      ]),
      ['removed', 'emergencyLine.number', '+12025550172', undefined],
    ]);
    expect((await clinics.records(cliniqueBenin.id)).at(-1)?.fields).toEqual(
      expect.arrayContaining(['appointmentTypes.providers.durationMin', 'closures', 'emergencyLine.number']),
    );
  });

  describe('once there is something in the calendars', () => {
    const ids = {
      ines: '4170e558-14f4-4ec0-96b1-5839e59b63a5',
      cabinet2: '1713db1a-ea16-4700-acd8-b3621d9f2ca9',
      surgery: '99f6c286-c5c0-476b-83ed-b03c4eab60c2',
    };
    const ines = { kind: 'provider', id: ProviderId.parse(ids.ines) } as const;
    const cabinet2 = { kind: 'operatory', id: OperatoryId.parse(ids.cabinet2) } as const;
    const minuteMs = 60_000;
    /** The start of a cell so many minutes from now. */
    const inMinutes = (minutes: number) => clock.now() + minutes * minuteMs;
    const booked = (resource: Resource, minutes: number): Cell => {
      return { resource, startMs: inMinutes(minutes), kind: 'booked', ref: 'an appointment' };
    };
    const held = (resource: Resource, minutes: number, expiresInMinutes: number): Cell => {
      return {
        ...booked(resource, minutes),
        kind: 'hold',
        holder: 'retell_call_1',
        expiresAtMs: inMinutes(expiresInMinutes),
      };
    };

    const withoutInes = edited(
      benin,
      [/ {2}- id: 4170e558[\s\S]*?\n\n/, '\n'],
      [/ {6}# Of the heart[\s\S]*?durationMin: 30 \}\n/, ''],
      [/ {2}- id: 72efd01e[\s\S]*?displayOrder: 3\n/, ''],
    );
    const withoutCabinet2 = edited(
      benin,
      [/ {2}- \{ id: 1713db1a.*\n/, ''],
      [', 1713db1a-ea16-4700-acd8-b3621d9f2ca9', ''],
      [', 1713db1a-ea16-4700-acd8-b3621d9f2ca9', ''],
    );
    const withoutSurgery = edited(benin, [/ {2}# Agreed on[\s\S]*?displayOrder: 4\n/, '']);
    const tenMinutes = edited(
      benin,
      ['\nscheduling:\n', '\nscheduling:\n  gridMinutes: 10\n'],
      ['bufferAfterMin: 5\n', 'bufferAfterMin: 10\n'],
      ['bufferAfterMin: 15\n', 'bufferAfterMin: 20\n'],
    );

    beforeEach(() => applied(benin));

    test('the grid is free to change until then', async () => {
      await applied(tenMinutes);
      expect(await clinics.store.profile(cliniqueBenin.id)).toMatchObject({ scheduling: { gridMinutes: 10 } });
    });

    test('the grid stays as it is, even when all of it is past', async () => {
      await clinics.occupy(cliniqueBenin.id, booked(cabinet2, -60 * 24 * 30));
      expect(await refusal(tenMinutes)).toEqual([
        'clinique-benin.yaml:109 scheduling.gridMinutes: cannot become 10: times have been booked in steps of 5 minutes; leave it at 5',
      ]);
      expect((await apply([tenMinutes], { dryRun: true })).outcome).toBe('refused');
      await applied(edited(benin, ['content: full', 'content: summary']));
    });

    test('doctors and rooms that are booked, blocked or held ahead are not taken out', async () => {
      await clinics.occupy(cliniqueBenin.id, { ...booked(ines, 0), kind: 'block' });
      await clinics.occupy(cliniqueBenin.id, held(cabinet2, 60 * 24, 5));
      expect(await refusal(withoutInes)).toEqual([
        'clinique-benin.yaml:21 providers: Pr Inès Modèle has appointments or blocked times ahead and cannot be taken out; ' +
          'keep it in the file with active: false',
      ]);
      expect(await refusal(withoutCabinet2)).toEqual([
        'clinique-benin.yaml:60 operatories: Cabinet 2 has appointments or blocked times ahead and cannot be taken out; ' +
          'keep it in the file with active: false',
      ]);
      await applied(edited(benin, ['honorific: Pr', 'active: false\n    honorific: Pr']));
    });

    test('who was only booked before, or held until a moment ago, may go', async () => {
      await clinics.occupy(cliniqueBenin.id, booked(ines, -60));
      await clinics.occupy(cliniqueBenin.id, held(ines, 60, -1));
      await clinics.occupy(lakesideDental.id, booked(ines, 60));
      await applied(withoutInes);
      expect((await clinics.store.profile(cliniqueBenin.id))?.providers).toHaveLength(2);
    });

    test('a type with appointments ahead is not taken out; one that is over or cancelled is', async () => {
      const typeId = AppointmentTypeId.parse(ids.surgery);
      const appointment = (appointmentId: string, minutes: number, status: AppointmentStatus) =>
        clinics.enlist({
          clinicId: cliniqueBenin.id,
          appointmentId: AppointmentId.parse(appointmentId),
          patientId: PatientId.parse('0c1f52d2-13cb-4b34-9b1c-0d8de9a3f1aa'),
          providerId: ProviderId.parse(cliniqueBenin.providers[0]?.id),
          typeId,
          startMs: inMinutes(minutes),
          endMs: inMinutes(minutes + 60),
          occFromMs: inMinutes(minutes - 10),
          occToMs: inMinutes(minutes + 75),
          zone: cliniqueBenin.zone,
          status,
          source: 'staff',
          flags: [],
          history: [],
          createdAtMs: clock.now(),
          updatedAtMs: clock.now(),
          version: 1,
        });
      await appointment('5a1f52d2-13cb-4b34-9b1c-0d8de9a3f101', 60, 'cancelled');
      await appointment('5a1f52d2-13cb-4b34-9b1c-0d8de9a3f102', -60, 'booked');
      await applied(withoutSurgery);
      await applied(benin);
      await appointment('5a1f52d2-13cb-4b34-9b1c-0d8de9a3f103', 60, 'confirmed');
      expect(await refusal(withoutSurgery)).toEqual([
        'clinique-benin.yaml:72 appointmentTypes: petite chirurgie has appointments ahead and cannot be taken out; ' +
          'keep it in the file with active: false',
      ]);
    });
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

  test('clinics that come to a shared agent at one moment do not wait for each other, and are all counted', async () => {
    const agent = { provider: 'retell', id: 'agent_manyshare0001', kind: 'shared' } as const;
    const together = Array.from({ length: 12 }, (_, n) => ({
      ...cabinetDuParc,
      id: ClinicId.parse(derivedUuid('sharing', String(n))),
      slug: Slug.parse(`sharing-${n}`),
      numbers: [{ number: E164.parse(`+120255501${n + 10}`) }],
      agents: [agent],
    }));
    const at = clock.now();
    const saved = await Promise.all(together.map((after) => clinics.registry.save([{ after, events: [] }], at)));
    expect(saved.map(({ outcome }) => outcome)).toEqual(together.map(() => 'saved'));
    const alone = { ...cliniqueBenin, agents: [{ ...agent, kind: 'dedicated' as const }] };
    const { agents } = await clinics.registry.holders([alone]);
    expect(agents.get(agent.id)?.sharedBy.toSorted()).toEqual(together.map(({ id }) => id).sort());
    expect(await clinics.registry.save([{ after: alone, events: [] }], at)).toEqual({ outcome: 'changed-meanwhile' });
  });

  test('the last clinic to leave a shared agent frees it', async () => {
    await applied(benin, parc);
    await applied(edited(benin, [/agent_\w+/, 'agent_ownone000001']));
    await applied(edited(parc, [/agent_\w+, kind: shared/, 'agent_5f0c2d7e9b1a4c63d8e2f70a11, kind: dedicated']));
    const { agents } = await clinics.registry.holders([cabinetDuParc]);
    expect([...agents.values()]).toEqual([{ dedicatedTo: cabinetDuParc.id, sharedBy: [] }]);
  });

  test('where an agent sent its events before is remembered for its clinic alone, and in nobody’s way', async () => {
    await applied(lakeside);
    const { id, agents } = lakesideDental;
    const agentId = agents[0]!.id;
    const { of, remember } = clinics.formerWebhooks;
    expect(await of(id, agentId)).toBeUndefined();
    await remember(id, agentId, 'https://first.example/hook', clock.now());
    await remember(id, agentId, 'https://second.example/hook', clock.now());
    expect(await of(id, agentId)).toBe('https://second.example/hook');
    expect(await of(cliniqueBenin.id, agentId)).toBeUndefined();
    const held = await clinics.registry.holders([lakesideDental]);
    expect([...held.agents.values()]).toEqual([{ dedicatedTo: id, sharedBy: [] }]);
    await applied(edited(lakeside, [/agent_\w+/, 'agent_ownone000001']));
    expect((await clinics.registry.holders([lakesideDental])).agents.size).toBe(0);
    await remember(id, agentId, undefined, clock.now());
    expect(await of(id, agentId)).toBeUndefined();
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

  describe('what its people changed', () => {
    const named = (name: string) => edited(benin, ['name: Clinique du Littoral', `name: ${name}`]);
    const nameNow = async () => (await clinics.store.profile(cliniqueBenin.id))?.name;
    beforeEach(async () => {
      await applied(benin);
      const before = await clinics.store.profile(cliniqueBenin.id);
      const after = { ...cliniqueBenin, name: 'Clinique des Palmiers' };
      await clinics.registry.save([{ before: before!, after, events: [], by: 'people' }], clock.now());
      clock.pass(60_000);
    });

    test('is not undone by a file that knows nothing of it, unless somebody says so', async () => {
      for (const older of [benin, named('Clinique du Port')]) {
        expect(await refusal(older)).toEqual([
          expect.stringMatching(
            /^clinique-benin\.yaml.* changed it since .* \(last at 2026-11-21T08:01:00\.000Z\).*--overwrite/,
          ),
        ]);
        const { clinics: shown } = await apply([older], { dryRun: true });
        expect(shown).toMatchObject([
          { result: 'updated', changedByPeopleAtMs: Date.parse('2026-11-21T08:01:00.000Z') },
        ]);
      }
      expect(await nameNow()).toBe('Clinique des Palmiers');
      expect(await apply([benin], { overwrite: true })).toMatchObject({ outcome: 'applied' });
      expect(await nameNow()).toBe('Clinique du Littoral');
      await applied(named('Clinique du Port'));
    });

    test('stands as the file’s own once the file says it too', async () => {
      await applied(named('Clinique des Palmiers'));
      await applied(named('Clinique du Port'));
      expect(await nameNow()).toBe('Clinique du Port');
    });

    test('is remembered while anything else writes the clinic', async () => {
      const before = await clinics.store.profile(cliniqueBenin.id);
      await clinics.registry.save(
        [{ before: before!, after: { ...clinicOf(before!), status: 'suspended' }, events: [] }],
        0,
      );
      expect(await refusal(benin)).toHaveLength(1);
    });
  });

  test('an address a member named is awaited, whatever else changes meanwhile', async () => {
    await applied(benin);
    const recipientId = recipientIdOf('nouveau@clinique-du-littoral.example');
    const before = await clinics.store.profile(cliniqueBenin.id);
    const since = clock.now();
    const recipients = [
      ...cliniqueBenin.email.recipients,
      { address: 'nouveau@clinique-du-littoral.example', events: ['all' as const], alternative: false },
    ];
    const after = { ...cliniqueBenin, email: { ...cliniqueBenin.email, recipients } };
    const old = recipientIdOf('accueil@clinique-du-littoral.example');
    const change = { before: before!, after, events: [], unverified: [recipientId, old] };
    expect(await clinics.registry.save([change], since)).toEqual({ outcome: 'saved' });
    clock.pass(60_000);

    await applied(
      edited(benin, ['recipients:', `recipients:\n    - { address: ${recipients[2]!.address}, events: [booked] }`]),
    );
    const states = async () => (await clinics.store.profile(cliniqueBenin.id))?.recipients;
    expect(await states()).toMatchObject([{ recipientId, events: ['booked'], awaiting: { sinceMs: since } }, {}, {}]);
    expect((await states())?.filter(({ awaiting }) => awaiting)).toHaveLength(1);
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
