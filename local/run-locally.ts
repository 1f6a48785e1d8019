import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { type RunningCloud, listen, startCloud, type Step } from './cloud/start-cloud.ts';
import { openStateDirectory, type StateDirectory } from './cloud/state-directory.ts';
import { synthesize } from './cloud/synthesize.ts';
import { allClinics, clinicsOn, demoAgents, seedDemoClinics } from './demo-clinics.ts';
import { issueDemoKey, issueDemoSocket } from './demo-keys.ts';
import { announcedPeople, demoPeople, seedDemoMembers } from './demo-people.ts';
import { seedDemoPatients } from './demo-patients.ts';
import { announcedClinic, type LocalJson, removeLocalJson, tableNames, writeLocalJson } from './local-json.ts';
import { type RealKeys, realKeysIn, secretsOf } from './real-keys.ts';
import { addressesOf, startVendors, type Vendors, whoIsReal } from './start-vendors.ts';

const usage = `npm start -- [options]

  --fresh      forget everything from earlier starts
  --port <n>   base port (default 4000): API n, voice n+1, mailbox n+2
  --dir <path> where everything is kept (default .frontdesk)
  --quiet      print nothing but what goes wrong
  --public-url <https://…>       where vendors reach the API, through a tunnel of yours
  --public-voice-url <wss://…>   and the voice service
  --help       print this

  RETELL_API_KEY, OPENAI_API_KEY, TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the
  environment: that vendor itself instead of its stand-in (docs/local.md).`;

interface Options {
  fresh: boolean;
  port: number;
  dir: string;
  quiet: boolean;
  publicUrl?: string;
  publicVoiceUrl?: string;
  realKeys: RealKeys;
}

/**
 * Runs the system until Ctrl-C, SIGTERM or the death of a part it cannot do without.
 * @returns the exit code: 0 when it was asked to stop, 1 when something failed, 2 when it was called wrongly
 */
