import type { LocalJson } from '#local/local-json.ts';
import { signIn } from '#local/sign-in/code-flow.ts';
import type { LocalSystem } from './local-system.ts';

/** People who are invited, and addresses that are asked, through the mailbox and back. */
export function invitationJourneys(system: () => LocalSystem): void {
  const json = () => system().json;
  const provider = (): NonNullable<LocalJson['signIn']> => json().signIn!;
  const ask = async (token: string, method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await fetch(`${json().api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      etag: answer.headers.get('etag') ?? '',
      body: (text ? JSON.parse(text) : {}) as never,
    };
  };
  /** The link of the only e-mail to an address. */
  async function linkTo(address: string): Promise<string> {
    for (let look = 0; look < 200; look++) {
      const listed: unknown = await (await fetch(json().mailbox.json)).json();
      const found = (listed as { to: string; text: string }[]).filter(({ to }) => to === address);
      const [link] = found.flatMap(({ text }) => /https?:\S+\/api\/links\/\S+/.exec(text) ?? []);
      if (link) return link;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no link came to ${address}`);
  }
  const click = async (link: string, method: 'GET' | 'POST') => (await fetch(link, { method })).text();

  test('who is invited can sign in once they have clicked, and no log knows who or by what', async () => {
    const email = 'nadege@visiteurs.example';
    const owner = await signIn(provider(), 'owner-clinique-benin@frontdesk.example');
    expect((await ask(owner, 'POST', '/api/invitations', { email, role: 'staff' })).status).toBe(201);
    const link = await linkTo(email);
    expect(await click(link, 'GET')).toContain('Rejoindre Clinique du Littoral');
    await expect(signIn(provider(), email)).rejects.toThrow('refused with 401');
    expect(await click(link, 'POST')).toContain('Vous faites maintenant partie');
    const nadege = await signIn(provider(), email);
    expect(await ask(nadege, 'GET', '/api/me')).toMatchObject({ status: 200, body: { clinics: [{ role: 'staff' }] } });
    expect(await click(link, 'POST')).toContain('déjà fait');

    const logs = Object.values(system().logs()).join('\n');
    expect([logs.includes(link.split('/').at(-1)!), logs.includes(email)]).toEqual([false, false]);
  });

  test('an address that a member adds is written to after its click', async () => {
    const address = 'nuit@visiteurs.example';
    const owner = await signIn(provider(), 'owner-cabinet-du-parc@frontdesk.example');
    const { etag } = await ask(owner, 'GET', '/api/settings');
    const added = await ask(owner, 'POST', '/api/settings/recipients', { address }, { 'if-match': etag });
    expect(added).toMatchObject({ status: 201, body: { state: { status: 'awaiting' } } });
    const link = await linkTo(address);
    expect(await click(link, 'GET')).toContain('Confirmer cette adresse');
    expect(await click(link, 'POST')).toContain('Votre adresse est confirmée');
    const listed = await ask(owner, 'GET', '/api/settings/recipients');
    expect(JSON.stringify(listed.body)).not.toContain('awaiting');
    const { id } = added.body as { id: string };
    const gone = await ask(owner, 'DELETE', `/api/settings/recipients/${id}`, undefined, { 'if-match': listed.etag });
    expect(gone.status).toBeLessThan(300);
  });
}
