import { createHash, randomBytes } from 'node:crypto';

/** Where to sign in, and with which password. */
export interface Provider {
  issuer: string;
  clientId: string;
  redirectUri: string;
  password: string;
}

/** A browser keeps what it is given and shows it again. */
function createJar() {
  const kept = new Map<string, string>();
  return {
    header: () => [...kept].map(([name, value]) => `${name}=${value}`).join('; '),
    keep(response: Response): void {
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        kept.set(pair.slice(0, at), pair.slice(at + 1));
      }
    },
  };
}

/**
 * Signs in as a browser would, by the authorization code flow with PKCE: the page, the form, the way back to the console,
 * the code for a token. Answers the access token. @throws Error when the provider refuses
 */
export async function signIn({ issuer, clientId, redirectUri, password }: Provider, email: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const discovered = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(10_000) });
  const { authorization_endpoint: authorize, token_endpoint: token } = (await discovered.json()) as Record<
    string,
    string
  >;
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });

  const jar = createJar();
  let url = new URL(`${authorize}?${query}`);
  let form: URLSearchParams | undefined;
  for (let hop = 0; hop < 10; hop++) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: jar.header() },
      ...(form && { method: 'POST', body: form }),
      signal: AbortSignal.timeout(10_000),
    });
    jar.keep(response);
    const location = response.headers.get('location');
    if (location) {
      url = new URL(location, url);
      form = undefined;
      // The console itself is not needed: the code is in the address it would be opened with.
      if (`${url.origin}${url.pathname}` === redirectUri) return redeem(url.searchParams);
    } else if (response.ok && !form) {
      form = new URLSearchParams({ email, password });
    } else {
      throw new Error(`signing in was refused with ${response.status}`);
    }
  }
  throw new Error('signing in led nowhere');

  async function redeem(answer: URLSearchParams): Promise<string> {
    const code = answer.get('code');
    if (!code || answer.get('state') !== state)
      throw new Error(`no code came back: ${answer.get('error') ?? 'state differs'}`);
    const response = await fetch(token!, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
      }),
      signal: AbortSignal.timeout(10_000),
    });
    const { access_token: accessToken, error } = (await response.json()) as Record<string, string>;
    if (!accessToken) throw new Error(`no token for the code: ${error}`);
    return accessToken;
  }
}