export async function runLocally(args: string[]): Promise<number> {
  let options: Options;
  try {
    const parsed = parse(args);
    if (parsed === 'help') {
      console.log(usage);
      return 0;
    }
    options = parsed;
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }

  const stopAsked = new AbortController();
  const asked = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        stopAsked.abort();
        resolve(undefined);
      });
    }
  });

  let state: StateDirectory;
  try {
    state = openStateDirectory(options.dir, options);
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
  // Whatever happens to this process, the next one may come in.
  process.once('exit', () => state.release());

  const stops: (() => Promise<void> | void)[] = [() => state.release()];
  try {
    const cloud = await start(options, state, stopAsked.signal, stops);
    const died = await Promise.race([asked, cloud.died]);
    if (died) console.error(`${died}. Frontdesk stops.`);
    else if (!options.quiet) console.log('Stopping …');
    return died ? 1 : 0;
  } catch (error) {
    if (stopAsked.signal.aborted) return 0;
    console.error(messageOf(error));
    return 1;
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function start(
  { dir, fresh, port, quiet, publicUrl, publicVoiceUrl, realKeys }: Options,
  state: StateDirectory,
  signal: AbortSignal,
  stops: (() => Promise<void> | void)[],
): Promise<RunningCloud> {
  const startedAt = performance.now();
  const step: Step = async (what, work) => {
    const from = performance.now();
    signal.throwIfAborted();
    const result = await work();
    signal.throwIfAborted();
    if (!quiet) console.log(`  ${what.padEnd(44)} ${String(Math.round(performance.now() - from)).padStart(6)} ms`);
    return result;
  };
  if (!quiet) console.log(`Frontdesk on this machine, kept in ${dir}`);

  for (const wanted of [port, port + 1, port + 2]) await mustBeFree(wanted);
  await step('Bundle functions, synthesize templates', () => synthesize(state.path('cdk.out'), signal));

  let vendors: Vendors | undefined;
  const password = randomBytes(12).toString('base64url');
  const cloud = await startCloud({
    assembly: state.path('cdk.out'),
    state,
    fresh,
    apiPort: port,
    voicePort: port + 1,
    mailboxPort: port + 2,
    publicApiUrl: publicUrl,
    step,
    givenSecrets: secretsOf(realKeys),
    people: { members: [...demoPeople], password },
    async startVendors(known) {
      const stopping = (stop: () => Promise<void>) => void stops.push(stop);
      const knownAgents = await demoAgents();
      vendors = await startVendors({
        known,
        realKeys,
        retellDir: state.path('retell'),
        knownAgents,
        step,
        stopping,
      });
      return addressesOf(vendors, publicVoiceUrl ?? `ws://127.0.0.1:${port + 1}`);
    },
  });
  stops.push(() => cloud.stop());

  const tables = tableNames(cloud.dynamodb.tables);
  const registry = clinicsOn(cloud.dynamodb.client, tables);
  await step('Apply the demo clinics, if there are none', () => seedDemoClinics(registry));
  const clinics = await allClinics(registry);
  await step('Add the demo patients, if they are not there', () =>
    seedDemoPatients(cloud.dynamodb.client, tables, clinics),
  );
  await step('Make the demo people members, if they are not', () =>
    seedDemoMembers(cloud.dynamodb.client, tables, clinics),
  );
  const announced = await step('Issue keys for the booking API and LLM sockets', () =>
    Promise.all(
      clinics.map(async (clinic) =>
        announcedClinic(clinic, {
          apiKey: await issueDemoKey(cloud.dynamodb.client, tables, clinic.id),
          llmSocketPath: await issueDemoSocket(cloud.dynamodb.client, tables, clinic),
        }),
      ),
    ),
  );
  if (!vendors) throw new Error('the vendors were not started');

  const content: LocalJson = {
    stage: 'local',
    api: cloud.api,
    voice: `http://127.0.0.1:${port + 1}`,
    mailbox: cloud.mailbox,
    aws: cloud.aws,
    dynamodb: { endpoint: cloud.dynamodb.endpoint, tables },
    ...vendors,
    ...(cloud.signIn && { signIn: { ...cloud.signIn, password, members: announcedPeople() } }),
    clinics: announced,
  };
  const path = state.path('local.json');
  stops.push(() => removeLocalJson(path));
  writeLocalJson(path, content);
  if (!quiet) console.log(banner(content, cloud, performance.now() - startedAt, path));
  return cloud;
}

/** A taken port is told before the work, not after it. */
async function mustBeFree(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function banner(content: LocalJson, cloud: RunningCloud, tookMs: number, path: string): string {
  const rows = [
    ['API', content.api],
    ['Voice', content.voice],
    ['Mailbox', content.mailbox.url],
    ...(content.signIn ? [['Sign-in', `${content.signIn.issuer} (npm run sign-in)`]] : []),
    ['Retell', content.retell.baseUrl],
    ['Twilio', content.twilio.baseUrl],
    ['OpenAI', content.openai.baseUrl],
    ['AWS APIs', content.aws.endpoint],
    [cloud.dynamodb.engine, content.dynamodb.endpoint],
    ['For other clients', path],
  ];
  const width = Math.max(...rows.map(([name]) => name?.length ?? 0));
  const clinics = content.clinics.map(
    ({ slug, name, numbers }) => `  ${slug.padEnd(width)}  ${numbers.join(', ')}  ${name}`,
  );
  return [
    '',
    `Ready in ${(tookMs / 1000).toFixed(1)} s.${cloud.resumed ? ` ${cloud.resumed} open workflows go on.` : ''}`,
    '',
    ...rows.map(([name = '', url]) => `  ${name.padEnd(width)}  ${url}`),
    '',
    `  ${whoIsReal(content)}`,
    '',
    ...clinics,
    '',
    'Ring a clinic from another shell: npm run call -- books-in-french     Stop: Ctrl-C',
  ].join('\n');
}

function parse(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string', default: '.frontdesk' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: '4000' },
      'public-url': { type: 'string' },
      'public-voice-url': { type: 'string' },
      quiet: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_533) throw new Error(`--port ${values.port} is no port`);
  const { dir, fresh, quiet } = values;
  const tunnel = {
    publicUrl: originOf('--public-url', 'https:', values['public-url']),
    publicVoiceUrl: originOf('--public-voice-url', 'wss:', values['public-voice-url']),
  };
  return { dir, fresh, quiet, port, ...tunnel, realKeys: realKeysIn(process.env, tunnel) };
}

/** Signatures are over addresses to the letter, so one is taken only as an origin. @throws Error in one line */
function originOf(flag: string, protocol: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== protocol || url.pathname !== '/' || url.search || url.hash) {
    throw new Error(`${flag} takes an address such as ${protocol}//desk.tunnel.example, not ${text}`);
  }
  return `${url.protocol}//${url.host}`;
}

/** Problems of a person are one line; a fault of ours keeps its stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ['Error', 'TemplateError', 'TypeError [ERR_PARSE_ARGS_UNKNOWN_OPTION]'].includes(error.name) || 'code' in error
    ? error.message
    : (error.stack ?? error.message);
}
