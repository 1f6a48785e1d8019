import { clinicChanges } from '#domain/clinics/clinic-changes.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { AppointmentTypeId, OperatoryId, ProviderId } from '#domain/ids.ts';
import { collections } from '#lambdas/clinics/settings/collections.ts';
import { sections } from '#lambdas/clinics/settings/sections.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { owner, refusal, settingsWorld } from './settings-world.ts';

const [awa, koffi] = ['6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b', '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c'] as const;
const [, echoRoom] = ['1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01', '2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12'] as const;
const [visit, echo] = ['3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23', '4c3f6d85-4e97-4f4a-8b6d-8d9e0f1a2b34'] as const;
const accueil = recipientIdOf('accueil@clinique.example');

test('everything is read at once and part by part, with the version it was read at', async () => {
  const { ask } = await settingsWorld();
  const all = await ask('GET');
  expect([all.status, all.etag]).toEqual([200, '"1"']);
  expect(all.body).toMatchObject({
    clinic: { id: cotonou, status: 'active', country: 'BJ', version: 1 },
    identity: { slug: 'clinique-exemple', zone: 'Africa/Porto-Novo', defaultLanguage: 'fr' },
    hours: { weekly: { sunday: [], saturday: [{ from: '09:00', to: '12:00' }] } },
    lines: { emergencyNumbers: ['112', '118'] },
    retention: { recordingDays: 30, transcriptDays: 180, summaryDays: 730 },
    email: { content: 'full', sendUpdate: false, notConnected: false },
    recipients: [{ id: accueil, address: 'accueil@clinique.example', state: { status: 'active' } }],
    numbers: [{ id: '12025550142', number: '+12025550142' }],
    closures: [],
  });
  for (const section of Object.keys(sections)) {
    const one = await ask('GET', section);
    expect([section, one.status, one.etag, one.body]).toEqual([section, 200, '"1"', all.body[section]]);
  }
  for (const [section, { key }] of Object.entries(collections)) {
    expect((await ask('GET', section)).body).toEqual({ [key]: all.body[key] });
    for (const entry of all.body[key]) expect((await ask('GET', `${section}/${entry.id}`)).body).toEqual(entry);
  }
});

test('what was read can be sent back as it is, and nothing changes', async () => {
  const { ask, profile, clinics } = await settingsWorld(
    clinicOf(clinicProfile({ closures: [{ date: '2026-12-25', reason: 'Noël' }] })),
  );
  const before = await profile();
  for (const section of Object.keys(sections)) {
    const { body } = await ask('GET', section);
    expect(await ask('PUT', section, { body })).toEqual({ status: 200, etag: '"1"', body });
  }
  for (const [section, { key }] of Object.entries(collections)) {
    for (const entry of (await ask('GET', section)).body[key]) {
      const sent = await ask('PUT', `${section}/${entry.id}`, { body: entry });
      expect(sent).toEqual({ status: 200, etag: '"1"', body: entry });
    }
  }
  expect(await profile()).toEqual(before);
  expect(clinics.records).toEqual([]);
});

test('a change is made whole, is in the next answer, and goes on record by the names of its fields', async () => {
  const { ask, clinics, profile } = await settingsWorld();
  const body = { weekly: { monday: ['08:00-12:00', '13:00-18:00'] } };
  const changed = await ask('PUT', 'hours', { body });
  expect([changed.status, changed.etag, changed.body.weekly.monday]).toEqual([
    200,
    '"2"',
    [
      { from: '08:00', to: '12:00' },
      { from: '13:00', to: '18:00' },
    ],
  ]);
  expect(await ask('GET', 'hours')).toEqual(changed);
  expect((await profile()).hours?.saturday).toEqual([]);
  expect(clinics.records).toMatchObject([
    { act: 'settings.update', clinicId: cotonou, actorType: 'user', actorId: owner, requestId: 'r1' },
  ]);
  expect(clinics.records[0]?.fields).toContain('hours.monday');
  expect(JSON.stringify(clinics.records)).not.toContain('13:00');
});

