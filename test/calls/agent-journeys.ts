import { signIn } from '#local/sign-in/code-flow.ts';
import type { LocalSystem } from './local-system.ts';
import { retellClient } from './retell-client.ts';

interface Answer {
  status: number;
  body: Record<string, never> & { data?: { aiStatus: string; lastEventAt?: string } };
}

/** A clinic with an account of its own at Retell: connected, called from a browser, told of it. */
export function agentJourneys(system: () => LocalSystem): void {
  test('a clinic connects its own agent, and a call from the browser ends in its mailbox', async () => {
    const { json } = system();
    const provider = json.signIn!;
    const owner = await signIn(provider, 'owner-cabinet-du-parc@frontdesk.example');
    const post = (url: string, body: object, headers: Record<string, string> = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const ask = async (method: string, path: string, body?: object, key = ''): Promise<Answer> => {
      const answer = await fetch(`${json.api}${path}`, {
        method,
        headers: { authorization: `Bearer ${owner}`, ...(key && { 'idempotency-key': key }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Answer['body'] };
    };
    const account = (await (await post(`${json.retell.control}/accounts`, {})).json()) as {
      apiKey: string;
      agentId: string;
    };

    const connected = await ask('POST', '/api/retell/connect-agent', account);
    expect([connected.status, connected.body.data?.aiStatus]).toEqual([200, 'active']);
    const { status, body: call } = await ask('POST', '/api/retell/create-web-call', {}, 'the-one-call-of-the-test');
    expect(status).toBe(201);
    const joined = await post(`${json.retell.control}/web-calls/${call.call_id}/join`, {
      access_token: call.access_token,
      scenario: 'hangs-up-at-once',
    });
    // Signed by the clinic's own account, each of the three is taken.
    expect((await joined.text()).match(/"event-delivered"/g)).toHaveLength(3);
    await retellClient(() => json).awaitEmails(`retell_${call.call_id}`, 1);
    const { body } = await ask('GET', '/api/retell/agent-status');
    expect(body.data).toMatchObject({ aiStatus: 'active', lastEventAt: expect.any(String) });
    expect((await ask('DELETE', '/api/retell/disconnect-agent')).status).toBe(200);
    expect(Object.values(system().logs()).join('\n')).not.toContain(account.apiKey);
  });
}
