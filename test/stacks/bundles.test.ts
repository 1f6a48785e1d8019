import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { bundleFunctions } from '#lib/bundle.ts';
import { type Resource, synthesize } from './synthesized.ts';

const prod = await synthesize('prod');
const local = await synthesize('local');

const nameOf = ({ Properties }: Resource): string => Properties.FunctionName.replace(/^frontdesk-[a-z]+-/, '');
const hashOf = ({ Properties }: Resource): string => Properties.Code.S3Key.replace('.zip', '');
const directoryOf = (one: Resource): string => join(prod.directory, `asset.${hashOf(one)}`);
const bundleOf = (one: Resource): string => readFileSync(join(directoryOf(one), 'index.js'), 'utf8');
const functions = prod.resources('AWS::Lambda::Function');

/** Loads a function as Lambda does, with nothing in its environment but what the template gives it. */
async function load(one: Resource): Promise<{ loaded: unknown; stderr: string }> {
  const variables = Object.entries(prod.resolve(one.Properties.Environment?.Variables ?? {}));
  const worker = new Worker(
    `const { enableCompileCache } = require('node:module');
     const { parentPort, workerData } = require('node:worker_threads');
     enableCompileCache(workerData.cache);
     parentPort.postMessage(typeof require(workerData.file).handler);`,
    {
      eval: true,
      stderr: true,
      workerData: { file: join(directoryOf(one), 'index.js'), cache: process.env.NODE_COMPILE_CACHE },
      env: {
        AWS_REGION: 'eu-west-3',
        ...Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
      },
    },
  );
  const stderr = text(worker.stderr);
  const [loaded] = (await once(worker, 'message')) as unknown[];
  await worker.terminate();
  return { loaded, stderr: await stderr };
}

test.each(functions.map((one) => [nameOf(one), one] as const))(
  '%s starts with the variables its template gives it and the files of its own directory',
  async (_, one) => {
    expect(readdirSync(directoryOf(one)).toSorted()).toEqual(['index.js', 'package.json']);
    expect(await load(one)).toEqual({ loaded: 'function', stderr: '' });
  },
  30_000,
);

test.each(['answer-inbound-call', 'answer-twilio-call'])(
  '%s, which a ringing telephone waits for, stays below 700 KB',
  (name) => {
    const ring = functions.find((one) => nameOf(one) === name)!;
    expect(statSync(join(directoryOf(ring), 'index.js')).size).toBeLessThan(700_000);
  },
);

test('only the functions that write e-mails carry what is needed to lay them out', () => {
  const laysOut = functions.filter((one) => bundleOf(one).includes('react.fragment')).map(nameOf);
  expect(laysOut.toSorted()).toEqual(['heed-notice', 'run-onboarding-step', 'send-call-summary']);
});

test('no other function is so heavy that its first answer keeps somebody waiting', () => {
  // It books, starts a workflow and fills a queue: three clients of AWS.
  const most = (one: Resource) => (nameOf(one) === 'run-tool' ? 1_100_000 : 1_000_000);
  const heavy = functions.filter((one) => statSync(join(directoryOf(one), 'index.js')).size > most(one)).map(nameOf);
  // Nobody waits for a step of the workflow or of a queue, and who chats waits longer for the model.
  const unhurried = [
    'record-call-event',
    'send-call-summary',
    'run-onboarding-step',
    'analyze-call',
    'heed-notice',
    'answer-chat',
  ];
  expect(heavy.filter((name) => !unhurried.includes(name))).toEqual([]);
});

test('every stage runs the same bytes', () => {
  const bytes = (one: Resource) => [nameOf(one), hashOf(one)];
  expect(local.resources('AWS::Lambda::Function').map(bytes)).toEqual(functions.map(bytes));
});

test('the same sources make the same bytes again', () => {
  const directory = mkdtempSync(join(tmpdir(), 'frontdesk-bundles-'));
  bundleFunctions(directory);
  const bundled = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /index\.js$/.test(path),
  );
  const again = new Map(bundled.map((path) => [basename(dirname(path)), readFileSync(join(directory, path), 'utf8')]));
  rmSync(directory, { recursive: true });
  expect(functions.filter((one) => again.get(nameOf(one)) !== bundleOf(one)).map(nameOf)).toEqual([]);
}, 60_000);
