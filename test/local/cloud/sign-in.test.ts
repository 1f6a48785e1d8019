import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer } from 'node:http';
import { createUserDirectory } from '#adapters/cognito/user-directory.ts';
import { authorizerOf } from '#local/cloud/authorizers.ts';
import { cognito } from '#local/cloud/cognito.ts';
import { openEndpoint } from '#local/cloud/endpoint.ts';
import { createHttpApi } from '#local/cloud/http-api.ts';
import { openPeople } from '#local/cloud/people.ts';
import { startUserPool } from '#local/cloud/user-pool.ts';
import { signIn } from '#local/sign-in/code-flow.ts';
import { openSmallCloud } from './small-cloud.ts';

const redirectUri = 'https://console.example/signed-in';
const password = 'only-in-this-test';
const [operator, doctor] = [
  {
    userId: '1f2e3d4c-5b6a-4789-8abc-000000000001',
    email: 'ops@frontdesk.example',
    groups: ['platform_ops', 'second'],
  },
  { userId: '1f2e3d4c-5b6a-4789-8abc-000000000002', email: 'awa@frontdesk.example', groups: [] },
];

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of closing.toReversed()) await end();
});

/** A pool, its client, and an API that tells a person what the gateway found in their token. */
async function openSystem() {
  const pool = await startUserPool({ all: () => [operator!, doctor!] }, password);
  closing.push(() => pool.stop());
  const group = (GroupName: string) => ({
    Type: 'AWS::Cognito::UserPoolGroup',
    Properties: { GroupName, UserPoolId: { Ref: 'Pool' } },
  });
  const small = await openSmallCloud(
    {
      Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} },
      Ops: group('platform_ops'),
      Second: group('second'),
      Console: {
        Type: 'AWS::Cognito::UserPoolClient',
        Properties: {
          UserPoolId: { Ref: 'Pool' },
          AllowedOAuthFlows: ['code'],
          AllowedOAuthScopes: ['openid', 'email'],
          CallbackURLs: [redirectUri],
          GenerateSecret: false,
        },
      },
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: {} },
      People: {
        Type: 'AWS::ApiGatewayV2::Authorizer',
        Properties: {
          AuthorizerType: 'JWT',
          IdentitySource: ['$request.header.Authorization'],
          JwtConfiguration: { Audience: [{ Ref: 'Console' }], Issuer: { 'Fn::GetAtt': ['Pool', 'ProviderURL'] } },
        },
      },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': ['echo', 'Arn'] },
          PayloadFormatVersion: '2.0',
        },
      },
      Me: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'GET /me',
          AuthorizationType: 'JWT',
          AuthorizerId: { Ref: 'People' },
          Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
        },
      },
    },
    { echo: { code: 'exports.handler = async (event) => event.requestContext.authorizer.jwt.claims' } },
    [],
    pool.issuer,
  );
  closing.push(() => small.close());
  const client = await pool.open(small.cloud);
  if (!client) throw new Error('the templates have a client');
  const gateway = createHttpApi(small.cloud, small.functions).listen(0, '127.0.0.1');
  await new Promise((resolve) => gateway.once('listening', resolve));
  closing.push(() => gateway.close());
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/me`;
  const provider = { issuer: pool.issuer, password, ...client };
  return { provider, ask: (authorization?: string) => fetch(url, { headers: authorization ? { authorization } : {} }) };
}

test('who signs in by the code flow is let in, and the function is told who they are as API Gateway tells it', async () => {
  const { provider, ask } = await openSystem();
  const token = await signIn(provider, operator!.email);
  const told = await ask(`Bearer ${token}`);
  expect(told.status).toBe(200);
  expect(await told.json()).toMatchObject({
    sub: operator!.userId,
    iss: provider.issuer,
    client_id: provider.clientId,
    token_use: 'access',
    'cognito:groups': '[platform_ops second]',
  });
  const doctors = (await (await ask(`Bearer ${await signIn(provider, doctor!.email)}`)).json()) as object;
  expect(doctors).toMatchObject({ sub: doctor!.userId });
  expect(doctors).not.toHaveProperty('cognito:groups');

  const [head, body, signature = ''] = token.split('.');
  const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  for (const authorization of [undefined, 'Bearer', 'Bearer nonsense', `Basic ${token}`, `Bearer ${forged}`]) {
    const refused = await ask(authorization);
    expect([refused.status, await refused.json()]).toEqual([401, { message: 'Unauthorized' }]);
  }
  await expect(signIn({ ...provider, password: 'guessed' }, doctor!.email)).rejects.toThrow('refused with 401');
  await expect(signIn(provider, 'nobody@frontdesk.example')).rejects.toThrow('refused with 401');
  await expect(signIn({ ...provider, redirectUri: 'https://elsewhere.example/' }, doctor!.email)).rejects.toThrow();
});

test('a token of another issuer, for another client, run out, not valid yet, unsigned or signed otherwise is refused', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) =>
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : { jwks_uri: `${issuer}/jwks` })),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authorize = authorizerOf(issuer, ['console']);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const good = {
    iss: issuer,
    client_id: 'console',
    sub: 'awa',
    iat: nowSeconds - 1,
    exp: nowSeconds + 600,
    scope: 'openid',
  };
  const sign = (changes: object = {}, header: object = {}, key: Parameters<SignJWT['sign']>[0] = privateKey) =>
    new SignJWT({ ...good, ...changes }).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
  const isLetIn = async (token: string, scopes: string[] = []) =>
    (await authorize({ authorization: `Bearer ${token}` }, scopes)) !== undefined;

  expect(await isLetIn(await sign())).toBe(true);
  expect(await isLetIn(await sign({ aud: ['other', 'console'], client_id: undefined }))).toBe(true);
  expect(await isLetIn(await sign(), ['openid', 'email'])).toBe(true);
  const none = `${Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')}.${Buffer.from(JSON.stringify(good)).toString('base64url')}.`;
  const refused = [
    await sign({ iss: 'http://127.0.0.1:1' }),
    await sign({ client_id: 'other' }),
    await sign({ aud: 'other' }),
    await sign({ exp: nowSeconds - 10 }),
    await sign({ exp: undefined }),
    await sign({ nbf: nowSeconds + 600 }),
    await sign({ iat: nowSeconds + 600 }),
    await sign({}, { kid: 'k2' }),
    await sign({}, { kid: undefined }),
    await sign({}, { alg: 'HS256' }, secret),
    none,
  ];
  expect(await Promise.all(refused.map((token) => isLetIn(token)))).toEqual(refused.map(() => false));
  expect(await isLetIn(await sign(), ['calls'])).toBe(false);
});

