import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRetellDialer } from '#adapters/retell/dialer.ts';
import { createTwilioDialer } from '#adapters/twilio/dialer.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import { NotDialled } from '#domain/conversations/outbound/dialer.ts';
import { ClinicId, derivedUuid, OutboundCallId } from '#domain/ids.ts';
import { readBinding } from '#domain/routing/clinic-binding.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { standingClock } from '../fakes/clock.ts';
import { cotonou } from '../fakes/conversation.ts';
import { knownTwilio, twilioAccountSid } from '../fakes/twilio-requests.ts';

const callId = OutboundCallId.parse(derivedUuid('a call'));
const order = (outbound = {}) => ({
  clinic: clinicProfile({ outbound: { calls: true, ...outbound } }),
  callId,
  purpose: 'appointment-reminder' as const,
  from: '+12025550142',
  to: '+12025550117',
  language: 'fr',
});

type Answer = { status: number; body?: unknown } | 'hang';

/** Something that answers as a vendor's API would, one answer for each request. */
async function vendor(...answers: Answer[]) {
  const asked: { line: string; body: string; key?: string }[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const key = request.headers.authorization?.replace('Bearer ', '');
      asked.push({ line: `${request.method} ${request.url}`, body, ...(key !== undefined && { key }) });
      const answer = answers[asked.length - 1] ?? { status: 599 };
      if (answer === 'hang') return;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((closed) => server.close(() => closed()));
  };
  return { baseUrl, asked, stop };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

const dialers = {
  retell: (baseUrl: string, timeoutMs = 5_000) =>
    createRetellDialer({
      baseUrl,
      key: async () => 'key',
      keyOfClinic: async () => 'key-of-the-clinic',
      bindingKey: async () => 'binding',
      clock: standingClock(),
      timeoutMs,
    }),
  twilio: (baseUrl: string, timeoutMs = 5_000) =>
    createTwilioDialer({
      baseUrl,
      account: () => knownTwilio.account(),
      answerUrl: (id) => `https://api.example.test/api/twilio/incoming-call?call=${id}`,
      statusUrl: (id) => `https://api.example.test/api/twilio/call-status?call=${id}`,
      timeoutMs,
    }),
};
const placedBy = {
  retell: { status: 201, body: { call_id: 'call_9f2e7c1a5b3d' } },
  twilio: { status: 201, body: { sid: `CA${'0'.repeat(32)}` } },
};

describe.each(['retell', 'twilio'] as const)('%s', (which) => {
  test('is asked once, whatever becomes of it: what may have rung is not asked for again', async () => {
    for (const lost of [{ status: 500 }, { status: 503 }, 'hang'] as const) {
      const { baseUrl, asked, stop } = await vendor(lost, placedBy[which]);
      const failed = await dialers[which](baseUrl, lost === 'hang' ? 300 : undefined)
        .dial(order())
        .catch((error: unknown) => error);
      expect(failed).toMatchObject({ name: expect.any(String) });
      expect(failed).not.toBeInstanceOf(NotDialled);
      expect(asked).toHaveLength(1);
      await stop();
    }
  });

  test('that certainly did nothing may be asked again', async () => {
    for (const status of [429, 401, 403]) {
      const { baseUrl, stop } = await vendor({ status });
      await expect(dialers[which](baseUrl).dial(order())).rejects.toBeInstanceOf(NotDialled);
      await stop();
    }
    const gone = await vendor();
    await gone.stop();
    await expect(dialers[which](gone.baseUrl).dial(order())).rejects.toBeInstanceOf(NotDialled);
  });

  test('that refuses says why', async () => {
    const { baseUrl, stop } = await vendor({ status: 400, body: { code: 21215, status: 'error', message: 'no' } });
    const reason = { retell: 'retell-400', twilio: 'twilio-21215' }[which];
    expect(await dialers[which](baseUrl).dial(order())).toEqual({ outcome: 'refused', reason });
    await stop();
  });
});

test('Twilio is told where to ask and what to tell us, and to listen for machines', async () => {
  const { baseUrl, asked, stop } = await vendor(placedBy.twilio, placedBy.twilio);
  const dial = dialers.twilio(baseUrl).dial;
  expect(await dial(order())).toEqual({ outcome: 'placed', conversationId: `twilio_CA${'0'.repeat(32)}` });
  expect(asked[0]?.line).toBe(`POST /2010-04-01/Accounts/${twilioAccountSid}/Calls.json`);
  const form = new URLSearchParams(asked[0]?.body);
  expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
  expect(Object.fromEntries(form)).toMatchObject({
    To: '+12025550117',
    From: '+12025550142',
    Url: `https://api.example.test/api/twilio/incoming-call?call=${callId}`,
    StatusCallback: `https://api.example.test/api/twilio/call-status?call=${callId}`,
    MachineDetection: 'Enable',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: `https://api.example.test/api/twilio/call-status?call=${callId}`,
  });
  await dial(order({ voicemail: 'message' }));
  expect(new URLSearchParams(asked[1]?.body).get('MachineDetection')).toBe('DetectMessageEnd');
  await stop();
});

test('Retell is told the clinic, signed, and why we call, and nothing of whom', async () => {
  const { baseUrl, asked, stop } = await vendor(placedBy.retell, placedBy.retell);
  const { dial } = dialers.retell(baseUrl);
  expect(await dial(order())).toEqual({ outcome: 'placed', conversationId: 'retell_call_9f2e7c1a5b3d' });
  expect(asked[0]?.line).toBe('POST /v2/create-phone-call');
  const body = JSON.parse(asked[0]?.body ?? '');
  expect(body).toMatchObject({
    from_number: '+12025550142',
    to_number: '+12025550117',
    override_agent_id: 'agent_shared00000001',
    metadata: {
      clinic_id: cotonou,
      outbound_call_id: callId,
      call_purpose: 'appointment-reminder',
      call_language: 'fr',
    },
    agent_override: { agent: { language: 'fr-FR', voicemail_option: { action: { type: 'hangup' } } } },
  });
  const bound = { clinicNumber: '+12025550142' };
  expect(readBinding(['binding'], body.metadata.clinic_binding, bound)).toBe(ClinicId.parse(cotonou));
  const { greeting, call_purpose: purpose } = body.retell_llm_dynamic_variables;
  expect(purpose).toBe('appointment-reminder');
  expect(greeting).toMatch(
    /^Bonjour, ici Clinique Exemple\. Je suis .* une intelligence artificielle\. J’appelle la personne/,
  );
  for (const value of Object.values(body.retell_llm_dynamic_variables)) expect(typeof value).toBe('string');
  await dial(order({ voicemail: 'message' }));
  const { action } = JSON.parse(asked[1]?.body ?? '').agent_override.agent.voicemail_option;
  expect(action).toEqual({
    type: 'static_text',
    text: expect.stringMatching(/^Bonjour, ici l’assistant vocal automatique de Clinique Exemple/),
  });
  await stop();
});

describe('a clinic with an agent of its own is called for in its own account at Retell', () => {
  const own = { provider: 'retell', id: 'agent_own0000000001', kind: 'dedicated' } as const;
  const ownOrder = () => ({ ...order(), clinic: { ...order().clinic, agents: [own] } });
  const dialledBy = async (...answers: Answer[]) => {
    const { baseUrl, asked, stop } = await vendor(...answers);
    const dialled = await dialers
      .retell(baseUrl, 300)
      .dial(ownOrder())
      .catch((error: unknown) => error);
    await stop();
    return { dialled, keys: asked.map(({ key }) => key) };
  };

  test('by its own key, once', async () => {
    const { dialled, keys } = await dialledBy(placedBy.retell);
    expect([dialled, keys]).toEqual([expect.objectContaining({ outcome: 'placed' }), ['key-of-the-clinic']]);
  });

  test('and in ours only when its account has refused: there, nobody was dialled', async () => {
    const { dialled, keys } = await dialledBy({ status: 404 }, placedBy.retell);
    expect([dialled, keys]).toEqual([expect.objectContaining({ outcome: 'placed' }), ['key-of-the-clinic', 'key']]);
    const refused = await dialledBy({ status: 422 }, { status: 404 });
    expect(refused.dialled).toEqual({ outcome: 'refused', reason: 'retell-422' });
  });

  test.each<[string, Answer, boolean]>([
    ['does not answer', 'hang', false],
    ['fails', { status: 500 }, false],
    ['refuses the key', { status: 401 }, true],
    ['has not paid', { status: 402 }, true],
  ])('and nowhere else when its account %s', async (_name, answer, isFree) => {
    const { dialled, keys } = await dialledBy(answer, placedBy.retell);
    expect([dialled instanceof NotDialled, keys]).toEqual([isFree, ['key-of-the-clinic']]);
  });

  test('and says whose key it is when it refuses the clinic’s', async () => {
    const { dialled } = await dialledBy({ status: 403 });
    expect((dialled as Error).cause).toBeInstanceOf(KeyRefused);
  });

  test('a clinic answered by the shared agent is called for by our key', async () => {
    const { baseUrl, asked, stop } = await vendor(placedBy.retell);
    await dialers.retell(baseUrl).dial(order());
    expect(asked.map(({ key }) => key)).toEqual(['key']);
    await stop();
  });

  test('a key that cannot be read leaves the call undone', async () => {
    const { baseUrl, asked, stop } = await vendor(placedBy.retell);
    const { dial } = createRetellDialer({
      baseUrl,
      key: async () => 'key',
      keyOfClinic: () => Promise.reject(new Error('the secrets do not answer')),
      bindingKey: async () => 'binding',
      clock: standingClock(),
    });
    await expect(dial(ownOrder())).rejects.toBeInstanceOf(NotDialled);
    expect(asked).toEqual([]);
    await stop();
  });
});
