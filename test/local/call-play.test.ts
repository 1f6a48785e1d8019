import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NotificationState } from '#domain/conversations/conversation.ts';
import { describeStep } from '#local/call/describe-step.ts';
import { play, type PlayedStep } from '#local/call/play.ts';
import type { Records } from '#local/call/records.ts';
import { findRunningSystem, NotRunning } from '#local/call/running-system.ts';
import type { LocalClinic } from '#local/local-json.ts';
import { hangsUpAtOnce } from '#local/scenarios/hangs-up-at-once.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import { wrongNumber } from '#local/scenarios/wrong-number.ts';
import { clinic as called, ourApi, startWorld, type World } from './retell-world.ts';

const clinic: LocalClinic = {
  id: called.id,
  slug: 'clinique-du-lac',
  name: 'Clinique du Lac',
  language: 'fr',
  zone: called.zone,
  numbers: [called.number],
  agents: [{ provider: 'retell', id: called.boundAgentId, kind: 'shared' }],
  recipients: [{ address: 'accueil@lac.example', events: ['all'], alternative: false, disabled: null }],
  emailContent: 'full',
};

/** Sends what our side would have sent by now. */
async function startMailbox(arrived: () => { conversation: string; count: number }) {
  const server = createServer((request, response) => {
    const { conversation, count } = arrived();
    const wanted = new URL(request.url ?? '', 'http://mailbox').searchParams.get('conversation');
    const email = {
      to: '"Accueil" <Accueil@lac.example>',
      subject: '[Clinique du Lac] Nouvel appel',
      html: '<html lang="fr"></html>',
      text: '',
      headers: { 'X-Frontdesk-Conversation': conversation },
      receivedAt: new Date().toISOString(),
    };
    const stranger = { ...email, headers: { 'x-frontdesk-conversation': 'retell_call_other' } };
    response.end(JSON.stringify([stranger, ...(wanted === conversation ? Array(count).fill(email) : [])]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, json: `${url}/messages.json`, stop: () => new Promise((resolve) => server.close(resolve)) };
}

let world: World;
let mailbox: Awaited<ReturnType<typeof startMailbox>>;
afterEach(async () => {
  await world.stop();
  await mailbox.stop();
});

/** Plays a scenario against our side as a test would have it. */
async function playWith(
  scenario: Scenario,
  ours: { emails: number; notification: NotificationState; quarantined?: string[] },
) {
  const callId = () => String(world.api.received[0]?.body.call_inbound.call_id);
  const analyzed = () => world.api.events().includes('call_analyzed');
  world = await startWorld(ourApi);
  mailbox = await startMailbox(() => ({ conversation: `retell_${callId()}`, count: analyzed() ? ours.emails : 0 }));
  const records: Records = {
    clinics: async () => [clinic],
    ofCall: async () => ({
      notification: analyzed() ? ours.notification : 'none',
      acts: [],
      appointments: [],
    }),
    turns: async () => [],
    quarantined: async () => (analyzed() ? (ours.quarantined ?? []) : []),
  };
  const system = {
    api: mailbox.url,
    voice: mailbox.url,
    aws: { endpoint: mailbox.url, region: 'local', control: mailbox.url },
    mailbox: { url: mailbox.url, json: mailbox.json },
    dynamodb: { tables: { core: 'core', routing: 'routing', inbox: 'inbox', audit: 'audit' } },
    retell: { baseUrl: world.baseUrl, control: `${world.baseUrl}/_standin` },
    twilio: { baseUrl: mailbox.url, control: mailbox.url },
    openai: { control: mailbox.url },
    clinics: [],
  };
  const told: PlayedStep[] = [];
  const wire = { vendor: 'retell', options: {} } as const;
  const asked = { scenario, clinic, clinics: [clinic], wire, timeoutSeconds: 2, settleMs: 0 };
  const result = await play(system, records, asked, (step) => void told.push(step));
  return { result, told, callId: callId() };
}

test('a call is followed from the ring to its e-mail', async () => {
  const { result, told, callId } = await playWith(hangsUpAtOnce, { emails: 1, notification: 'sent' });
  expect(result).toMatchObject({ ok: true, conversationId: `retell_${callId}` });
  expect(result.emails).toEqual([
    { to: 'accueil@lac.example', subject: '[Clinique du Lac] Nouvel appel', atMs: expect.any(Number) },
  ]);
  expect(told.map(({ step }) => step)).toEqual(expect.arrayContaining(['ringing', 'answered', 'email', 'finished']));
  // Each step but the last can be read by a person.
  for (const step of told) expect(describeStep(step)?.text ?? step.step).not.toMatch(/undefined|^$/);
});

test('an e-mail that does not come fails the call when its time is up', async () => {
  const { result } = await playWith(hangsUpAtOnce, { emails: 0, notification: 'waiting' });
  expect(result.ok).toBe(false);
  expect(result.checks.filter(({ ok }) => !ok)).toEqual([
    { claim: 'accueil@lac.example gets exactly one e-mail', ok: false, found: '0 came' },
  ]);
});

test('a second e-mail fails it', async () => {
  const { result } = await playWith(hangsUpAtOnce, { emails: 2, notification: 'sent' });
  expect(result.checks.filter(({ ok }) => !ok)).toMatchObject([{ found: '2 came' }]);
});

test('a wrong number that is answered with a clinic’s name fails it', async () => {
  const events = ['call_started', 'call_ended', 'call_analyzed'];
  const { result } = await playWith(wrongNumber, { emails: 0, notification: 'none', quarantined: events });
  expect(result.checks.filter(({ ok }) => !ok)).toMatchObject([{ found: 'Clinique du Lac' }]);
});

test('a system that is not there, was killed or is of another version is said to be so in one line', async () => {
  world = await startWorld();
  mailbox = await startMailbox(() => ({ conversation: '', count: 0 }));
  const dir = await mkdtemp(join(tmpdir(), 'frontdesk-'));
  const found = () => findRunningSystem(dir);
  await expect(found()).rejects.toThrow(NotRunning);
  await expect(found()).rejects.toThrow(/not running here .* npm start$/);

  const at = async (baseUrl: string) =>
    writeFile(
      join(dir, 'local.json'),
      JSON.stringify({
        api: baseUrl,
        voice: baseUrl,
        aws: { endpoint: baseUrl, region: 'local', control: baseUrl },
        mailbox: { url: baseUrl, json: baseUrl },
        dynamodb: { tables: { core: 'c', routing: 'r', inbox: 'i', audit: 'a' } },
        retell: { baseUrl, control: `${baseUrl}/_standin` },
        twilio: { baseUrl, control: baseUrl },
        openai: { control: baseUrl },
        clinics: [{ slug: 'clinique-du-lac' }],
      }),
    );
  await at(world.baseUrl);
  expect((await found()).retell.baseUrl).toBe(world.baseUrl);
  await world.stopRetell();
  await expect(found()).rejects.toThrow(/does not answer at .* npm start$/);

  await writeFile(join(dir, 'local.json'), '{"retell":{}}');
  await expect(found()).rejects.toThrow(/was not written by this version: .* npm start$/);
  await rm(dir, { recursive: true });
});