test('words that read alike in a row are told apart: what is corrected is kept', async () => {
  const room = '5c0a1b2c-3d4e-4f5a-8b6c-0000000000a1';
  const { ask, profile } = await settingsWorld(
    clinicOf(clinicProfile({ operatories: [{ id: room as never, name: 'Salle 1' }], appointmentTypes: [] })),
  );
  const before = async () => clinicOf(await profile());
  const put = (capabilities: string[]) =>
    ask('PUT', `operatories/${room}`, { body: { name: 'Salle 1', capabilities } });
  const seen: unknown[] = [];
  for (const [capabilities, etag] of [
    [['echography, surgery'], '"2"'],
    [['echography', 'surgery'], '"3"'],
    [['none'], '"4"'],
    [[], '"5"'],
  ] as const) {
    const was = await before();
    expect(await put([...capabilities])).toMatchObject({ status: 200, etag, body: { capabilities } });
    seen.push(...clinicChanges(was, await before()).map(({ from, to }) => `${from} → ${to}`));
  }
  expect(seen).toEqual([
    'none → echography, surgery',
    '"echography, surgery" → "echography", "surgery"',
    'echography, surgery → none',
    '"none" → none',
  ]);
});

test('what is left out is gone or has its default, as in a clinic file', async () => {
  const { ask, profile } = await settingsWorld(
    clinicOf(clinicProfile({ humanLine: { number: '+12025550171' }, scheduling: { leadTimeMin: 60 } })),
  );
  expect((await ask('PUT', 'lines', { body: { emergencyNumbers: ['112'] } })).body).toEqual({
    emergencyNumbers: ['112'],
  });
  expect((await ask('PUT', 'scheduling', { body: {} })).body).toMatchObject({ leadTimeMin: 120, gridMinutes: 5 });
  expect((await ask('PUT', 'hours', { body: {} })).body).toEqual({});
  expect(await profile()).not.toHaveProperty('humanLine');
  expect(await profile()).not.toHaveProperty('hours');
});

test('what the people of a clinic do not set stays as it was set for them', async () => {
  const messagingServiceSid = `MG${'0'.repeat(32)}`;
  const { ask, profile } = await settingsWorld(clinicOf(clinicProfile({ texting: { messagingServiceSid } })));
  const { body } = await ask('PUT', 'texting', { body: { sms: true } });
  expect(body).toEqual({ sms: true, confirmations: false, whatsapp: false });
  expect((await profile()).texting.messagingServiceSid).toBe(messagingServiceSid);
  expect(refusal(await ask('PUT', 'texting', { body: { messagingServiceSid } }))).toEqual([
    422,
    'invalid-request',
    expect.stringMatching(/^messagingServiceSid: is not one of these settings/),
  ]);
  for (const body of [{ status: 'inactive' }, { country: 'FR' }, { agents: [] }, { id: elsewhere }]) {
    expect((await ask('PUT', 'identity', { body })).status).toBe(422);
  }
});

test('nobody writes over what they have not seen', async () => {
  const { ask } = await settingsWorld();
  const body = { recordingDays: 7 };
  expect(refusal(await ask('PUT', 'retention', { body, ifMatch: null }))).toEqual([428, 'if-match-needed']);
  for (const ifMatch of ['*', '"0"', '"2"', '1', 'W/"1"', '']) {
    expect(refusal(await ask('PUT', 'retention', { body, ifMatch }))).toEqual([412, 'changed-meanwhile']);
  }
  const [first, second] = await Promise.all([
    ask('PUT', 'retention', { body, ifMatch: '"1"' }),
    ask('PUT', 'voice', { body: { voice: 'cedar' }, ifMatch: '"1"' }),
  ]);
  expect([first.status, second.status].toSorted()).toEqual([200, 412]);
  expect((await ask('PUT', 'retention', { body, ifMatch: '"2"' })).status).toBe(200);
  const all = ['POST closures', 'PUT closures/x', `DELETE providers/${awa}`].map((one) => one.split(' '));
  for (const [method, path] of all) expect((await ask(method!, path, { ifMatch: null })).status).toBe(428);
});

