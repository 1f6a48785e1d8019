import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type * as oidc from 'oidc-provider';
import type { Adapter, AdapterPayload, Provider } from 'oidc-provider';
import type { People } from './people.ts';
import { type Cloud, TemplateError } from './template.ts';

/** The sign-in of the templates' user pool: a real OpenID provider, with the people there are. */
export interface UserPool {
  issuer: string;
  /** Of the templates, once they can be read. @throws TemplateError when they hold a group or client not known here */
  open(cloud: Cloud): Promise<{ clientId: string; redirectUri: string } | undefined>;
  stop(): Promise<void>;
}

interface ClientProperties {
  AllowedOAuthFlows?: string[];
  AllowedOAuthScopes?: string[];
  CallbackURLs?: string[];
  GenerateSecret?: boolean;
  UserPoolId: string;
}

const tokenSeconds = 3600;

/**
 * Listens before it knows its clients: its address is the issuer that templates refer to. Keys are new at each start, so
 * tokens of an earlier one let nobody in. There is one password for all, and no second factor.
 */
export async function startUserPool(people: Pick<People, 'all'>, password: string): Promise<UserPool> {
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    if (!provider) return void response.writeHead(503).end();
    void serve(provider, people, password, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    issuer,

    async open(cloud) {
      const [client, ...others] = cloud.ofType<ClientProperties>('AWS::Cognito::UserPoolClient');
      if (!client) return undefined;
      const { AllowedOAuthFlows: flows = [], AllowedOAuthScopes: scopes = [], GenerateSecret } = client.properties;
      const [redirectUri] = client.properties.CallbackURLs ?? [];
      if (others.length || flows.join() !== 'code' || GenerateSecret || !redirectUri) {
        throw new TemplateError(
          client.where,
          'only one client is reproduced, with the authorization code flow and no secret',
        );
      }
      const known = cloud
        .ofType<{ GroupName: string }>('AWS::Cognito::UserPoolGroup')
        .map(({ properties }) => properties.GroupName);
      const strange = people
        .all()
        .flatMap(({ groups }) => groups)
        .find((group) => !known.includes(group));
      if (strange) throw new TemplateError(client.where, `its pool has no group ${strange}, in which somebody is here`);
      provider = await openProvider({ issuer, clientId: client.ref, redirectUri, scopes, people });
      return { clientId: client.ref, redirectUri };
    },

    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface ProviderOptions {
  issuer: string;
  clientId: string;
  redirectUri: string;
  scopes: string[];
  people: Pick<People, 'all'>;
}

/** Access tokens carry what Cognito's do: `client_id`, `token_use`, `username`, `cognito:groups`, and no audience but that. */
async function openProvider({ issuer, clientId, redirectUri, scopes, people }: ProviderOptions): Promise<Provider> {
  // Its front door warns of every Node that is not an LTS release, ours among them.
  const inner: string = 'oidc-provider/lib/provider.js';
  const { Provider: OpenIdProvider } = (await import(inner)) as typeof oidc;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') };
  const scope = scopes.join(' ');
  const resource = 'urn:frontdesk:api';
  return new OpenIdProvider(issuer, {
    jwks: { keys: [jwk] },
    adapter: createAdapters(),
    renderError(context, { error, error_description: why }) {
      context.type = 'html';
      context.body = page(`The request was refused: ${escaped(`${error} ${why ?? ''}`)}.`);
    },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      {
        client_id: clientId,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    scopes,
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_context, sub) => {
      const person = people.all().find(({ userId }) => userId === sub);
      return person && { accountId: sub, claims: () => ({ sub, email: person.email, email_verified: true }) };
    },
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    // Nobody is asked to agree to their own clinic's console.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope(scope);
      grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
    extraTokenClaims: (_context, token) => {
      const person = 'accountId' in token ? people.all().find(({ userId }) => userId === token.accountId) : undefined;
      return (
        person && {
          token_use: 'access',
          username: person.userId,
          ...(person.groups.length > 0 && { 'cognito:groups': person.groups }),
        }
      );
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope,
          audience: clientId,
          accessTokenTTL: tokenSeconds,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: {
      AccessToken: tokenSeconds,
      IdToken: tokenSeconds,
      AuthorizationCode: 300,
      Interaction: 600,
      Session: 3600,
      Grant: 3600,
    },
  });
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** What the provider remembers, in memory: like its keys, it ends with the process. */
function createAdapters(): (model: string) => Adapter {
  const kept = new Map<string, { payload: AdapterPayload; until: number }>();
  const live = (found: (payload: AdapterPayload, key: string) => boolean): AdapterPayload | undefined => {
    for (const [key, { payload, until }] of kept) {
      if (until <= Date.now()) kept.delete(key);
      else if (found(payload, key)) return payload;
    }
    return undefined;
  };
  return (model) => {
    const keyOf = (id: string) => `${model} ${id}`;
    const ofModel = (key: string) => key.startsWith(`${model} `);
    return {
      async upsert(id, payload, expiresIn = tokenSeconds) {
        kept.set(keyOf(id), { payload, until: Date.now() + expiresIn * 1000 });
      },
      find: async (id) => live((_payload, key) => key === keyOf(id)),
      findByUid: async (uid) => live((payload, key) => ofModel(key) && payload.uid === uid),
      findByUserCode: async (userCode) => live((payload, key) => ofModel(key) && payload.userCode === userCode),
      async consume(id) {
        const found = kept.get(keyOf(id));
        if (found) found.payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        kept.delete(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}

/** The page to sign in on is ours; everything else is the provider's. */
async function serve(
  provider: Provider,
  people: Pick<People, 'all'>,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!/^\/sign-in\/[\w-]+$/.test(request.url ?? '')) return void provider.callback()(request, response);
  try {
    await provider.interactionDetails(request, response);
    if (request.method !== 'POST') return void response.writeHead(200, html).end(page(''));
    const form = new URLSearchParams(await text(request));
    const person = people.all().find(({ email }) => email === form.get('email')?.trim().toLowerCase());
    if (!person || form.get('password') !== password) {
      return void response.writeHead(401, html).end(page('This address and password do not belong together.'));
    }
    const login = { accountId: person.userId };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  } catch {
    // The sign-in was not begun in this browser, or took too long; no page of the provider's own says it better.
    if (!response.headersSent) response.writeHead(400, html).end(page('Begin again where you came from.'));
  }
}

const html = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };

const page = (problem: string): string => `<!doctype html><html lang="en"><title>Sign in – this machine</title>
<h1>Sign in</h1><p>${problem}</p><form method="post"><p><label>E-mail <input name="email" type="email" autocomplete="username"></label>
<p><label>Password <input name="password" type="password" autocomplete="current-password"></label><p><button>Sign in</button></form>`;

async function text(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= 10_000) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
