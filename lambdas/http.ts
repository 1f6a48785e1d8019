import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { errorFields, type Log } from '#domain/log.ts';

/** A request as the work sees it. The body is the exact bytes received: signatures are over them. */
export interface HttpRequest {
  rawBody: Buffer;
  /** Lower-cased names. */
  headers: Record<string, string | undefined>;
  pathParameters: Record<string, string | undefined>;
  query: Record<string, string | undefined>;
  /** The query as it was sent, without its question mark: some signatures are over it. */
  rawQuery?: string;
  /** The route it came in by, such as `POST /api/…`. */
  route?: string;
  /** What the token says that the gateway has checked; only on routes of signed-in people. */
  claims?: Record<string, string | string[]>;
  /** From where it came, as the gateway saw it. Personal: never in logs or records. */
  sourceAddress?: string;
  /** One per request; on the lines of the log and on record. */
  requestId: string;
}

/** Routes of signed-in people carry what the gateway's JWT authorizer found in the token. */
type HttpEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  requestContext: APIGatewayProxyEventV2['requestContext'] & {
    authorizer?: { jwt: { claims: Record<string, string | string[]> } };
  };
};

/** What is answered: nothing, something to be written as JSON, or text of another type. */
export interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: { type: string; content: string };
}

/** An error answer in the one shape all routes have. `message` says what to do. */
export const errorAnswer = (status: number, code: string, message: string): HttpAnswer => ({
  status,
  body: { error: { code, message } },
});

/** What a fault is answered, whatever it was. */
export const internal = errorAnswer(
  500,
  'internal',
  'Something failed on our side. Send the same request again in a moment.',
);

/** The door of a route: bytes decoded, answer encoded, a fault logged by class and answered without its text. */
export function httpHandler(log: Log, work: (request: HttpRequest) => Promise<HttpAnswer>) {
  return middy<HttpEvent, APIGatewayProxyStructuredResultV2>()
    .use({
      onError: (request) => {
        log.error('request.failed', {
          route: request.event.routeKey,
          requestId: request.event.requestContext?.requestId,
          ...errorFields(request.error),
        });
        request.response = encode(internal);
      },
    })
    .handler(async (event) =>
      encode(
        await work({
          rawBody: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
          headers: event.headers,
          pathParameters: event.pathParameters ?? {},
          query: event.queryStringParameters ?? {},
          rawQuery: event.rawQueryString,
          route: event.routeKey,
          ...(event.requestContext.authorizer && { claims: event.requestContext.authorizer.jwt.claims }),
          sourceAddress: event.requestContext.http.sourceIp,
          requestId: event.requestContext.requestId,
        }),
      ),
    );
}

function encode({ status, headers, body, text }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  if (text) return { statusCode: status, headers: { ...headers, 'content-type': text.type }, body: text.content };
  if (body === undefined) return { statusCode: status, headers };
  return {
    statusCode: status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