test('every problem is told with its place in what was sent', async () => {
  const { ask, profile } = await settingsWorld();
  const before = await profile();
  expect(
    refusal(
      await ask('PUT', 'identity', {
        body: { ...(await ask('GET', 'identity')).body, zone: 'Mars/Olympus', phone: '+12', nmae: 'x', name: 'a\nb' },
      }),
    ),
  ).toEqual([422, 'invalid-request', 'nmae: is not one of these settings; did you mean name?']);
  expect(
    refusal(await ask('PUT', 'identity', { body: { slug: 'www', zone: 'Mars/Olympus', phone: '+12', name: 'a\nb' } })),
  ).toEqual([
    422,
    'invalid-request',
    'slug: is reserved for the platform; choose another',
    'name: must be one line without control characters',
    'zone: must be an IANA time zone such as Africa/Porto-Novo',
    'languages: is missing',
    'defaultLanguage: is missing',
    'address: is missing',
    'phone: must be a number in E.164 form such as +12025550142',
  ]);
  expect(
    refusal(await ask('PUT', 'hours', { body: { weekly: { monday: ['09:00-08:00', '9h'], funday: [] } } })),
  ).toEqual([
    422,
    'invalid-request',
    'weekly.monday[0]: must end after it starts',
    'weekly.monday[1]: must be an interval written HH:mm-HH:mm',
    expect.stringMatching(/^weekly\.funday: is not a field of it; did you mean sunday\?/),
  ]);
  // Gone through once: read again from each hyphen, it takes a quarter of a minute.
  const began = performance.now();
  const endless = `${'-'.repeat(95_000)} x`;
  expect(refusal(await ask('PUT', 'hours', { body: { weekly: { monday: [endless] } } }))).toEqual([
    422,
    'invalid-request',
    'weekly.monday[0]: must be an interval written HH:mm-HH:mm',
  ]);
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(
    refusal(await ask('PUT', 'lines', { body: { emergencyNumbers: ['112'], humanLine: { number: '+22912345678' } } })),
  ).toEqual([
    422,
    'invalid-request',
    'humanLine.number: +22912345678 is not a valid number; Benin numbers have 10 digits since 2024',
  ]);
  expect(
    refusal(await ask('POST', 'providers', { body: { givenName: '', hours: { monday: ['09:02-10:00'] } } })),
  ).toEqual([
    422,
    'invalid-request',
    'givenName: must not be empty',
    'familyName: is missing',
    'hours.monday[0]: must begin and end on a multiple of 5 minutes (scheduling.gridMinutes)',
  ]);
  expect(await profile()).toEqual(before);
});

