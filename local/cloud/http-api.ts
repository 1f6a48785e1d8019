import { createServer, type IncomingMessage, type Server } from 'node:http';
import findMyWay from 'find-my-way';
import { type Authorize, authorizersIn, type Claims } from './authorizers.ts';
import type { Functions } from './functions.ts';
import { gatewayReplies, httpEvent, httpReply, type HttpReply, type MatchedRoute } from './http-event.ts';
import type { LambdaPool } from './lambda-pool.ts';
import { type Cloud, TemplateError } from './template.ts';

/** Limits of an HTTP API that nobody can raise. */
const longestAnswerMs = 30_000;
const largestBodyBytes = 10 * 1024 * 1024;

interface Target {
  pool: LambdaPool;
  timeoutMs: number;
}

interface Store {
  target: Target;
  routeKey: string;
  apiId: string;
  greedy?: string;
  /** Of routes for signed-in people. */
  authorize?: (headers: IncomingMessage['headers']) => ReturnType<Authorize>;
}

/** Reads routes, authorizers and integrations of the templates' HTTP API. The server does not listen yet. */
export function createHttpApi(cloud: Cloud, functions: Functions): Server {
  const router = findMyWay({ caseSensitive: true, maxParamLength: 4096 });
  let fallback: { target: Target; apiId: string } | undefined;
  const noop = () => undefined;

  const targets = integrations(cloud, functions);
  const authorizers = authorizersIn(cloud);
  for (const { properties, where } of cloud.ofType<{
    ApiId: string;
    AuthorizationScopes?: string[];
    AuthorizationType?: string;
    AuthorizerId?: string;
    RouteKey: string;
    Target?: string;
  }>('AWS::ApiGatewayV2::Route')) {
    const {
      ApiId,
      AuthorizationScopes = [],
      AuthorizationType = 'NONE',
      AuthorizerId = '',
      RouteKey,
      Target,
    } = properties;
    const authorizer = authorizers.get(AuthorizerId);
    if (AuthorizationType === 'JWT' ? !authorizer : AuthorizationType !== 'NONE') {
      throw new TemplateError(where, `authorization ${AuthorizationType} ${AuthorizerId} is not reproduced`);
    }
    const authorize = authorizer && ((headers: IncomingMessage['headers']) => authorizer(headers, AuthorizationScopes));
    const target = targets.get(Target?.split('/').at(-1) ?? '');
    if (!target) throw new TemplateError(where, `its target ${Target} is no integration with a function`);
    if (RouteKey === '$default') {
      if (authorize) throw new TemplateError(where, 'a default route for signed-in people is not reproduced');
      fallback = { target, apiId: ApiId };
      continue;
    }
    const [method, path] = RouteKey.split(' ') as [string, string];
    const pattern = path.replace(/\{(\w+)\+\}$/, '*').replace(/\{(\w+)\}/g, ':$1');
    const greedy = /\{(\w+)\+\}$/.exec(path)?.[1];
    const store: Store = { target, routeKey: RouteKey, apiId: ApiId, greedy, authorize };
    if (method === 'ANY') router.all(pattern, noop, store);
    else router.on(method as 'GET', pattern, noop, store);
  }

  async function answer(request: IncomingMessage): Promise<HttpReply> {
    const found = router.find(request.method as 'GET', (request.url ?? '/').split('?')[0] as string);
    let target = fallback?.target;
    let route: MatchedRoute = { apiId: fallback?.apiId ?? '', routeKey: '$default', pathParameters: {} };
    let claims: Claims | undefined;
    if (found) {
      const store = found.store as Store;
      const { '*': rest, ...named } = found.params;
      const pathParameters = { ...named, ...(store.greedy && { [store.greedy]: rest }) };
      if (store.authorize) {
        const allowed = await store.authorize(request.headers);
        if (!allowed) {
          request.resume();
          return gatewayReplies.unauthorized;
        }
        claims = allowed.claims;
      }
      target = store.target;
      route = { apiId: store.apiId, routeKey: store.routeKey, pathParameters, ...(claims && { claims }) };
    }
    if (!target) {
      request.resume();
      return gatewayReplies.notFound;
    }
    const body = await readBody(request);
    if (!body) return gatewayReplies.tooLarge;
    const { pool, timeoutMs } = target;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, timeoutMs, undefined)));
    const outcome = await Promise.race([pool.invoke(httpEvent(request, body, route)), timedOut]);
    clearTimeout(timer);
    if (!outcome) return gatewayReplies.timedOut;
    return outcome.ok ? httpReply(outcome.payload) : gatewayReplies.failed;
  }

  return createServer((request, response) => {
    answer(request).then(
      ({ status, headers, body }) => {
        response.writeHead(status, { ...headers, 'content-length': body.length });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      // The caller hung up while sending, or the function's payload was no JSON: both end this request only.
      () => {
        if (response.headersSent || request.destroyed) response.destroy();
        else response.writeHead(500, gatewayReplies.failed.headers).end(gatewayReplies.failed.body);
      },
    );
  });
}

function integrations(cloud: Cloud, functions: Functions): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const { ref, properties, where } of cloud.ofType<{
    IntegrationType: string;
    IntegrationUri: string;
    PayloadFormatVersion?: string;
    TimeoutInMillis?: number;
  }>('AWS::ApiGatewayV2::Integration')) {
    const { IntegrationType, IntegrationUri, PayloadFormatVersion, TimeoutInMillis = longestAnswerMs } = properties;
    if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0') {
      throw new TemplateError(where, 'only AWS_PROXY with payload format 2.0 is reproduced');
    }
    targets.set(ref, { pool: functions.find(IntegrationUri, where), timeoutMs: TimeoutInMillis });
  }
  return targets;
}

/** The bytes of a body, or nothing when it is too large; what comes beyond is read and dropped so that the answer is seen. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= largestBodyBytes ? Buffer.concat(chunks, size) : undefined;
}
