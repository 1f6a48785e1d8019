/** The agent that all clinics share, at Retell: what it is, what it would become, and making it so. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AmbiguousMasterAgent, createMasterAgent, type MasterAgentChange } from '#adapters/retell/master-agent.ts';
import { Misuse, print, printJson, Refused, runCommand, type SharedOptions } from './command-line.ts';
import { paint } from './clinic/paint.ts';

const usage = `npm run master-agent -- plan | diff | apply | publish [options]

The conversation flow that all clinics share, from adapters/retell/master-flow.

  plan      what apply would do, in a few lines; writes nothing
  diff      each difference between Retell and the repository; exit code 1 when there is one
  apply     prints the difference, then makes the draft what the repository says; creates it when there is none
  publish   publishes the newest draft: numbers bound to "latest_published" ring it from then on

  --stage <name>   a deployed stage: needs RETELL_API_KEY in the environment and --api
  --api <url>      where the API of the stage answers, such as the output ApiUrl
  --voice <id>     of Retell's list (default retell-Cimo)
  --title <text>   of the version that is published
  --dir <path>     of the running local system (default .frontdesk)
  --json           for programs`;

interface Options extends SharedOptions {
  api?: string;
  voice: string;
  title: string;
}

const Local = z.object({ api: z.url(), retell: z.object({ apiKey: z.string(), baseUrl: z.url() }) });

async function open({ stage, dir, api, voice }: Options) {
  const at = stage ? atStage(api) : await atLocal(dir);
  const name = `Frontdesk master (${stage ?? 'local'})`;
  const apiUrl = at.api.replace(/\/+$/, '');
  return createMasterAgent(at.baseUrl, at.apiKey, { name, apiUrl, voiceId: voice });
}

function atStage(api: string | undefined) {
  const apiKey = process.env.RETELL_API_KEY;
  if (!apiKey) throw new Refused('a stage needs the key of its Retell workspace in RETELL_API_KEY');
  if (!api || !URL.canParse(api)) throw new Misuse('a stage needs --api, where its API answers');
  return { apiKey, api, baseUrl: 'https://api.retellai.com' };
}

async function atLocal(dir: string) {
  const path = join(dir, 'local.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Refused(`Frontdesk is not running here (no ${path}); start it with npm start, or name a --stage`);
  });
  const { api, retell } = Local.parse(JSON.parse(text));
  if (!retell.apiKey) throw new Refused('Retell is the real one here; name a --stage, with its key and --api');
  return { api, ...retell };
}

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
};

function changeLine({ path, from, to }: MasterAgentChange): string {
  if (from === undefined) return paint('green', `  + ${path}: ${shown(to)}`);
  if (to === undefined) return paint('red', `  - ${path}`);
  return paint('yellow', `  ~ ${path}: ${shown(from)} → ${shown(to)}`);
}

const commands = {
  async plan(rest: string[], options: Options): Promise<number> {
    nothingElse(rest);
    const plan = await (await open(options)).plan();
    if (options.json) return (printJson(plan), 0);
    const { agentId, version, isPublished, changes } = plan;
    const state = agentId ? `${agentId}, version ${version} (${isPublished ? 'published' : 'draft'})` : 'not there yet';
    const act = !agentId
      ? 'apply creates it'
      : changes.length === 0
        ? 'nothing to apply'
        : `apply changes ${changes.length} things in ${isPublished ? 'a new draft' : 'the draft'}`;
    print([`master agent: ${state}`, act]);
    return 0;
  },

  async diff(rest: string[], options: Options): Promise<number> {
    nothingElse(rest);
    const { changes } = await (await open(options)).plan();
    if (options.json) printJson(changes);
    else print(changes.length ? changes.map(changeLine) : ['no difference']);
    return changes.length ? 1 : 0;
  },

  async apply(rest: string[], options: Options): Promise<number> {
    nothingElse(rest);
    const agent = await open(options);
    if (!options.json) print((await agent.plan()).changes.map(changeLine));
    const { agentId, version, changes } = await agent.apply();
    if (options.json) printJson({ agentId, version, changes });
    else
      print([changes.length ? `applied: ${agentId}, version ${version}` : `no change: ${agentId}, version ${version}`]);
    return 0;
  },

  async publish(rest: string[], options: Options): Promise<number> {
    nothingElse(rest);
    const { outcome, agentId, version } = await (await open(options)).publish(options.title);
    if (outcome === 'missing') throw new Refused('there is no master agent yet; apply creates it');
    if (options.json) printJson({ outcome, agentId, version });
    else print([`${outcome}: ${agentId}, version ${version}`]);
    return 0;
  },
};

function nothingElse(rest: string[]): void {
  if (rest.length) throw new Misuse(`master-agent does not know what to do with ${rest.join(' ')}`);
}

/** Two agents of one name are for a person to sort out. */
const told = (command: (rest: string[], options: Options) => Promise<number>) => (rest: string[], options: Options) =>
  command(rest, options).catch((error: unknown) => {
    if (error instanceof AmbiguousMasterAgent) throw new Refused(`${error.message}; delete or rename one at Retell`);
    throw error;
  });

process.exitCode = await runCommand<Options>(
  process.argv.slice(2),
  usage,
  {
    api: { type: 'string' },
    voice: { type: 'string', default: 'retell-Cimo' },
    title: { type: 'string', default: 'from the repository' },
  },
  Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, told(command)])),
);
