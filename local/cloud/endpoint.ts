import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request completely. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A refusal in the words of an AWS API; the SDKs turn `code` into the class of their error. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

/** The one address behind `AWS_ENDPOINT_URL`. Services are told apart by the name a request is signed for. */
export interface Endpoint {
  url: string;
  /** `service` is the signing name: `dynamodb`, `sqs`, `states`, … */
  serve(service: string, handle: Handle): void;
  /** Paths below `/_local/` that no AWS API has. */
  serveLocal(handle: Handle): void;
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. A service nobody serves answers 501 and says so. */
export async function openEndpoint(): Promise<Endpoint> {
  const services = new Map<string, Handle>();
  let local: Handle | undefined;
  const server = createServer((request, response) => {
    if (local && request.url?.startsWith('/_local/')) return local(request, response);
    const service = serviceOf(request);
    const handle = services.get(service);
    if (handle) return handle(request, response);
    refuse(
      request,
      response,
      notReproduced(service ? `the AWS service ${service}` : 'a request signed for no service'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (service, handle) => void services.set(service, handle),
    serveLocal: (handle) => void (local = handle),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The service in the credential scope of the signature, in a header or in a presigned URL. */
function serviceOf(request: IncomingMessage): string {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ??
    /[?&]X-Amz-Credential=([^&]+)/.exec(request.url ?? '')?.[1];
  return credential ? (decodeURIComponent(credential).split('/')[3] ?? '') : '';
}

const notReproduced = (what: string) =>
  new AwsError('NotImplemented', `${what} is not reproduced on one machine; see docs/local.md`, 501);

function isXml(request: IncomingMessage): boolean {
  return /x-www-form-urlencoded/.test(request.headers['content-type'] ?? '') || serviceOf(request) === 's3';
}

function refuse(request: IncomingMessage, response: ServerResponse, { code, message, status }: AwsError): void {
  request.resume();
  if (isXml(request)) {
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${xml(code)}</Code><Message>${xml(message)}</Message></Error></ErrorResponse>`,
    );
    return;
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ __type: code, message }));
}

const xmlEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in XML. */
export const xml = (text: string): string => text.replace(/[&<>"]/g, (character) => xmlEntities[character] as string);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Runs one action and writes what it answers or refuses; a fault of ours is a 500 that names its class. */
function answer(request: IncomingMessage, response: ServerResponse, type: string, act: () => Promise<string>): void {
  act().then(
    (body) => {
      if (response.destroyed) return;
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    },
    (error: unknown) => {
      if (response.destroyed) return;
      const fault = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      refuse(request, response, error instanceof AwsError ? error : new AwsError('InternalFailure', fault, 500));
    },
  );
}

/** A service of the JSON protocol: one function for each action in `X-Amz-Target`. */
export function jsonService(actions: Record<string, (input: never) => unknown>): Handle {
  return (request, response) =>
    answer(request, response, 'application/x-amz-json-1.0', async () => {
      const name = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
      const act = Object.hasOwn(actions, name) ? actions[name] : undefined;
      const body = await bodyOf(request);
      if (!act) throw notReproduced(`${serviceOf(request)} ${name}`);
      return JSON.stringify((await act(JSON.parse(body || '{}') as never)) ?? {});
    });
}

/** What one action of the Query protocol gets, and how it can hang up instead of answering. */
export interface QueryRequest {
  parameters: URLSearchParams;
  hangUp(): void;
}

/** A service of the Query protocol: each action answers the XML inside its result element. */
export function queryService(
  namespace: string,
  actions: Record<string, (request: QueryRequest) => string | Promise<string>>,
): Handle {
  return (request, response) =>
    answer(request, response, 'text/xml', async () => {
      const parameters = new URLSearchParams(await bodyOf(request));
      const name = parameters.get('Action') ?? '';
      const act = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (!act) throw notReproduced(`${serviceOf(request)} ${name}`);
      const result = await act({ parameters, hangUp: () => void response.destroy() });
      return `<${name}Response xmlns="${namespace}"><${name}Result>${result}</${name}Result></${name}Response>`;
    });
}
