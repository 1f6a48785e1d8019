import { randomUUID } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FunctionError, WorkerReply, WorkerRequest, WorkerStart } from './lambda-worker.ts';

export interface FunctionSpec {
  name: string;
  arn: string;
  /** The bundled file and what it exports. */
  file: string;
  exportName: string;
  /** The whole environment of the function: nothing of this process reaches it. */
  environment: Record<string, string>;
  timeoutMs: number;
  memoryMb: number;
  /** Copies at a time, at most. */
  maxConcurrency: number;
}

export type Outcome = { ok: true; payload: string } | { ok: false; error: FunctionError };

/** One function: its execution environments, started when needed, each working on one event at a time. */
export interface LambdaPool {
  spec: FunctionSpec;
  /** Starts one environment ahead of the first event. @throws Error when the code cannot be loaded */
  prewarm(): Promise<void>;
  /** Runs the function. A thrown error, a timeout and a crash are outcomes; nothing is thrown. */
  invoke(event: unknown): Promise<Outcome>;
  stop(): Promise<void>;
}

interface Invocation {
  requestId: string;
  event: string;
  settle(outcome: Outcome): void;
}

interface Environment {
  worker: Worker;
  ready: boolean;
  current?: Invocation;
  timeout?: NodeJS.Timeout;
}

const codeOf = (file: URL) => stripTypeScriptTypes(readFileSync(file, 'utf8'));
/** What runs an environment. Its types are taken off once: each environment would take a third of its start for it. */
const workerCode = new URL(
  `data:text/javascript,${encodeURIComponent(codeOf(new URL('./lambda-worker.ts', import.meta.url)))}`,
);
/** What was compiled once is not compiled again by the next start, nor by the next environment of the function. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));

/** AWS gives the loading of a function ten seconds; here many load at once, beside whatever else the machine does. */
const loadLimitMs = 30_000;

/** Lines of the function, and of what happened to it, go to `logFile`. */
export function createLambdaPool(spec: FunctionSpec, logFile: string): LambdaPool {
  const log = createWriteStream(logFile, { flags: 'a' });
  // Two streams of each environment flow into it.
  log.setMaxListeners(0);
  const environments = new Set<Environment>();
  const waiting: Invocation[] = [];
  let stopped = false;

  function startEnvironment(): Environment {
    const start: WorkerStart = {
      functionName: spec.name,
      functionArn: spec.arn,
      memoryMb: spec.memoryMb,
      timeoutMs: spec.timeoutMs,
      file: spec.file,
      exportName: spec.exportName,
      compileCache,
    };
    const worker = new Worker(workerCode, {
      workerData: start,
      env: spec.environment,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
    });
    worker.stdout.pipe(log, { end: false });
    worker.stderr.pipe(log, { end: false });
    const environment: Environment = { worker, ready: false };
    environments.add(environment);
    environment.timeout = setTimeout(
      () => end(environment, { errorType: 'Sandbox.Timedout', errorMessage: 'the function took too long to load' }),
      loadLimitMs,
    );
    worker.on('message', (reply: WorkerReply) => receive(environment, reply));
    worker.on('error', (error: Error) =>
      end(environment, { errorType: 'Runtime.UnhandledError', errorMessage: `${error.name}: ${error.message}` }),
    );
    worker.on('exit', (code) =>
      end(environment, {
        errorType: 'Runtime.ExitError',
        errorMessage: `the process of the function ended with ${code}`,
      }),
    );
    return environment;
  }

  function receive(environment: Environment, reply: WorkerReply): void {
    if (reply.kind === 'unusable') return end(environment, reply.error);
    clearTimeout(environment.timeout);
    if (reply.kind === 'ready') {
      environment.ready = true;
    } else if (environment.current?.requestId === reply.requestId) {
      const { current } = environment;
      environment.current = undefined;
      current.settle(
        reply.kind === 'answer' ? { ok: true, payload: reply.payload } : { ok: false, error: reply.error },
      );
    }
    dispatch();
  }

  /** The environment is gone or must go: its event has failed, or, while it was still loading, one that waits. */
  function end(environment: Environment, error: FunctionError): void {
    if (!environments.delete(environment)) return;
    clearTimeout(environment.timeout);
    void environment.worker.terminate();
    if (!stopped) {
      log.write(`${JSON.stringify({ level: 'error', code: 'environment.ended', function: spec.name, ...error })}\n`);
    }
    const failed = environment.current ?? (environment.ready ? undefined : waiting.shift());
    failed?.settle({ ok: false, error });
    dispatch();
  }

  function dispatch(): void {
    if (stopped) return;
    let loading = 0;
    for (const environment of environments) {
      if (!environment.ready) loading += 1;
      if (!environment.ready || environment.current) continue;
      const invocation = waiting.shift();
      if (!invocation) return;
      run(environment, invocation);
    }
    while (loading < waiting.length && environments.size < spec.maxConcurrency) {
      startEnvironment();
      loading += 1;
    }
  }

  function run(environment: Environment, invocation: Invocation): void {
    environment.current = invocation;
    const { requestId, event } = invocation;
    environment.timeout = setTimeout(
      () =>
        end(environment, {
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(spec.timeoutMs / 1000).toFixed(2)} seconds`,
        }),
      spec.timeoutMs,
    );
    environment.worker.postMessage({ requestId, event } satisfies WorkerRequest);
  }

  return {
    spec,
    prewarm() {
      const environment = startEnvironment();
      return new Promise((resolve, reject) => {
        environment.worker.once('message', (reply: WorkerReply) =>
          reply.kind === 'unusable' ? reject(new Error(`${spec.name}: ${reply.error.errorMessage}`)) : resolve(),
        );
        environment.worker.once('error', (error) => reject(error));
        environment.worker.once('exit', () => reject(new Error(`${spec.name} ended while it was loading`)));
      });
    },
    invoke(event) {
      return new Promise((resolve) => {
        waiting.push({ requestId: randomUUID(), event: JSON.stringify(event), settle: resolve });
        dispatch();
      });
    },
    async stop() {
      stopped = true;
      const error = { errorType: 'Runtime.ExitError', errorMessage: 'the machine is shutting down' };
      for (const { settle } of waiting.splice(0)) settle({ ok: false, error });
      const workers = [...environments].map(({ worker }) => worker);
      for (const environment of environments) end(environment, error);
      await Promise.all(workers.map((worker) => worker.terminate()));
      await new Promise<void>((resolve) => log.end(() => resolve()));
    },
  };
}