test('what is no JSON, too much of it, or cannot be seen is refused', async () => {
  const { ask } = await settingsWorld();
  for (const raw of ['', '{', 'null', '[]', '"x"', '7', '['.repeat(40_000)]) {
    expect(refusal(await ask('PUT', 'voice', { raw }))).toEqual([400, 'bad-json']);
  }
  const deep = `{"voice":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
  expect(refusal(await ask('PUT', 'voice', { raw: deep }))).toEqual([422, 'invalid-request', expect.any(String)]);
  expect(refusal(await ask('PUT', 'voice', { raw: ' '.repeat(100_001) }))).toEqual([413, 'body-too-large']);
  expect(refusal(await ask('PUT', 'voice', { raw: '{"__proto__":{"voice":"ash"}}' }))).toEqual([
    422,
    'invalid-request',
    expect.stringMatching(/^__proto__: is not one of these settings/),
  ]);
  const name = 'Salle\u202e1';
  const hidden = [422, 'invalid-request', 'name: must not hold invisible characters'];
  expect(refusal(await ask('POST', 'operatories', { body: { name } }))).toEqual(hidden);
  expect(refusal(await ask('POST', 'operatories', { raw: '{"name":"Salle \\ud800"}' }))).toEqual(hidden);
  expect((await ask('POST', 'operatories', { body: { name: '<b>"Salle" & Co 👩‍⚕️' } })).status).toBe(201);
});

test('settings and entries that do not exist are not found, and what is not done to them is said', async () => {
  const { ask } = await settingsWorld();
  for (const path of ['constructor', '__proto__', 'toString', 'agents', 'email.recipients']) {
    expect(refusal(await ask('GET', path))).toEqual([404, 'settings-unknown']);
    expect(refusal(await ask('PUT', path, { body: {} }))).toEqual([404, 'settings-unknown']);
    expect(refusal(await ask('DELETE', `${path}/x`))).toEqual([404, 'settings-unknown']);
  }
  for (const id of ['0', '__proto__', 'undefined', echo, '']) {
    expect(refusal(await ask('GET', `providers/${id}`))).toEqual([404, 'entry-unknown']);
  }
  expect(refusal(await ask('PUT', 'providers', { body: {} }))).toEqual([405, 'method-not-allowed']);
  expect(refusal(await ask('POST', 'voice', { body: {} }))).toEqual([405, 'method-not-allowed']);
  expect(refusal(await ask('GET', 'voice/marin'))).toEqual([405, 'method-not-allowed']);
});

describe('lists', () => {
  test('an entry comes, changes and goes, under an id that is ours', async () => {
    const { ask, profile } = await settingsWorld();
    const body = { honorific: 'Dr', givenName: 'Docteur Ada', familyName: 'Essai' };
    const added = await ask('POST', 'providers', { body });
    expect(added).toMatchObject({ status: 201, etag: '"2"', body: { givenName: 'Ada', active: true } });
    const { id } = added.body;
    expect((await profile()).providers.map((provider) => provider.id)).toEqual([awa, koffi, ProviderId.parse(id)]);
    const changed = await ask('PUT', `providers/${id}`, { body: { ...body, active: false } });
    expect(changed).toMatchObject({ status: 200, etag: '"3"', body: { id, active: false } });
    expect(await ask('DELETE', `providers/${id}`)).toEqual({ status: 204, etag: '"4"', body: undefined });
    expect(refusal(await ask('GET', `providers/${id}`))).toEqual([404, 'entry-unknown']);
    const again = await ask('POST', 'providers', { body });
    expect(again.body.id).not.toBe(id);
  });

  test('an id in a body chooses nothing', async () => {
    const { ask } = await settingsWorld();
    const { body } = await ask('GET', `providers/${awa}`);
    expect((await ask('PUT', `providers/${awa}`, { body: { ...body, id: koffi, displayOrder: 7 } })).body).toEqual({
      ...body,
      displayOrder: 7,
    });
  });

  test('a closure is what it says: another day is another one, and none stands twice', async () => {
    const { ask } = await settingsWorld();
    const christmas = await ask('POST', 'closures', { body: { date: '2026-12-25', reason: 'Noël' } });
    expect(christmas.status).toBe(201);
    expect(refusal(await ask('POST', 'closures', { body: { date: '2026-12-25' } }))).toEqual([409, 'already-there']);
    const eve = await ask('POST', 'closures', { body: { date: '2026-12-24', interval: '12:00-18:00' } });
    expect(eve.body.id).not.toBe(christmas.body.id);
    expect(refusal(await ask('PUT', `closures/${eve.body.id}`, { body: { date: '2026-12-25', reason: 'x' } }))).toEqual(
      [409, 'already-there'],
    );
    const moved = await ask('PUT', `closures/${eve.body.id}`, { body: { date: '2026-12-31' } });
    expect(moved.status).toBe(200);
    expect((await ask('GET', `closures/${moved.body.id}`)).body).toEqual(moved.body);
    expect((await ask('DELETE', `closures/${christmas.body.id}`)).status).toBe(204);
    expect((await ask('GET', 'closures')).body.closures).toEqual([moved.body]);
    const lastYear = await ask('POST', 'closures', { body: { date: '2025-12-25' } });
    expect(lastYear.body.error.fields).toEqual([
      { path: 'date', message: 'is over: today is 2026-10-05 at the clinic' },
    ]);
    expect(refusal(await ask('POST', 'closures', { body: { date: '2026-02-30', provider: echo } }))).toEqual([
      422,
      'invalid-request',
      'date: must be a date written YYYY-MM-DD',
      `provider: ${echo} is not one of the clinic's providers`,
    ]);
  });

  test('of its numbers a clinic says the language; they come and go by others', async () => {
    const { ask, profile } = await settingsWorld();
    expect(refusal(await ask('POST', 'numbers', { body: { number: '+12025550143' } }))).toEqual([
      403,
      'operators-only',
    ]);
    expect(refusal(await ask('DELETE', 'numbers/12025550142'))).toEqual([403, 'operators-only']);
    expect(refusal(await ask('PUT', 'numbers/12025550142', { body: { number: '+12025550143' } }))).toEqual([
      422,
      'invalid-request',
      'number: says which entry this is and stays; add another',
    ]);
    expect((await ask('PUT', 'numbers/12025550142', { body: { language: 'en' } })).status).toBe(200);
    expect((await profile()).numbers).toEqual([{ number: '+12025550142', language: 'en' }]);
    expect(refusal(await ask('PUT', 'numbers/12025550142', { body: { language: 'fr-BJ' } }))).toEqual([
      422,
      'invalid-request',
      "language: must be one of the clinic's languages (fr, en)",
    ]);
  });
});

