import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What ECS gives each task to ask: here, whether it may be taken away. */
export interface TaskAgent {
  /** For the environment of a task. */
  uriOf(task: number): string;
  isProtected(task: number): boolean;
  forget(task: number): void;
  stop(): Promise<void>;
}

/** Protection is for two hours unless the task says otherwise, and for two days at most, as at ECS. */
const usualMinutes = 120;
const mostMinutes = 2880;

/** Answers `/task-protection/v1/state` of every task, on a free port of 127.0.0.1. */
export async function openTaskAgent(): Promise<TaskAgent> {
  const protectedUntil = new Map<number, number>();

  const stateOf = (task: number) => {
    const until = protectedUntil.get(task) ?? 0;
    const ProtectionEnabled = until > Date.now();
    return {
      protection: {
        ...(ProtectionEnabled && { ExpirationDate: new Date(until).toISOString() }),
        ProtectionEnabled,
        TaskArn: `task/${task}`,
      },
    };
  };

  async function change(task: number, request: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { ProtectionEnabled, ExpiresInMinutes = usualMinutes } = JSON.parse(Buffer.concat(chunks).toString()) as {
      ProtectionEnabled?: unknown;
      ExpiresInMinutes?: number;
    };
    if (typeof ProtectionEnabled !== 'boolean' || !(ExpiresInMinutes >= 1 && ExpiresInMinutes <= mostMinutes)) {
      return undefined;
    }
    protectedUntil.set(task, ProtectionEnabled ? Date.now() + ExpiresInMinutes * 60_000 : 0);
    return stateOf(task);
  }

  const server = createServer((request, response) => {
    const task = /^\/(\d+)\/task-protection\/v1\/state$/.exec(request.url ?? '')?.[1];
    const work = {
      GET: () => Promise.resolve(stateOf(Number(task))),
      PUT: () => change(Number(task), request),
    }[request.method ?? ''];
    if (!task || !work) {
      response.writeHead(404).end();
      return;
    }
    const refusal = { error: { Code: 'InvalidParameterException', Message: 'the body cannot be read' } };
    void work()
      .catch(() => undefined)
      .then((answer) =>
        response
          .writeHead(answer ? 200 : 400, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer ?? refusal)),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    uriOf: (task) => `http://127.0.0.1:${port}/${task}`,
    isProtected: (task) => (protectedUntil.get(task) ?? 0) > Date.now(),
    forget: (task) => void protectedUntil.delete(task),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
