import { existsSync } from 'node:fs';
import { Agent, request as forward } from 'node:http';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child.ts';
import type { Handle } from './endpoint.ts';
import { freePort } from './free-port.ts';

/** A DynamoDB engine of this machine. */
export interface DynamoDb {
  /** What it is, for the table of URLs. */
  engine: string;
  endpoint: string;
  /** Hands a request on to the engine. */
  handle: Handle;
  /** The next so many requests that are handed on wait that long first. */
  faults: { delayMs: number; times: number };
  /** Settles with a sentence when the engine is gone although it should not be. */
  died: Promise<string>;
  stop(): Promise<void>;
}

const binary = join(
  dirname(dirname(import.meta.dirname)),
  `node_modules/@dynoxide/${process.platform}-${process.arch}/dynoxide`,
);

/**
 * Starts dynoxide on a file, on a free port of 127.0.0.1; or uses the engine that `LOCAL_DYNAMODB_ENDPOINT` names.
 * @throws Error in one line when there is neither
 */
export async function openDynamoDb(file: string, logFile: string): Promise<DynamoDb> {
  const given = process.env.LOCAL_DYNAMODB_ENDPOINT;
  if (given) {
    const { hostname, port } = new URL(given);
    if (await listening(hostname, Number(port || 80), 1)) {
      throw new Error(`nothing answers at ${given}, which LOCAL_DYNAMODB_ENDPOINT names`);
    }
    const faults = { delayMs: 0, times: 0 };
    return {
      engine: 'Your own DynamoDB',
      endpoint: given,
      handle: proxy(given, faults),
      faults,
      died: new Promise(() => undefined),
      stop: async () => undefined,
    };
  }
  if (!existsSync(binary)) {
    throw new Error(
      `dynoxide is not installed for ${process.platform}-${process.arch}: start DynamoDB Local yourself and name it in LOCAL_DYNAMODB_ENDPOINT, e.g. http://127.0.0.1:8000`,
    );
  }
  const port = await freePort();
  const args = ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', file];
  const child = startChild('DynamoDB (dynoxide)', binary, args, { logFile });
  const early = await Promise.race([child.died, listening('127.0.0.1', port, 1000)]);
  if (early) throw new Error(early);
  const endpoint = `http://127.0.0.1:${port}`;
  const faults = { delayMs: 0, times: 0 };
  return {
    engine: 'DynamoDB (dynoxide)',
    endpoint,
    handle: proxy(endpoint, faults),
    faults,
    died: child.died,
    stop: child.stop,
  };
}

/** Settles with nothing as soon as something listens, or with a sentence after so many looks, 10 ms apart. */
async function listening(host: string, port: number, looks: number): Promise<string | undefined> {
  for (let look = 0; look < looks; look += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return undefined;
    await sleep(10);
  }
  return `nothing listens on port ${port}`;
}

function proxy(endpoint: string, faults: DynamoDb['faults']): Handle {
  const agent = new Agent({ keepAlive: true });
  const handOn: Handle = (request, response) => {
    const upstream = forward(endpoint, { method: request.method, path: request.url, headers: request.headers, agent });
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    upstream.once('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { 'content-type': 'text/plain' }).end('the DynamoDB engine does not answer');
    });
    request.pipe(upstream);
  };
  return (request, response) => {
    if (faults.times <= 0) return handOn(request, response);
    faults.times -= 1;
    setTimeout(handOn, faults.delayMs, request, response).unref();
  };
}