describe('what other settings and the calendars forbid', () => {
  test('is told with the section, the entry and the place that stand against it', async () => {
    const { ask } = await settingsWorld(
      clinicOf(clinicProfile({ closures: [{ date: '2026-12-25', provider: awa as never }] })),
    );
    expect(refusal(await ask('DELETE', `operatories/${echoRoom}`))).toEqual([
      409,
      'breaks-other-settings',
      expect.stringContaining(`appointment-types ${echo} needs an operatory with échographie`),
    ]);
    const { id } = (await ask('GET', 'closures')).body.closures[0];
    expect(refusal(await ask('DELETE', `providers/${awa}`))).toEqual([
      409,
      'breaks-other-settings',
      `closures ${id} provider ${awa} is not one of the clinic's providers`,
    ]);
    const [status, code, ...conflicts] = refusal(await ask('PUT', 'scheduling', { body: { gridMinutes: 15 } }));
    expect([status, code]).toEqual([409, 'breaks-other-settings']);
    expect(conflicts).toContain(
      `appointment-types ${echo} durationMin must be a multiple of 15 minutes (scheduling.gridMinutes)`,
    );
  });

  test('a language goes only when nothing is said in it alone', async () => {
    const { ask } = await settingsWorld(
      clinicOf(clinicProfile({ numbers: [{ number: '+12025550142', language: 'en' }] })),
    );
    const identity = (await ask('GET', 'identity')).body;
    expect(refusal(await ask('PUT', 'identity', { body: { ...identity, languages: ['fr'] } }))).toEqual([
      409,
      'breaks-other-settings',
      "numbers 12025550142 language must be one of the clinic's languages (fr)",
    ]);
  });

  test('the last recipient stays, and one of them is no alternative', async () => {
    const { ask } = await settingsWorld();
    expect(refusal(await ask('DELETE', `recipients/${accueil}`))).toEqual([
      409,
      'breaks-other-settings',
      'recipients must have at least 1 entry',
    ]);
    expect(refusal(await ask('PUT', `recipients/${accueil}`, { body: { alternative: true } }))).toEqual([
      409,
      'breaks-other-settings',
      'recipients at least one recipient must not be an alternative',
    ]);
  });

  test('whoever and whatever patients are booked with stays, and so does the grid', async () => {
    const world = await settingsWorld(clinicOf(clinicProfile({ appointmentTypes: [] })));
    const { ask, clinics, clock } = world;
    const startMs = clock.now() + 60 * 60_000;
    const occupy = (resource: { kind: 'provider'; id: ProviderId } | { kind: 'operatory'; id: OperatoryId }) =>
      clinics.cells.push({ clinicId: cotonou, resource, startMs, kind: 'booked', ref: 'an appointment' });
    occupy({ kind: 'provider', id: ProviderId.parse(awa) });
    occupy({ kind: 'operatory', id: OperatoryId.parse(echoRoom) });
    expect(refusal(await ask('DELETE', `providers/${awa}`))).toEqual([
      409,
      'provider-booked',
      'providers Dr Awa Modèle has appointments or blocked times ahead and cannot be taken out',
    ]);
    expect(refusal(await ask('DELETE', `operatories/${echoRoom}`)).slice(0, 2)).toEqual([409, 'operatory-booked']);
    expect(refusal(await ask('PUT', 'scheduling', { body: { gridMinutes: 15 } }))).toEqual([
      409,
      'grid-in-use',
      'scheduling gridMinutes cannot become 15: times have been booked in steps of 5 minutes; leave it at 5',
    ]);
    expect(
      (await ask('PUT', `providers/${awa}`, { body: { givenName: 'Awa', familyName: 'Modèle', active: false } }))
        .status,
    ).toBe(200);
    expect((await ask('DELETE', `providers/${koffi}`)).status).toBe(204);
    expect(clinics.records).toHaveLength(2);
  });

  test('a type of which appointments are ahead stays', async () => {
    const { ask, clinics, clock } = await settingsWorld();
    const appointment = { clinicId: cotonou, typeId: AppointmentTypeId.parse(visit), status: 'booked' } as const;
    clinics.appointments.push({ ...appointment, startMs: clock.now() + 1 });
    expect(refusal(await ask('DELETE', `appointment-types/${visit}`)).slice(0, 2)).toEqual([409, 'type-booked']);
    expect((await ask('DELETE', `appointment-types/${echo}`)).status).toBe(204);
  });

  test('a slug that another clinic has, or had, is not told of more than that it is taken', async () => {
    const { ask, clinics } = await settingsWorld();
    const numbers = [{ number: '+12025550143' }];
    const other = clinicOf(clinicProfile({ id: elsewhere, slug: 'clinique-ailleurs', numbers }));
    await clinics.save([{ after: other, events: [] }], 0);
    const before = await clinics.profile(elsewhere);
    await clinics.save([{ before: before!, after: { ...other, slug: 'clinique-nouvelle' }, events: [] }], 0);
    const identity = (await ask('GET', 'identity')).body;
    for (const slug of ['clinique-ailleurs', 'clinique-nouvelle']) {
      const taken = await ask('PUT', 'identity', { body: { ...identity, slug } });
      expect(refusal(taken)).toEqual([409, 'slug-taken']);
      expect(JSON.stringify(taken.body)).not.toContain(elsewhere);
    }
    expect((await ask('PUT', 'identity', { body: { ...identity, slug: 'clinique-libre' } })).status).toBe(200);
  });
});

