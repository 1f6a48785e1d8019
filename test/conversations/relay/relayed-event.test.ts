import { createHmac } from 'node:crypto';
import type { FetchedCall, ProviderRecord } from '#domain/conversations/call-source.ts';
import type { CallEventReceived } from '#domain/messages/call-event-received.ts';
import { type ClinicId, retellConversationId } from '#domain/ids.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { createClinicKeys } from '#lambdas/clinic-keys.ts';
import { closeRelay, issueRelaySecret, listRelaySecrets } from '#lambdas/clinics/issue-relay-secret.ts';
import { keepFetchedCall } from '#lambdas/conversations/keep-fetched-call.ts';
import { receiveRelayedEvent } from '#lambdas/conversations/receive-relayed-event.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryCredentials, inMemorySecretValues } from '#test/fakes/credentials.ts';
import { inMemoryDirectory } from '#test/fakes/directory.ts';
import { inMemoryInbox } from '#test/fakes/inbox.ts';
import { rememberedLog } from '#test/fakes/log.ts';
import { inMemoryRelaySecrets } from '#test/fakes/relay-secrets.ts';
import { knownSecret } from '#test/fakes/secret.ts';

const [ourKey, ownKey] = ['key_of_ours_00000001', 'key_of_the_clinic_01'];
const [number, othersNumber] = ['+12025550142', '+12025550143'];
const hourMs = 60 * 60_000;

/** A call as Retell keeps it, or as somebody says it was. */
const callTo = (to_number: string, changes: object = {}) => ({
  call_id: 'call_ofthisclinic0001',
  call_type: 'phone_call',
  call_status: 'ended',
  direction: 'inbound',
  from_number: '+12025550117',
  to_number,
  ...changes,
});
const event = (call: object) => JSON.stringify({ event: 'call_ended', call });

async function world({ atRetell = [callTo(number)] as { call_id: string }[] } = {}) {
  const clock = standingClock();
  const secrets = inMemoryRelaySecrets();
  const inbox = inMemoryInbox();
  const log = rememberedLog();
  const queued: CallEventReceived[] = [];
  const queue = { publish: async (message: CallEventReceived) => void queued.push(message) };
  const directory = inMemoryDirectory({ numbers: { [number]: cotonou, [othersNumber]: elsewhere } });
  const credentials = createCredentialVault({ store: inMemoryCredentials(), secrets: inMemorySecretValues(), clock });
  const by = { actorType: 'user', actorId: 'an owner', requestId: 'r0' } as const;
  await credentials.put(cotonou, 'retell-api-key', ownKey, by);
  const asked: ProviderRecord[] = [];
  let isDown = false;
  const receive = receiveRelayedEvent({
    secrets,
    retellKey: knownSecret([ourKey]),
    clinicKeys: createClinicKeys({ directory, credentials }),
    bindingKey: knownSecret(['binding']),
    directory,
    clinics: { profile: async (id: ClinicId) => clinicProfile({ id }) },
    source: {
      async fetch(record): Promise<FetchedCall | undefined> {
        asked.push(record);
        if (isDown) throw new Error('Retell does not answer');
        const call = atRetell.find(({ call_id }) => call_id === record.providerId);
        const rawBody = Buffer.from(event(call ?? {}));
        return call && { eventType: 'call_ended', analyzed: false, over: true, rawBody };
      },
    },
    inbox,
    queue,
    keep: keepFetchedCall({ inbox, queue, clock }),
    clock,
    log,
  });
  const issue = issueRelaySecret({ secrets, clock });
  return {
    clock,
    secrets,
    log,
    asked,
    queued,
    directory,
    issue: async (clinicId: ClinicId) => (await issue(clinicId)).text,
    close: closeRelay({ secrets, clock }),
    list: listRelaySecrets({ secrets, clock }),
    breakRetell: () => (isDown = true),
    kept: () => [...inbox.events.values()],
    relay(
      secret: string | undefined,
      raw: string,
      { to = cotonou as string, signedWith = undefined as string | undefined } = {},
    ) {
      const stampedAt = clock.now();
      const digest = signedWith && createHmac('sha256', signedWith).update(raw).update(String(stampedAt)).digest('hex');
      const headers = {
        'x-relay-secret': secret,
        ...(digest && { 'x-retell-signature': `v=${stampedAt},d=${digest}` }),
      };
      return receive({
        rawBody: Buffer.from(raw),
        headers,
        pathParameters: { clinicId: to },
        query: {},
        requestId: 'r1',
      });
    },
  };
}

