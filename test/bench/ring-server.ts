import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { checkRetellSignature } from '#adapters/retell/signature.ts';
import { systemClock } from '#domain/clock.ts';
import { httpHandler } from '#lambdas/http.ts';
import { answerInboundCall } from '#lambdas/routing/answer-inbound-call.ts';
import { inMemoryInbox } from '../fakes/inbox.ts';
import { knownClinicKeys } from '#test/fakes/clinic-keys.ts';
import { knownSecret } from '../fakes/secret.ts';
import { slowTables } from './slow-store.ts';

/**
 * The server under test, a process of its own on one core. `bare` only verifies the signature; `handler` is our handler
 * over tables that answer after a fixed time; `bundle` is the file that AWS runs, asking a store over HTTP through the
 * AWS SDK. Both get the event API Gateway would give them. Prints its port, and its own latencies when asked.
 */
const [kind, number, key, latencyMs, bundle] = process.argv.slice(2) as [string, string, string, string, string];

type Handler = (event: unknown, context: unknown) => Promise<{ statusCode?: number; body?: string }>;

async function handlerOverSlowTables(): Promise<Handler> {
  const { routing, core } = await slowTables(number, Number(latencyMs));
  const log = createJsonLog(() => undefined);
  return httpHandler(
    log,
    answerInboundCall({
      retellKey: knownSecret([key]),
      clinicKeys: knownClinicKeys(),
      bindingKey: knownSecret(['binding']),
      directory: createClinicDirectory(routing),
      clinics: createClinicStore(core),
      inbox: inMemoryInbox(),
      clock: systemClock,
      log,
      unroutedCalls: 'generic',
    }),
  ) as Handler;
}

const handlers: Record<string, () => Promise<Handler | undefined>> = {
  bare: async () => undefined,
  handler: handlerOverSlowTables,
  bundle: async () => (createRequire(import.meta.url)(bundle) as { handler: Handler }).handler,
};
const ring = await handlers[kind]?.();

// The bundle logs a line per call, as it does in AWS, where the platform takes it off its hands.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

let samples: number[] = [];
const server = createServer((request, response) => {
  void bodyOf(request).then(async (raw) => {
    if (request.url === '/samples') {
      response.end(JSON.stringify(samples));
      samples = [];
      return;
    }
    const start = performance.now();
    if (ring) {
      const event = { version: '2.0', headers: request.headers, body: raw.toString('utf8'), isBase64Encoded: false };
      const { statusCode = 500, body } = await ring(event, {});
      samples.push(performance.now() - start);
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(body);
      return;
    }
    const { valid } = checkRetellSignature(raw, String(request.headers['x-retell-signature']), [key], Date.now());
    response.writeHead(valid ? 200 : 401).end();
  });
});
server.listen(0, '127.0.0.1', () => write(`${(server.address() as AddressInfo).port}\n`));