describe('what leaves by e-mail', () => {
  test('how much of a call it carries is changed by whoever acknowledges it, on record', async () => {
    const { ask, clinics } = await settingsWorld();
    const change = (body: object) => ask('PUT', 'email', { body });
    for (const acknowledged of [undefined, true, 'full', 'link_only']) {
      const refused = await change({ content: 'summary', acknowledged });
      expect(refusal(refused)).toEqual([422, 'acknowledgement-needed']);
    }
    expect((await change({ content: 'full', replyTo: 'accueil@clinique.example' })).status).toBe(200);
    expect(clinics.records.at(-1)).not.toHaveProperty('reason');
    const changed = await change({ content: 'summary', acknowledged: 'summary' });
    expect([changed.status, changed.body]).toEqual([
      200,
      { content: 'summary', sendUpdate: false, notConnected: false },
    ]);
    expect(clinics.records.at(-1)).toMatchObject({
      act: 'settings.update',
      fields: ['email.content', 'email.replyTo'],
      reason: 'acknowledged summary',
    });
    expect(refusal(await change({ content: 'everything', acknowledged: 'everything' }))).toEqual([
      422,
      'invalid-request',
      expect.stringMatching(/^content: choose how much/),
    ]);
    expect(refusal(await change({}))).toEqual([422, 'invalid-request', expect.stringMatching(/^content: is missing/)]);
  });

  test('an address a member adds is awaited, asked once, and once more when it is added again', async () => {
    const { ask, asked, profile, clock, refuseToAsk } = await settingsWorld();
    const body = { address: 'Nuit@Clinique.example', events: ['emergency'] };
    const id = recipientIdOf('nuit@clinique.example');
    const added = await ask('POST', 'recipients', { body });
    const since = new Date(clock.now()).toISOString();
    const state = { status: 'awaiting', since };
    const shown = { id, address: 'nuit@clinique.example', events: ['emergency'], alternative: false, state };
    expect(added).toEqual({ status: 201, etag: '"2"', body: shown });
    expect((await ask('GET', `recipients/${id}`)).body).toEqual(shown);
    expect((await profile()).recipients.map(({ awaiting }) => awaiting !== undefined)).toEqual([false, true]);
    expect(asked).toEqual([`${cotonou} ${id}`]);

    expect(await ask('PUT', `recipients/${id}`, { body: { events: ['all'] } })).toMatchObject({
      status: 200,
      body: { state, events: ['all'] },
    });
    expect(await ask('POST', 'recipients', { body })).toMatchObject({ status: 200, etag: '"3"', body: { state } });
    expect(asked).toHaveLength(2);
    refuseToAsk();
    expect(refusal(await ask('POST', 'recipients', { body }))).toEqual([429, 'asked-too-often']);
    const known = { address: 'accueil@clinique.example' };
    expect(refusal(await ask('POST', 'recipients', { body: known }))).toEqual([409, 'already-there']);
    expect(refusal(await ask('PUT', `recipients/${id}`, { body: known }))).toEqual([
      422,
      'invalid-request',
      'address: says which entry this is and stays; add another',
    ]);
  });

  test('an address that is refused is asked nothing', async () => {
    const { ask, asked } = await settingsWorld();
    expect(refusal(await ask('POST', 'recipients', { body: { address: 'x@', events: [] } }))).toEqual([
      422,
      'invalid-request',
      'address: must be an e-mail address',
      'events: must have at least 1 entry',
    ]);
    expect(asked).toEqual([]);
  });

  test('an address to which mail came back says so', async () => {
    const { ask, clinics, clock } = await settingsWorld();
    await clinics.disableRecipient(cotonou, accueil, { reason: 'bounce', at: clock.now() });
    expect((await ask('GET', `recipients/${accueil}`)).body.state).toEqual({
      status: 'disabled',
      since: new Date(clock.now()).toISOString(),
      reason: 'bounce',
    });
  });
});