describe('who may relay', () => {
  test('nobody, until the clinic’s relay is opened', async () => {
    const { relay, asked } = await world();
    for (const secret of [undefined, '', 'fdr_guessed', 'x'.repeat(9000)])
      expect(await relay(secret, event(callTo(number)))).toEqual({ status: 401 });
    expect(asked).toEqual([]);
  });

  test('a wrong secret, another clinic’s and a clinic that does not exist are refused alike', async () => {
    const { issue, relay, asked, kept } = await world();
    const [ours, theirs] = [await issue(cotonou), await issue(elsewhere)];
    const refusals = await Promise.all([
      relay(`${ours}x`, event(callTo(number))),
      relay(theirs, event(callTo(number))),
      relay(ours, event(callTo(othersNumber)), { to: elsewhere }),
      relay(ours, event(callTo(number)), { to: '7c1e5a90-3b2d-4f6e-9a8b-0d1c2e3f4a5b' }),
      relay(ours, event(callTo(number)), { to: 'not-a-clinic' }),
    ]);
    expect(new Set(refusals.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ status: 401 })]),
    );
    expect([asked, kept()]).toEqual([[], []]);
  });

  test('a new secret leaves the former one an hour, and closing ends them all', async () => {
    const { issue, relay, clock, close, list, secrets } = await world();
    const first = await issue(cotonou);
    clock.pass(1);
    const second = await issue(cotonou);
    expect(await relay(first, event(callTo(number)))).toEqual({ status: 204 });
    clock.pass(hourMs);
    expect(await relay(first, event(callTo(number)))).toEqual({ status: 401 });
    expect(await relay(second, event(callTo(number)))).toEqual({ status: 204 });
    expect(JSON.stringify([await list(cotonou), await secrets.ofClinic(cotonou)])).not.toContain(second);
    expect(await close(cotonou)).toEqual({ outcome: 'closed' });
    expect(await relay(second, event(callTo(number)))).toEqual({ status: 401 });
    expect(await close(cotonou)).toEqual({ outcome: 'not-open' });
    expect(secrets.records.map(({ act, reason }) => [act, reason])).toEqual([
      ['credential.rotate', 'issued'],
      ['credential.rotate', 'issued'],
      ['credential.rotate', 'revoked'],
    ]);
  });
});

describe('what counts of what is relayed', () => {
  test('what Retell says of the call when we ask, and nothing the relay said', async () => {
    const { issue, relay, kept, queued, asked } = await world();
    const told = event(callTo(othersNumber, { transcript: 'User: something made up' }));
    expect(await relay(await issue(cotonou), told)).toEqual({ status: 204 });
    expect(asked).toEqual([{ clinicId: cotonou, providerId: 'call_ofthisclinic0001', providerObject: 'call' }]);
    const [only] = kept();
    expect(only?.event).toMatchObject({
      state: 'received',
      source: 'relay',
      clinicId: cotonou,
      eventType: 'call_ended',
    });
    expect(Buffer.from(only?.rawBody ?? []).toString()).toBe(event(callTo(number)));
    expect(queued).toHaveLength(1);
  });

  test('not a call of another clinic, nor one Retell does not know; and it stays free for whose it is', async () => {
    const others = { ...callTo(othersNumber), call_id: 'call_ofanotherclinic1' };
    const { issue, relay, kept, directory } = await world({ atRetell: [others] });
    const secret = await issue(cotonou);
    expect(await relay(secret, event(others))).toEqual({ status: 404 });
    expect(await relay(secret, event(callTo(number)))).toEqual({ status: 404 });
    expect(await relay(secret, '{"event":"call_ended"}')).toEqual({ status: 404 });
    expect([kept(), directory.sessions.has(retellConversationId('call_ofanotherclinic1'))]).toEqual([[], false]);
  });

  test.each([
    ['our account', ourKey],
    ['the clinic’s own', ownKey],
  ])('the very bytes Retell signed with the key of %s, without asking', async (_whose, signedWith) => {
    const { issue, relay, kept, asked } = await world();
    const raw = event(callTo(number, { transcript: 'User: what was said' }));
    expect(await relay(await issue(cotonou), raw, { signedWith })).toEqual({ status: 204 });
    expect(asked).toEqual([]);
    const [only] = kept();
    expect([only?.event.clinicId, Buffer.from(only?.rawBody ?? []).toString()]).toEqual([cotonou, raw]);
  });

  test('signed bytes of another clinic’s call are not found', async () => {
    const { issue, relay, kept } = await world();
    const secret = await issue(cotonou);
    const raw = event(callTo(othersNumber));
    expect(await relay(secret, raw, { signedWith: ourKey })).toEqual({ status: 404 });
    expect(kept()).toEqual([]);
  });

  test('bytes that were changed on the way are only a reason to ask', async () => {
    const { issue, relay, asked } = await world();
    const raw = event(callTo(number));
    expect(await relay(await issue(cotonou), raw, { signedWith: 'key_of_nobody_000001' })).toEqual({ status: 204 });
    expect(asked).toHaveLength(1);
  });

  test('while Retell does not answer, the relay is asked to come again', async () => {
    const { issue, relay, breakRetell, kept } = await world();
    breakRetell();
    expect(await relay(await issue(cotonou), event(callTo(number)))).toMatchObject({ status: 503 });
    expect(kept()).toEqual([]);
  });
});
