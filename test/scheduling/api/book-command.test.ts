import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine, type Ran } from '#test/fakes/command-line.ts';
import { aPatient } from '#test/fakes/told.ts';
import { bookTool } from '../../../bin/book.ts';
import { createApiClient } from '../../../bin/book/api-client.ts';
import { type ConnectionOptions, findApi } from '../../../bin/book/connection.ts';
import { dateOf, instantOfClinic, weekOf } from '../../../bin/book/wanted-date.ts';
import { weekView } from '../../../bin/book/week-view.ts';
import { findNamed } from '../../../bin/find-named.ts';
import { type ApiWorld, apiWorld, paris } from './world.ts';

const command = commandLine(bookTool);

let world: ApiWorld;
let server: Server;
let dir: string;
beforeAll(async () => {
  world = apiWorld();
  server = createServer((request, response) => {
    const answer = async () => {
      const rawBody = Buffer.concat(await request.toArray());
      const headers = request.headers as Record<string, string>;
      const { status, headers: sent, body } = await world.send({ rawBody, headers });
      response.writeHead(status, { ...sent, 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    answer().catch((error: Error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  dir = await mkdtemp(join(tmpdir(), 'frontdesk-book-'));
  const local = {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    clinics: [
      { slug: 'clinique-exemple', apiKey: await world.keyFor(world.cotonou.id) },
      { slug: 'cabinet-fictif', apiKey: await world.keyFor(paris) },
    ],
  };
  await writeFile(join(dir, 'local.json'), JSON.stringify(local));
});
afterAll(async () => {
  server.close();
  await rm(dir, { recursive: true });
});

/** Runs `npm run book -- …` as a person would, without npm. */
function run(...args: string[]): Promise<Ran> {
  const { FRONTDESK_API_KEY: _key, FRONTDESK_API_URL: _url, ...env } = process.env;
  return command(args, env);
}
const book = (...args: string[]) => run('--dir', dir, '--clinic', 'clinique-exemple', ...args);
const idIn = (out: string): string => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(out)?.[0] ?? '';

test('a receptionist books, looks, moves and cancels with the names and the clock of the clinic', async () => {
  const someone = ['--patient', 'Essai, Ada', '--phone', '+1 202 555 0133', '--dob', '1985-03-09'];
  const [times, booked] = await Promise.all([
    book('times', 'consultation', '--with', 'modele', '--from', '2026-10-07', '--count', '2'),
    book('book', 'consultation', '2026-10-06', '10:00', '--with', 'awa', '--reason', 'toux', ...someone),
  ]);
  expect(times).toEqual({
    code: 0,
    out:
      'Wed 2026-10-07 08:00  consultation  Dr Awa Modèle  Salle 1\n' +
      'Wed 2026-10-07 08:30  consultation  Dr Awa Modèle  Salle 1\n',
    err: '',
  });
  expect(booked.err).toBe('');
  expect(booked.out).toMatch(/^Booked {2}Tue 2026-10-06 10:00 {2}consultation {2}Dr Awa Modèle {2}Salle 1 {2}/);
  const id = idIn(booked.out);

  const [shown, taken, blocked] = await Promise.all([
    book('show', id),
    book('book', 'consultation', '2026-10-06', '10:00', '--with', 'awa', '--patient-id', aPatient().patientId),
    book('block', 'salle 2', '2026-10-06', '15:00', '16:30', '--reason', 'peinture'),
  ]);
  expect(shown.out).toMatch(/who +Ada Essai, 1985-03-09, \+12025550133\n/);
  expect(shown.out).toMatch(/when +Tue 2026-10-06 10:00–10:30 \(Africa\/Porto-Novo\)\n/);
  expect(taken.code).toBe(1);
  expect(taken.err).toMatch(
    /^This time has just been taken. Choose one of the offers. \(slot-taken\)\n {2}Tue 2026-10-06 08:00\n/,
  );
  expect(blocked.out).toMatch(/^Blocked {2}Tue 2026-10-06 15:00 {2}Salle 2 {2}/);

  const [listed, week] = await Promise.all([
    book('list', '2026-10-06'),
    book('week', 'awa', 'Salle 2', '--from', '2026-10-08'),
  ]);
  expect(listed.out).toMatch(
    /^Tue 2026-10-06 10:00 +Ada Essai +consultation +Dr Awa Modèle +Salle 1 +booked +\S+\nTue 2026-10-06 15:00 +blocked +peinture +Salle 2 +\S+\n$/,
  );
  const lines = week.out.split('\n');
  expect(lines[0]).toBe('Dr Awa Modèle, Africa/Porto-Novo');
  expect(lines[1]).toMatch(/^ {6}Mon 10-05 +Tue 10-06 +Wed 10-07 +Thu 10-08 +Fri 10-09 +Sat 10-10 +Sun 10-11$/);
  expect(lines.find((line) => line.startsWith('10:00'))).toMatch(/^10:00 · +10:00 Essai +· +· +· +·$/);
  expect(lines.filter((line) => line.startsWith('15:00'))[1]).toMatch(/^15:00 · +15:00 peintu… · +· +·$/);

  const moved = await book('move', id, '2026-10-06', '11:00', '--if-version', '1');
  expect(moved.out).toMatch(/^Moved {2}Tue 2026-10-06 11:00 {2}/);
  const [stale, cancelled] = await Promise.all([
    book('cancel', id, '--if-version', '1'),
    book('unblock', idIn(blocked.out)),
  ]);
  expect(stale).toMatchObject({ code: 1, err: expect.stringContaining('(changed-meanwhile)') });
  expect(cancelled.out).toBe('Free again\n');
  expect((await book('cancel', id, '--json')).out).toContain('"status": "cancelled"');
});

test('who waits is put on the list with consent, seen by the clinic and taken off', async () => {
  const joined = await book(
    'waitlist',
    'join',
    'consultation',
    '--patient-id',
    aPatient().patientId,
    '--phone',
    '+12025550117',
    '--consent',
  );
  expect(joined.out).toMatch(/^Waiting {2}/);
  const [listed, refused] = await Promise.all([
    book('waitlist'),
    book('waitlist', 'join', 'consultation', '--patient-id', aPatient().patientId, '--phone', '+12025550117'),
  ]);
  expect(listed.out).toMatch(/consultation +anybody +\+12025550117 +waiting +\S+\n/);
  expect(refused.err).toContain('consent must be true: nobody waits without having agreed to be contacted');
  expect((await book('waitlist', 'leave', idIn(joined.out))).out).toBe('Left the waitlist\n');
});

test.each([
  [1, /^Send the clinic’s API key .*\(unauthorized\)\n$/, ['clinic', '--key', 'fdk_wrong']],
  [2, /^name one of --patient and --patient-id\n/, ['book', 'consultation', 'tomorrow', '10:00']],
])('exit %i: %s', async (code, said, args) => {
  const result = await book(...args);
  expect(result.err).toMatch(said);
  expect(result.code).toBe(code);
});

describe('what is in the way is told in one line', () => {
  const refusal = async (work: () => unknown): Promise<string> => {
    try {
      await work();
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('nothing was in the way');
  };
  const options = (changes: Partial<ConnectionOptions> = {}) => ({ dir, json: false, ...changes });

  test('which clinic, and where it answers', async () => {
    const find = (changes: Partial<ConnectionOptions>) => refusal(() => findApi(options(changes)));
    expect(await find({})).toBe('which clinic? Name one with --clinic: clinique-exemple, cabinet-fictif');
    expect(await find({ clinic: 'nowhere' })).toBe(
      'there is no clinic nowhere here; there are clinique-exemple, cabinet-fictif',
    );
    expect(await find({ dir: 'nowhere' })).toMatch(/^Frontdesk is not running here \(no nowhere\/local\.json\)/);
    expect(await find({ api: 'https://api.example.com' })).toBe('there is no API key: give --key or FRONTDESK_API_KEY');
    expect(await find({ api: 'nonsense', key: 'x' })).toMatch(/^nonsense is no address/);
    expect(await find({ stage: 'prod' })).toMatch(/^a deployed stage is named by --api and --key/);
    expect(await findApi(options({ api: 'https://api.example.com/', key: 'x' }))).toEqual({
      api: 'https://api.example.com',
      key: 'x',
    });
  });

  test('an address where nobody answers, or somebody else', async () => {
    const ask = (api: string) => refusal(() => createApiClient({ api, key: 'x' }).ask({ action: 'clinic' }));
    expect(await ask('http://127.0.0.1:1')).toBe('http://127.0.0.1:1 cannot be reached');
    const stranger = createServer((_, response) => void response.end('<html>'));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    expect(await ask(`http://127.0.0.1:${port}`)).toBe(
      'what answers there does not speak as this version of Frontdesk does',
    );
    stranger.close();
  });

  describe('a request that is not answered at the first attempt', () => {
    const inProgress = { error: { code: 'in-progress', message: 'A request is being answered.' } };
    const taken = { error: { code: 'slot-taken', message: 'Somebody else has this time.' } };

    /** Answers in turn, the last one for ever; tells the keys it was asked with, the pauses between, and the end. */
    async function askOf(...answers: [status: number, body: object, headers?: Record<string, string>][]) {
      const keys: unknown[] = [];
      const pauses: number[] = [];
      const busy = createServer((request, response) => {
        const [status, body, headers] = answers[Math.min(keys.length, answers.length - 1)]!;
        keys.push(request.headers['idempotency-key']);
        response.writeHead(status, headers).end(JSON.stringify(body));
      });
      busy.listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const api = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
      const client = createApiClient({ api, key: 'x' }, async (ms) => void pauses.push(ms));
      const ended = await client.ask({ action: 'unblock', blockId: 'b' }).catch((error: Error) => error.message);
      busy.close();
      return { asked: keys.length, distinctKeys: new Set(keys).size, pauses, ended };
    }

    test('is sent again with its key, after as long as the API says', async () => {
      const done = { action: 'unblock', blockId: '0d9c8b7a-6f5e-4d3c-9b2a-1f0e9d8c7b6a' };
      expect(await askOf([409, inProgress, { 'retry-after': '15' }], [429, {}], [200, done])).toEqual({
        asked: 3,
        distinctKeys: 1,
        pauses: [15_000, 600],
        ended: done,
      });
    });

    test('is given up after three attempts, and nobody waits for an hour', async () => {
      expect(await askOf([429, {}, { 'retry-after': '3600' }])).toEqual({
        asked: 3,
        distinctKeys: 1,
        pauses: [30_000, 30_000],
        ended: 'the API answered 429',
      });
      expect(await askOf([409, inProgress, { 'retry-after': '1' }])).toMatchObject({
        asked: 3,
        ended: 'A request is being answered. (in-progress)',
      });
    });

    test('is not sent again when it was refused', async () => {
      expect(await askOf([409, taken])).toMatchObject({ asked: 1, pauses: [] });
    });
  });

  test('names that are nobody’s or several people’s', async () => {
    const doctors = [
      { id: 'a', name: 'Dr Awa Modèle' },
      { id: 'b', name: 'Dr Awa N’Exemple' },
    ];
    const find = (name: string) => findNamed('provider', doctors, name);
    expect([find('modele'), find('Dr Awa n exemple'), find('b')].map(({ id }) => id)).toEqual(['a', 'b', 'b']);
    expect(await refusal(() => find('awa'))).toBe('awa may be Dr Awa Modèle, Dr Awa N’Exemple; name one of them');
    expect(await refusal(() => find('Koffi'))).toBe(
      'there is no provider Koffi; there are Dr Awa Modèle, Dr Awa N’Exemple',
    );
    expect(await refusal(() => findNamed('type', [], 'x'))).toBe('there is no type x; there are none');
  });

  test('dates and times that are none, and a time that clocks skip', async () => {
    expect(dateOf('tomorrow', 'Africa/Porto-Novo', Date.parse('2026-10-05T23:30:00Z'))).toBe('2026-10-07');
    expect(await refusal(() => dateOf('6.10.', 'UTC', 0))).toBe(
      '6.10. is no date; write today, tomorrow or 2026-10-06',
    );
    expect(await refusal(() => instantOfClinic('2026-10-06', '10h', 'UTC'))).toBe('10h is no time of day; write 09:30');
    expect(await refusal(() => instantOfClinic('2027-03-28', '02:30', 'Europe/Paris'))).toBe(
      'there is no 02:30 on 2027-03-28: clocks go forward that day in Europe/Paris',
    );
    expect(weekOf('2026-10-11')).toEqual(
      [5, 6, 7, 8, 9, 10, 11].map((day) => `2026-10-${String(day).padStart(2, '0')}`),
    );
  });
});

describe('the week as a grid', () => {
  const at = (instant: string) => Date.parse(instant);
  const week = (dates: string[], zone: string, spans: Parameters<typeof weekView>[2]) =>
    // Colours are for terminals.
    weekView(dates, zone, spans).map((line) => line.replace(/\u001b\[\d+m/g, '').trimEnd());

  test('the hour that is missing is crossed out, the day is marked, and what stands after it stands at its wall time', () => {
    const lines = week(['2027-03-27', '2027-03-28'], 'Europe/Paris', [
      { kind: 'open', startMs: at('2027-03-27T00:00:00Z'), endMs: at('2027-03-27T03:00:00Z'), text: '' },
      { kind: 'booked', startMs: at('2027-03-28T00:30:00Z'), endMs: at('2027-03-28T01:30:00Z'), text: 'Essai' },
    ]);
    expect(lines).toEqual([
      '      Sat 03-27     Sun 03-28 ±',
      '01:00 ·',
      '01:30 ·             01:30 Essai',
      '02:00 ·             ╳╳╳╳╳╳╳╳╳╳╳╳╳',
      '02:30 ·             ╳╳╳╳╳╳╳╳╳╳╳╳╳',
      '03:00 ·             │',
      '03:30 ·',
      '± 2027-03-28: clocks go forward, the day has 23 hours',
    ]);
  });

  test('the hour that comes twice has one row, and zones off the half hour lose nothing', () => {
    expect(
      week(['2026-10-25'], 'Europe/Paris', [
        { kind: 'booked', startMs: at('2026-10-25T00:00:00Z'), endMs: at('2026-10-25T00:30:00Z'), text: 'Un' },
        { kind: 'booked', startMs: at('2026-10-25T01:00:00Z'), endMs: at('2026-10-25T01:30:00Z'), text: 'Deux' },
      ]),
    ).toEqual(['      Sun 10-25 ±', '02:00 02:00 Un +1', '± 2026-10-25: clocks go back, the day has 25 hours']);
    expect(
      week(['2026-10-25'], 'Asia/Kathmandu', [
        {
          kind: 'booked',
          startMs: at('2026-10-25T04:30:00Z'),
          endMs: at('2026-10-25T05:00:00Z'),
          text: 'Un nom bien long',
        },
        { kind: 'blocked', startMs: at('2026-10-25T05:15:00Z'), endMs: at('2026-10-25T06:15:00Z'), text: '' },
      ]),
    ).toEqual(['      Sun 10-25', '10:00 10:15 Un nom…', '10:30 │', '11:00 ▒', '11:30 ▒']);
    expect(week(['2026-10-25'], 'UTC', [])).toEqual(['      Sun 10-25', 'Nothing stands here, and nobody works.']);
  });
});