test('whoever is made an account signs in by their address, is one person however often, and is kept over a restart', async () => {
  const database = new DatabaseSync(':memory:');
  closing.push(() => database.close());
  const small = await openSmallCloud({ Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} } }, {}, []);
  closing.push(() => small.close());
  const [pool] = small.cloud.ofType('AWS::Cognito::UserPool');
  const endpoint = await openEndpoint();
  closing.push(() => endpoint.stop());
  const open = () => {
    const everybody = openPeople([doctor!], database);
    endpoint.serve('cognito-idp', cognito(small.cloud, everybody));
    return everybody;
  };
  const people = open();
  const client = new CognitoIdentityProviderClient({
    endpoint: endpoint.url,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  closing.push(() => client.destroy());
  const users = createUserDirectory(pool!.ref, { now: () => Date.now() }, client);
  expect(await users.ensure(doctor!.email)).toBe(doctor!.userId);
  const made = await Promise.all(['a', 'b', 'c'].map(() => users.ensure('nadege@clinique.example')));
  expect(new Set(made).size).toBe(1);
  expect(people.all()).toContainEqual({ userId: made[0], email: 'nadege@clinique.example', groups: [] });
  open();
  expect(await users.ensure('nadege@clinique.example')).toBe(made[0]);
  await expect(users.ensure('no address')).rejects.toThrow('Username should be an email.');
  const elsewhere = createUserDirectory('eu-west-3_other', { now: () => Date.now() }, client);
  await expect(elsewhere.ensure(doctor!.email)).rejects.toThrow('does not exist');
});
