import type { IncomingHttpHeaders } from 'node:http';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { type Cloud, TemplateError } from './template.ts';

/** What a token says, as a function gets it: text, also of lists and numbers. */
export type Claims = Record<string, string>;

/** Checks a request's token. Nothing: it is refused. */
export type Authorize = (
  headers: IncomingHttpHeaders,
  scopes: readonly string[],
) => Promise<{ claims: Claims } | undefined>;

interface Properties {
  AuthorizerType: string;
  IdentitySource: string[];
  JwtConfiguration: { Audience: string[]; Issuer: string };
}

/** The JWT authorizers of the templates, by `Ref`: what API Gateway checks of a token, checked with `jose`. */
export function authorizersIn(cloud: Cloud): Map<string, Authorize> {
  const authorizers = new Map<string, Authorize>();
  for (const { ref, properties, where } of cloud.ofType<Properties>('AWS::ApiGatewayV2::Authorizer')) {
    const { AuthorizerType, IdentitySource, JwtConfiguration } = properties;
    if (AuthorizerType !== 'JWT' || IdentitySource.join() !== '$request.header.Authorization') {
      throw new TemplateError(where, 'only JWT authorizers that read the header Authorization are reproduced');
    }
    authorizers.set(ref, authorizerOf(JwtConfiguration.Issuer, JwtConfiguration.Audience));
  }
  return authorizers;
}

/** The issuer is asked for its keys when the first token comes: it may start after the gateway. */
export function authorizerOf(issuer: string, audience: readonly string[]): Authorize {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function findKeys(): Promise<JWTVerifyGetKey> {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
    const { jwks_uri: uri } = (await answer.json()) as { jwks_uri: string };
    return createRemoteJWKSet(new URL(uri));
  }

  return async ({ authorization }, scopes) => {
    const token = /^(?:Bearer )?(\S+)$/i.exec(authorization ?? '')?.[1];
    if (!token) return undefined;
    keys ??= findKeys();
    try {
      const found = await keys;
      // A gateway knows signatures by RSA alone; without `kid` it does not look for a key.
      const { payload, protectedHeader } = await jwtVerify(token, found, { issuer, algorithms: ['RS256'] });
      const { aud, client_id: clientId, exp, iat, scope = '' } = payload;
      const meant = aud === undefined ? [clientId] : [aud].flat();
      const isForUs = meant.some((one) => audience.includes(String(one)));
      const granted = String(scope).split(' ');
      const isAllowed = scopes.length === 0 || scopes.some((one) => granted.includes(one));
      if (!protectedHeader.kid || exp === undefined || (iat ?? 0) > Date.now() / 1000 || !isForUs || !isAllowed) {
        return undefined;
      }
      return { claims: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, written(value)])) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      keys = undefined; // The issuer was not reached; the next request asks it again.
      throw error;
    }
  };
}

/** API Gateway writes a list as `[one two]`. */
const written = (value: unknown): string => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));
