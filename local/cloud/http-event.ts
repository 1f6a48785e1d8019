import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { accountId } from './identity.ts';

/** Bodies API Gateway hands on as text; every other type reaches a function as base64. */
const textTypes = /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.+-]+\+(json|xml)\b)/i;

/** What the gateway knows of the route that matched. */
export interface MatchedRoute {
  apiId: string;
  routeKey: string;
  pathParameters: Record<string, string | undefined>;
  /** What the token said, where one was asked for. */
  claims?: Record<string, string>;
}

/**
 * The event an HTTP API sends a function, payload format 2.0: lower-cased header names, values of a repeated header
 * joined by a comma, cookies apart, the body's bytes untouched.
 */
export function httpEvent(request: IncomingMessage, body: Buffer, route: MatchedRoute): APIGatewayProxyEventV2 {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { cookie, ...headers } = headersOf(request);
  const isBase64Encoded = body.length > 0 && !textTypes.test(headers['content-type'] ?? '');
  const now = new Date();
  const query: Record<string, string> = {};
  for (const [name, value] of url.searchParams) query[name] = name in query ? `${query[name]},${value}` : value;
  const method = request.method ?? 'GET';
  const domainName = headers.host ?? 'localhost';
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers,
    ...(url.search && { queryStringParameters: query }),
    requestContext: {
      accountId,
      apiId: route.apiId,
      ...(route.claims && { authorizer: { jwt: { claims: route.claims, scopes: null } } }),
      domainName,
      domainPrefix: domainName.split('.')[0] as string,
      http: {
        method,
        path: url.pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: route.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] as string).toLowerCase();
    const value = request.rawHeaders[index + 1] as string;
    headers[name] = name in headers ? `${headers[name]}${name === 'cookie' ? '; ' : ','}${value}` : value;
  }
  return headers;
}

/** A function's answer as HTTP. */
export interface HttpReply {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

const gatewayReply = (status: number, message: string): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
});

/** What the gateway answers by itself, in its own words. */
export const gatewayReplies = {
  unauthorized: {
    ...gatewayReply(401, 'Unauthorized'),
    headers: { 'content-type': 'application/json', 'www-authenticate': 'Bearer' },
  },
  notFound: gatewayReply(404, 'Not Found'),
  tooLarge: gatewayReply(413, 'Request Entity Too Large'),
  failed: gatewayReply(500, 'Internal Server Error'),
  timedOut: gatewayReply(503, 'Service Unavailable'),
};

/** Reads a function's payload as API Gateway does: with a `statusCode` it is the answer, else it is a JSON body. */
export function httpReply(payload: string): HttpReply {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(payload) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as {
    statusCode: number;
    headers?: Record<string, string | number | boolean>;
    cookies?: string[];
    body?: string;
    isBase64Encoded?: boolean;
  };
  const lowered = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode),
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(lowered),
      ...(cookies?.length && { 'set-cookie': cookies }),
    },
    body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8'),
  };
}
