import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';

/** An answer other than 200 of a stand-in's control endpoints. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Only declared JSON is read, so that a web page open in a browser here cannot place calls without being asked. */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.infer<Schema>> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new Refusal(415, 'The body must be application/json.');
  }
  let body: unknown;
  try {
    body = JSON.parse((await readBody(request)) || '{}');
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Refusal(400, z.prettifyError(parsed.error));
  return parsed.data;
}

/**
 * Streams what `play` tells, one JSON object a line. What is played goes on when the one who watches it leaves.
 *
 * @param signal aborted when the stand-in stops: a stream that ends without `finished` or `broken` was cut by it
 */
export async function streamSteps<Entry extends { step: string }>(
  response: ServerResponse,
  signal: AbortSignal,
  play: (tell: (entry: Entry) => void) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const tell = (entry: object) => {
    if (response.destroyed) return;
    response.write(`${JSON.stringify({ atMs: Math.round(performance.now() - startedAt), ...entry })}\n`);
  };
  try {
    await play(tell);
  } catch (error) {
    if (!signal.aborted) tell({ step: 'broken', detail: { text: String(error) } });
  } finally {
    response.end();
  }
}
