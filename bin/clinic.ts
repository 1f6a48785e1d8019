/** `npm run clinic -- apply | check | list | show | …`: the clinics of the running system or of a stage. */
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { systemClock } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { applyClinics, checkClinicFiles, type ClinicFileText } from '#lambdas/clinics/apply-clinic.ts';
import { type Problem, problemText } from '#lambdas/clinics/clinic-file.ts';
import { enableRecipient } from '#lambdas/clinics/enable-recipient.ts';
import { apiKey, calendar, type CredentialOptions } from './clinic/credentials.ts';
import { diffLines } from './clinic/diff-lines.ts';
import { offboard, onboard } from './clinic/onboarding.ts';
import { type InstructionOptions, instructions } from './clinic/instructions.ts';
import { paint } from './clinic/paint.ts';
import { listLines, profileLines } from './clinic/profile-lines.ts';
import { relay } from './clinic/relay.ts';
import { socketKey } from './clinic/socket-key.ts';
import { trunk, type TrunkOptions } from './clinic/trunk.ts';
import { Misuse, print, printJson, Refused, runCommand } from './command-line.ts';
import { connect, defaultDir } from './connect.ts';
import { readText } from './read-text.ts';

const usage = `npm run clinic -- <command> [options]

  apply <file.yaml>…                 make the stored clinics what these files say; all or none when a check fails
  check <file.yaml>…                 only check the files, by themselves and against each other
  onboard <file.yaml>…               take clinics in, from the file to a ringing number, and follow it; again goes on
  offboard <slug>                    close a clinic and give its number back
  list                               all clinics
  show <slug>                        one clinic, with the state of its recipients
  enable-recipient <slug> <address>  write again to an address that bounced or complained
  api-key <slug>                     a new key for the clinic's software; the former ones work for one hour longer
  socket-key <slug>                  a new secret address of the clinic's LLM socket; the former ones work for one hour longer
  relay <slug>                       open the clinic's relay, or give it a new secret; the former one works for one hour longer
  trunk <name> --user <user>         by what calls over a SIP trunk are let in, before numbers are imported over it; the
                                     password comes by standard input
  instructions <slug> [<scope>] [<file>]
                                     the clinic's own text for its agents: publish a file as the next version, or
                                     print what is published; scopes: base, receptionist, supervisor
  calendar <slug> <provider>         a new secret address of a provider's calendar feed; the former one ends

  --dry-run        apply: show what would change and change nothing
  --overwrite      apply: also undo what the clinic's own people have changed since a file was applied
  --label <text>   api-key: what the key is for
  --keep           api-key, socket-key: the former keys go on working
  --list           api-key, socket-key, relay: all keys of the clinic, without their secrets
  --revoke         api-key, socket-key <slug> <id>: end a key at once; calendar: end the feed of the provider;
                   relay: close it
  --user <name>    trunk: the user the carrier gave
  --channel <name> instructions: voice, web, whatsapp or sms (default voice)
  --preview        instructions: print the whole prompt that results, and publish nothing
  --stage <name>   a deployed stage instead of the system running here; AWS credentials come from the environment
  --dir <path>     where npm start keeps its files (default ${defaultDir})
  --json           print JSON
  --help           print this

The keys of a clinic file are in docs/clinic-file.md, what API keys and calendar feeds are for in docs/booking-api.md,
how agents are instructed in docs/instructions.md, how clinics join and leave in docs/onboarding.md.
Ends with 0, with 1 when something was refused or failed, with 2 when it was called wrongly.`;

interface Options extends CredentialOptions, InstructionOptions, TrunkOptions {
  'dry-run': boolean;
  overwrite: boolean;
}

const printProblems = (problems: Problem[]): void =>
  problems.forEach((problem) => console.error(paint('red', problemText(problem), process.stderr)));

async function withClinics<T>({ stage, dir }: Options, use: (clinics: ClinicRegistry) => Promise<T>): Promise<T> {
  const connection = await connect({ stage, dir });
  try {
    return await use(createClinicRegistry(connection.tables));
  } finally {
    connection.close();
  }
}

