import { createRequire, enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** What a pool tells a worker when it starts it. */
export interface WorkerStart {
  functionName: string;
  functionArn: string;
  memoryMb: number;
  timeoutMs: number;
  file: string;
  exportName: string;
  /** Where compiled code is kept. */
  compileCache: string;
}

export interface WorkerRequest {
  requestId: string;
  event: string;
}

export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

export type WorkerReply =
  | { kind: 'ready' }
  | { kind: 'unusable'; error: FunctionError }
  | { kind: 'answer'; requestId: string; payload: string }
  | { kind: 'error'; requestId: string; error: FunctionError };

type Handler = (event: unknown, context: object) => unknown;

/** One execution environment: loads the function once, then answers one event at a time. */
async function serve(port: NonNullable<typeof parentPort>, start: WorkerStart): Promise<void> {
  const reply = (message: WorkerReply) => port.postMessage(message);
  let handler: Handler;
  try {
    handler = await load(start);
  } catch (error) {
    reply({ kind: 'unusable', error: describe(error) });
    return;
  }
  port.on('message', ({ requestId, event }: WorkerRequest) => {
    const deadline = Date.now() + start.timeoutMs;
    const context = {
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      functionName: start.functionName,
      functionVersion: '$LATEST',
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
      invokedFunctionArn: start.functionArn,
      memoryLimitInMB: String(start.memoryMb),
    };
    void (async () => handler(JSON.parse(event), context))().then(
      // What cannot be written as JSON is null on AWS too.
      (answer) => reply({ kind: 'answer', requestId, payload: JSON.stringify(answer) ?? 'null' }),
      (error: unknown) => reply({ kind: 'error', requestId, error: describe(error) }),
    );
  });
  reply({ kind: 'ready' });
  flushCompileCache();
}

async function load({ file, exportName, compileCache }: WorkerStart): Promise<Handler> {
  enableCompileCache(compileCache);
  const module = file.endsWith('.mjs')
    ? ((await import(pathToFileURL(file).href)) as Record<string, unknown>)
    : (createRequire(file)(file) as Record<string, unknown>);
  const handler = module[exportName];
  if (typeof handler !== 'function') throw new Error(`${file} exports no function ${exportName}`);
  return handler as Handler;
}

/** The three fields by which AWS reports an error; a workflow retries and catches on `errorType`. */
function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') };
}

if (parentPort) await serve(parentPort, workerData as WorkerStart);
