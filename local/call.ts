/** `npm run call -- <scenario>`: plays one call on the running system and shows it from ring to e-mail. */
import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { callEvents } from '#local/vendors/retell/timeline.ts';
import { CallOptions } from '#local/vendors/retell/place-call.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import { scenarioNamed, scenarios } from '#local/scenarios/scenarios.ts';
import { describeStep, type StepLine } from '#local/call/describe-step.ts';
import { play, type PlayedStep, type Result } from '#local/call/play.ts';
import { openRecords } from '#local/call/records.ts';
import { findRunningSystem, NotRunning, type RunningSystem } from '#local/call/running-system.ts';
import type { LocalClinic } from '#local/local-json.ts';

/** What is lost is found by the reconciler, which comes by once a minute here and leaves young calls alone. */
const repairSeconds = 180;

/** A request we cannot do: its message is all there is to say. */
class Refused extends Error {}

const usage = `npm run call -- <scenario> [options]

${scenarios.map(({ name, summary }) => `  ${name.padEnd(27)} ${summary}`).join('\n')}

  --clinic <slug>     ring another clinic than the scenario's own
  --disorder          the events arrive in reverse
  --duplicate         every event arrives twice
  --lose <event>      never deliver ${callEvents.join(', ')}; may be given again
  --clinic-path       ring /api/retell/inbound/{clinicId}
  --json              print one JSON object instead of the timeline
  --timeout <s>       how long the e-mail may take
  --dir <path>        where npm start keeps its files (default .frontdesk)`;

type Format = Parameters<typeof styleText>[0];
const paint = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout });

const tones = { plain: 'reset', good: 'green', warn: 'yellow', bad: 'red' } as const satisfies Record<
  StepLine['tone'],
  Format
>;

function printStep(step: PlayedStep): void {
  const line = describeStep(step);
  if (!line) return;
  const time = `${Math.round(step.atMs).toLocaleString('en').replaceAll(',', ' ')} ms`.padStart(10);
  console.log(`${paint('dim', time)}  ${paint(tones[line.tone], line.mark)} ${line.label.padEnd(14)} ${line.text}`);
}

function printOutcome({ checks, conversationId, ok }: Result, system: RunningSystem, dir: string): void {
  console.log('');
  for (const { claim, ok: holds, found } of checks) {
    if (holds) console.log(`  ${paint('green', '✓')} ${claim}`);
    else console.log(`  ${paint('red', '✕')} ${paint('bold', claim)}${found ? `: ${found}` : ''}`);
  }
  console.log('');
  console.log(`  ${paint('dim', `conversation ${conversationId}`)}`);
  console.log(`  ${paint('dim', `mailbox      ${system.mailbox.url}`)}`);
  if (ok) return;
  console.error(`\nThis call did not end as it should. Look for ${conversationId} in ${resolve(dir, 'logs')}.`);
}

function clinicFor(scenario: Scenario, slug: string | undefined, clinics: readonly LocalClinic[]): LocalClinic {
  const wanted = slug ?? scenario.clinic;
  const clinic = clinics.find((one) => one.slug === wanted);
  if (clinic) return clinic;
  throw new Refused(`There is no clinic ${wanted} here; there are: ${clinics.map((one) => one.slug).join(', ')}`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        clinic: { type: 'string' },
        disorder: { type: 'boolean', default: false },
        duplicate: { type: 'boolean', default: false },
        lose: { type: 'string', multiple: true, default: [] },
        'clinic-path': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        timeout: { type: 'string' },
        dir: { type: 'string', default: '.frontdesk' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new Refused((cause as Error).message, { cause });
  }
}

/** @returns the exit code */
async function run(): Promise<number> {
  const { values, positionals } = readArguments();
  const [name] = positionals;
  const scenario = name === undefined ? undefined : scenarioNamed(name);
  if (values.help || name === undefined) {
    console.log(usage);
    return values.help ? 0 : 1;
  }
  if (!scenario) throw new Refused(`There is no scenario ${name}.\n\n${usage}`);
  const options = CallOptions.safeParse({
    disorder: values.disorder,
    duplicate: values.duplicate,
    lose: values.lose,
    clinicPath: values['clinic-path'],
  });
  if (!options.success) throw new Refused(`--lose takes one of: ${callEvents.join(', ')}`);
  const patience = scenario.expects.timeoutSeconds + (values.lose.length > 0 ? repairSeconds : 0);
  const timeoutSeconds = Number(values.timeout ?? patience);
  if (!(timeoutSeconds > 0)) throw new Refused('--timeout takes a number of seconds.');

  const system = await findRunningSystem(values.dir);
  const records = openRecords(system);
  const clinics = await records.clinics();
  const clinic = clinicFor(scenario, values.clinic, clinics);
  if (!values.json) {
    console.log(`\n  ${paint('bold', scenario.name)}  ${paint('dim', scenario.summary)}\n`);
  }
  const result = await play(
    system,
    records,
    { scenario, clinic, clinics, options: options.data, timeoutSeconds },
    (step) => {
      if (!values.json) printStep(step);
    },
  );
  if (values.json) console.log(JSON.stringify({ scenario: scenario.name, clinic: clinic.slug, ...result }, null, 2));
  else printOutcome(result, system, values.dir);
  return result.ok ? 0 : 1;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof Refused || error instanceof NotRunning)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
