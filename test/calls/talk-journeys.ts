import { createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { keys } from '#adapters/dynamodb/keys.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { ClinicId, ConversationId, OperatoryId, ProviderId } from '#domain/ids.ts';
import { bookingApiJourneys } from './booking-api-journeys.ts';
import { type Appointment, bookingClient } from './booking-client.ts';
import { type LocalSystem, waitFor } from './local-system.ts';
import { type Person, people, tracesOf } from './people.ts';
import { retellClient } from './retell-client.ts';
import { type Reply, startTalk, type Talk } from './talk.ts';

/**
 * Journeys through talks in which functions are called, and through the booking API beside them: the whole system as the
 * synthesized template wires it, and clients that know the vendor's wire and `local.json`. Starting it takes longer than
 * most journeys, so all of them share one.
 */
export function talkJourneys(running: () => LocalSystem): void {
  let system: LocalSystem;
  /** Days with nothing in them, one for each journey, so that none sees another's appointments. */
  let days: string[];
  beforeAll(async () => {
    system = running();
    doctor = await benin.named('consultation', 'Exemple');
    days = await benin.wholeDays(doctor);
  }, 120_000);

  const client = retellClient(() => system.json);
  const benin = bookingClient(() => system.json, 'clinique-benin');
  const lakeside = bookingClient(() => system.json, 'lakeside-dental');
  let doctor: { typeId: string; providerId: string };

  const clinic = (slug: string) => {
    const found = system.json.clinics.find((one) => one.slug === slug);
    if (!found) throw new Error(`no clinic ${slug}`);
    return found;
  };
  const dayOf = (journey: number): string => {
    const day = days[journey];
    if (!day) throw new Error(`there are only ${days.length} days`);
    return day;
  };

  const ringBenin = ({ phone }: Person): Promise<Talk> => startTalk(client, system.json, phone, '+12025550142');

  /** What a flow passes to book a time that was not offered before. */
  const wish = ({ name, dob }: Person, date: string, time: string) => ({
    doctor: 'docteur Exemple',
    appointment_type: 'consultation',
    date,
    time,
    patient_name: name,
    date_of_birth: dob,
    date_of_birth_said: 'in_words',
  });

  /** The appointments of a day at the clinic in Cotonou. */
  const booked = async (date: string): Promise<Appointment[]> =>
    (await benin.done({ action: 'list', from: date, to: date, limit: 100 })).appointments;
  const bookedIn = async ({ conversationId }: Talk, date: string): Promise<Appointment[]> =>
    (await booked(date)).filter((one) => one.conversationId === conversationId);

  /** The wall-clock times that software of the clinic is offered on a day. */
  const freeTimes = async (date: string, at = benin, wanted = doctor): Promise<string[]> =>
    (await at.on(date, wanted)).map(({ localStart }) => localStart.slice(11, 16));

  test('a talk ends in an appointment, in its cells, in an e-mail that names it, and in nothing that is still held', async () => {
    const day = dayOf(0);
    const talk = await ringBenin(people.ines);
    talk.hear('Bonjour, un rendez-vous pour mon fils Théo, s’il vous plaît.');
    expect(
      await talk.call('verify_patient', {
        patient_name: people.theo.name,
        date_of_birth: people.theo.dob,
        date_of_birth_said: 'in_words',
        caller_name: people.ines.name,
      }),
    ).toMatchObject({ code: 'OK', verified: true });

    const offered = await talk.call('find_available_times', {
      doctor: 'docteur Exemple',
      appointment_type: 'consultation',
      date: day,
    });
    expect(offered).toMatchObject({ code: 'OK', count: 3, first_date: day });
    const times = offered.times as [string, string, string];
    // Nobody else is offered what this caller thinks about.
    expect((await freeTimes(day)).filter((time) => times.includes(time))).toEqual([]);

    talk.hear('Le premier.');
    const told = await talk.call('book_appointment', {
      choice: 'le premier',
      patient_name: people.theo.name,
      reason: 'toux depuis dix jours',
    });
    expect(told).toMatchObject({ code: 'OK', booked: true, date: day, time: times[0] });
    await talk.end(`${people.ines.name} a pris rendez-vous pour son fils.`);

    const [email] = await client.awaitEmails(talk.conversationId, 1);
    expect(email?.subject).toMatch(/^\[Clinique du Littoral\] Nouvel appel – .* – rendez-vous pris$/);
    const written = email?.text.replaceAll(/[\u00a0\u202f]/g, ' ').split('\n');
    expect(written).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^Pris : .* à ${writtenTime(times[0])}$`),
        `Patient : ${people.theo.name}`,
        'Type : consultation',
        'Praticien : Dr Awa Exemple',
      ]),
    );

    const [appointment, ...more] = await booked(day);
    expect(more).toEqual([]);
    expect(appointment).toMatchObject({
      ...doctor,
      status: 'booked',
      source: 'agent',
      conversationId: talk.conversationId,
      localStart: `${day}T${times[0]}:00+01:00`,
    });
    const { patient } = await benin.done({ action: 'get', appointmentId: appointment?.id });
    expect(patient).toMatchObject({ givenName: 'Théo', familyName: 'Rivière', provisional: false });

    // The call is over: what was not taken is everybody's again, and what was taken is nobody else's.
    await waitFor(async () => ((await freeTimes(day)).includes(times[2]) ? true : undefined));
    expect(await freeTimes(day)).toEqual(expect.arrayContaining([times[1], times[2]]));
    expect(await freeTimes(day)).not.toContain(times[0]);
    await cellsAre(appointment as Appointment);
    const { outcome, appointmentIds } = (await conversationRow(talk)) ?? {};
    expect({ outcome, appointmentIds }).toEqual({ outcome: 'booked', appointmentIds: [appointment?.id] });
    expect(await recordsOf(appointment as Appointment)).toMatchObject([
      { act: 'appointment.book', actorType: 'agent', actorId: talk.conversationId, outcome: 'success' },
    ]);
  });

  /** `8 h`, `14 h 30` */
  const writtenTime = (time: string): string => time.replace(/^0/, '').replace(':', ' h ').replace(/ 00$/, '');

  /** Nothing stands in the calendars of that day but this appointment, in every five minutes it takes of doctor and room. */
  async function cellsAre({ id, providerId, operatoryId, start, end }: Appointment): Promise<void> {
    const clinicId = ClinicId.parse(clinic('clinique-benin').id);
    const day = keys.cellTime(Date.parse(start)).slice(0, 8);
    for (const resource of [
      { kind: 'provider', id: ProviderId.parse(providerId) },
      { kind: 'operatory', id: OperatoryId.parse(operatoryId) },
    ] as const) {
      const cells = await withTable('core', (core) =>
        core.query({
          pk: keys.calendar(clinicId, resource),
          sk: 'begins_with(SK, :day)',
          values: { ':day': day },
        }),
      );
      const minutes = (Date.parse(end) - Date.parse(start)) / 60_000;
      expect(cells.map(({ SK, kind, apptRef }) => [SK, kind, apptRef])).toEqual(
        Array.from({ length: minutes / 5 }, (_, index) => [
          keys.cellTime(Date.parse(start) + index * 5 * 60_000),
          'booked',
          id,
        ]),
      );
    }
  }

  async function conversationRow({ conversationId }: Talk) {
    const key = keys.conversation(ClinicId.parse(clinic('clinique-benin').id), ConversationId.parse(conversationId));
    return withTable('core', (core) => core.get(key));
  }

  /** What is on record of an appointment, in ids and names of fields. Whoever looked at it is on record too. */
  async function recordsOf({ id }: Appointment) {
    const { PK } = keys.pendingAudit(ClinicId.parse(clinic('clinique-benin').id), '', '');
    const records = await withTable('audit', (audit) => audit.query({ pk: PK }));
    for (const record of records) expect(JSON.stringify(record)).not.toMatch(tracesOf(Object.values(people), ['toux']));
    return records.filter(({ resourceId, act }) => resourceId === id && String(act).startsWith('appointment.'));
  }

  type Opened = ReturnType<typeof openTable>;
  async function withTable<T>(table: 'core' | 'audit', read: (table: Opened) => Promise<T>): Promise<T> {
    const { aws, dynamodb } = system.json;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const database = new DynamoDBClient({ endpoint: aws.endpoint, region: aws.region, credentials });
    try {
      return await read(openTable(database, dynamodb.tables[table]));
    } finally {
      database.destroy();
    }
  }

  test('times that overlap are offered and held together, given back for others, and free when the call is over', async () => {
    const hygienist = await lakeside.named('cleaning', 'Mockup');
    const [day = '', another = ''] = await lakeside.wholeDays(hygienist);
    const talk = await startTalk(client, system.json, people.marius.phone, '+12025550143');
    const ask = (date: string) =>
      talk.call('find_available_times', { appointment_type: 'cleaning', doctor: 'Jordan Mockup', date });
    const free = (date: string) => freeTimes(date, lakeside, hygienist);
    // A cleaning takes an hour with the room, and one may begin every quarter of an hour.
    const offered = ['08:00', '08:15', '08:30'];
    expect(await ask(day)).toMatchObject({ code: 'OK', times: offered });
    expect((await free(day))[0]).toBe('09:30');
    expect(await ask(another)).toMatchObject({ code: 'OK', times: offered });
    expect((await free(day)).slice(0, 3)).toEqual(offered);
    expect((await free(another))[0]).toBe('09:30');
    await talk.end('Somebody asked for a cleaning and hung up.');
    await waitFor(async () => ((await free(another)).includes('08:00') ? true : undefined));
    expect((await free(another)).slice(0, 3)).toEqual(offered);
    expect(await client.awaitEmails(talk.conversationId, 1)).toHaveLength(1);
  });

  test('the same booking again, twice at once or later, is the same answer and one appointment', async () => {
    const day = dayOf(1);
    const talk = await ringBenin(people.zelie);
    talk.hear('Je voudrais venir à neuf heures.');
    const bytes = talk.bytes('book_appointment', wish(people.zelie, day, '09:00'));
    const [first, second] = await Promise.all([
      talk.send('book_appointment', bytes),
      talk.send('book_appointment', bytes),
    ]);
    expect(first).toMatchObject({ code: 'OK', date: day, time: '09:00' });
    expect(second).toEqual(first);
    expect(await talk.send('book_appointment', bytes)).toEqual(first);
    expect(await bookedIn(talk, day)).toHaveLength(1);
  });

  test('two callers who want one time at once: one has it, the other hears of others', async () => {
    const day = dayOf(2);
    const answers = await Promise.all(
      [people.ulysse, people.ondine].map(async (caller) => {
        const talk = await ringBenin(caller);
        return { caller, talk, answer: await talk.call('book_appointment', wish(caller, day, '10:00')) };
      }),
    );
    const winner = answers.find(({ answer }) => answer.code === 'OK');
    const loser = answers.find(({ answer }) => answer.code === 'SLOT_TAKEN');
    if (!winner || !loser) throw new Error(`they were answered ${answers.map(({ answer }) => answer.code).join(', ')}`);
    expect(loser.answer.say).toMatch(/^Ce créneau vient d’être pris\. Je peux vous proposer /);
    expect(loser.answer).toMatchObject({ count: 3, first_date: day });
    expect(loser.answer.times).not.toContain('10:00');
    expect((await booked(day)).map(({ conversationId }) => conversationId)).toEqual([winner.talk.conversationId]);

    // What was offered instead was held meanwhile, and is there to be taken.
    const { name, dob } = loser.caller;
    const instead = await loser.talk.call('book_appointment', {
      choice: 'le premier',
      patient_name: name,
      date_of_birth: dob,
      date_of_birth_said: 'in_words',
    });
    expect(instead).toMatchObject({ code: 'OK', date: day, time: loser.answer.first_time });
  });

  test('a function call that is forged, rewritten or old is refused without a word, and nothing is done', async () => {
    const day = dayOf(3);
    const talk = await ringBenin(people.zelie);
    const path = '/api/functions/book_appointment';
    const bytes = talk.bytes('book_appointment', wish(people.zelie, day, '09:00'));
    const rewritten = JSON.stringify(JSON.parse(bytes), undefined, 1);
    const now = Date.now();
    for (const [attempt, sent, signed] of [
      ['unsigned', bytes, ''],
      ['forged', bytes, `v=${now},d=${'0'.repeat(64)}`],
      ['by somebody else', bytes, signature(bytes, now, 'key_of_somebody_else')],
      ['rewritten', rewritten, signature(bytes, now)],
      ['old', bytes, signature(bytes, now - 301_000)],
      ['of a clock that is far ahead', bytes, signature(bytes, now + 360_000)],
    ] as const) {
      const answer = await client.send(path, sent, signed);
      expect([attempt, answer.status, await answer.text()]).toEqual([attempt, 401, '']);
    }
    expect(await booked(day)).toEqual([]);
  });

  /** As the vendor signs, at any time and with any key. */
  const signature = (raw: string, epochMs: number, key = system.json.retell.apiKey): string =>
    `v=${epochMs},d=${createHmac('sha256', key).update(`${raw}${epochMs}`).digest('hex')}`;

  test('an argument that names another clinic than the one that was called is refused, and nothing is done at either', async () => {
    const day = dayOf(3);
    const talk = await ringBenin(people.zelie);
    const answer = await talk.call('book_appointment', {
      ...wish(people.zelie, day, '09:00'),
      clinic_id: clinic('lakeside-dental').id,
    });
    expect(answer.code).toBe('TENANT_MISMATCH');
    expect(await booked(day)).toEqual([]);
    expect((await lakeside.done({ action: 'list', from: day, to: day })).appointments).toEqual([]);
    const log = system.logs()['frontdesk-local-run-tool.log'];
    const told = log?.split('\n').filter((line) => line.includes('tool.tenant-mismatch'));
    expect(told).toEqual([expect.stringContaining(talk.conversationId)]);
  });

  test('who asks without a call, for a tool there is not, or at a number nobody holds hears a sentence and of no clinic', async () => {
    const day = dayOf(3);
    const talk = await ringBenin(people.zelie);
    const lost = await startTalk(client, system.json, people.zelie.phone, '+12025550199');
    const args = wish(people.zelie, day, '09:00');
    const atRoot = JSON.stringify({ ...args, clinic_id: clinic('clinique-benin').id });
    for (const [tool, bytes] of [
      ['book_appointment', atRoot],
      ['book_appointment', '[]'],
      ['book_appointment', 'not JSON'],
      ['prescribe_medicine', talk.bytes('prescribe_medicine', args)],
      ['cancel_appointment', talk.bytes('book_appointment', args)],
      ['book_appointment', lost.bytes('book_appointment', args)],
    ] as const) {
      const answer = await client.send(`/api/functions/${tool}`, bytes);
      expect([tool, answer.status]).toEqual([tool, 200]);
      const text = await answer.text();
      const { code, say } = JSON.parse(text) as Reply;
      expect({ tool, code, say }).toEqual({
        tool,
        code: expect.stringMatching(/^[A-Z_]+$/),
        say: expect.stringMatching(/\S/),
      });
      for (const { id, name } of system.json.clinics) expect(text).not.toMatch(new RegExp(`${id}|${name}`));
    }
    expect(await booked(day)).toEqual([]);
  });

  test('another clinic’s doctor, by name or by id, is as unknown as one who does not exist', async () => {
    const talk = await ringBenin(people.zelie);
    const ask = (doctor: string) => talk.call('find_available_times', { doctor, appointment_type: 'consultation' });
    const nobody = await ask('docteur Personne Nullepart');
    expect(nobody).toMatchObject({ code: 'PROVIDER_UNKNOWN', say: expect.stringContaining('Awa Exemple') });
    for (const doctor of ['docteur Camille Spécimen', '8f3d6ec5-5b08-46c4-ba2e-259dd8a137ca', 'Sam Sample']) {
      expect(await ask(doctor)).toEqual(nobody);
    }
  });

  test('whoever sounds in danger is asked once, then told whom to call, is sold no appointment, and the clinic is told first', async () => {
    const talk = await ringBenin(people.ondine);
    talk.hear('Bonjour, un rendez-vous pour mon père, il a une douleur dans la poitrine.');
    const asked = await talk.call('find_available_times', { appointment_type: 'consultation' });
    expect(asked).toMatchObject({ code: 'EMERGENCY_TO_CONFIRM', say: expect.stringContaining('en ce moment ?') });
    talk.hear('Oui, là, maintenant. Mais donnez-moi un rendez-vous !');
    const booking = await talk.call('book_appointment', wish(people.ondine, dayOf(3), '09:00'));
    expect(booking).toMatchObject({ code: 'EMERGENCY_ACTIVE', say: expect.stringMatching(/112.*118/) });
    talk.hear('Ce n’est pas pour moi.');
    expect((await talk.call('find_available_times', { appointment_type: 'consultation' })).code).toBe(
      'EMERGENCY_ACTIVE',
    );
    await talk.end('La personne décrit une urgence.');

    const [email] = await client.awaitEmails(talk.conversationId, 1);
    expect(email?.subject).toMatch(/^URGENT – \[Clinique du Littoral\] .* – urgence signalée$/);
    expect(email?.text).toContain('Une urgence a été signalée');
    expect(await bookedIn(talk, dayOf(3))).toEqual([]);
  });

  describe('the booking API', () => bookingApiJourneys(() => system));

  test('no log tells of anybody: no name, no number, no date of birth, no word they said', () => {
    const logs = system.logs();
    // They are where everybody named below came by.
    for (const [name, line] of [
      ['run-tool', 'tool.answered'],
      ['answer-booking-request', 'booking.answered'],
      ['record-call-event', 'holds.released'],
      ['settle-summary', 'summary.sent'],
    ] as const) {
      expect([name, logs[`frontdesk-local-${name}.log`]]).toEqual([name, expect.stringContaining(line)]);
    }
    const traces = tracesOf(Object.values(people), ['toux', 'poitrine', 'Ce n’est pas pour moi']);
    for (const [name, text] of Object.entries(logs)) expect([name, text.match(traces)]).toEqual([name, null]);
  });
}