const read = async (name: string): Promise<ClinicFileText> => ({ name, text: await readText(name) });

async function apply(names: string[], options: Options): Promise<number> {
  const { json, overwrite, 'dry-run': dryRun } = options;
  if (names.length === 0) throw new Misuse('apply needs at least one clinic file');
  const files = await Promise.all(names.map(read));
  const result = await withClinics(options, (clinics) =>
    applyClinics({ clinics, clock: systemClock })(files, { dryRun, overwrite }),
  );
  if (json) {
    const clinics = result.clinics.map(({ file, clinic, ...rest }) => ({
      file,
      id: clinic.id,
      slug: clinic.slug,
      ...rest,
    }));
    printJson({ ...result, clinics });
  } else {
    print(result.clinics.flatMap((clinic) => diffLines(clinic, dryRun)));
    printProblems(result.problems);
    if (result.outcome === 'refused') console.error('Nothing was written.');
  }
  return result.outcome === 'applied' ? 0 : 1;
}

async function check(names: string[], { json }: Options): Promise<number> {
  if (names.length === 0) throw new Misuse('check needs at least one clinic file');
  const { clinicFiles, problems } = checkClinicFiles(await Promise.all(names.map(read)));
  if (json) printJson({ problems });
  else {
    const bad = new Set(problems.map(({ file }) => file));
    print(
      clinicFiles.filter(({ file }) => !bad.has(file)).map(({ file, clinic }) => `${file}: ${clinic.slug} is in order`),
    );
    printProblems(problems);
  }
  return problems.length ? 1 : 0;
}

async function list(rest: string[], options: Options): Promise<number> {
  if (rest.length) throw new Misuse('list takes no argument');
  const clinics = await withClinics(options, (registry) => registry.list());
  if (options.json) printJson(clinics);
  else print(clinics.length ? listLines(clinics) : ['There is no clinic yet.']);
  return 0;
}

async function named(clinics: ClinicRegistry, slug: string): Promise<ClinicProfile> {
  const id = await clinics.find(slug);
  const profile = id && (await clinics.profile(id));
  if (!profile) throw new Refused(`there is no clinic ${slug}; npm run clinic -- list shows all there are`);
  return profile;
}

async function show([slug, ...rest]: string[], options: Options): Promise<number> {
  if (!slug || rest.length) throw new Misuse('show needs the slug of one clinic');
  const profile = await withClinics(options, (clinics) => named(clinics, slug));
  if (options.json) printJson(profile);
  else print(profileLines(profile, systemClock.now()));
  return 0;
}

async function enable([slug, address, ...rest]: string[], options: Options): Promise<number> {
  if (!slug || !address || rest.length) throw new Misuse('enable-recipient needs the slug of a clinic and an address');
  const outcome = await withClinics(options, async (clinics) => {
    const { id } = await named(clinics, slug);
    return (await enableRecipient({ clinics, clock: systemClock })(id, address)).outcome;
  });
  if (outcome === 'no-such-recipient') throw new Refused(`${address} is no recipient of clinic ${slug}`);
  if (options.json) printJson({ outcome });
  else print([outcome === 'enabled' ? `${address} is written to again` : `no change: ${address} was not disabled`]);
  return 0;
}

/** The tool itself: answers its exit code for these arguments. */
export const clinicTool = (args: string[]): Promise<number> =>
  runCommand<Options>(
    args,
    usage,
    {
      'dry-run': { type: 'boolean', default: false },
      overwrite: { type: 'boolean', default: false },
      label: { type: 'string' },
      keep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      revoke: { type: 'boolean', default: false },
      user: { type: 'string' },
      channel: { type: 'string', default: 'voice' },
      preview: { type: 'boolean', default: false },
    },
    {
      apply,
      check,
      list,
      show,
      'enable-recipient': enable,
      'api-key': apiKey,
      'socket-key': socketKey,
      relay,
      trunk,
      calendar,
      instructions,
      onboard,
      offboard,
    },
  );

if (import.meta.main) process.exitCode = await clinicTool(process.argv.slice(2));
