/** `npm run call -- <scenario>`: plays one call on the running system and shows it from ring to e-mail. */
import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { callEvents } from '#local/vendors/retell/timeline.ts';
import { CallOptions } from '#local/vendors/retell/asked-call.ts';
import { statusReports, TwilioCallOptions } from '#local/vendors/twilio/asked-call.ts';
import { type PickUp, pickUps, type Scenario, type Vendor, vendors } from '#local/scenarios/scenario.ts';
import { scenarioNamed, scenarios } from '#local/scenarios/scenarios.ts';
import { describeStep, type StepLine } from '#local/call/describe-step.ts';
import type { Wire } from '#local/call/place.ts';
import { type Progress, playMany } from '#local/call/play-many.ts';
import { play, type PlayedStep, type Result } from '#local/call/play.ts';
import type { Check } from '#local/call/check.ts';
import { openRecords, type Records } from '#local/call/records.ts';
import { findRunningSystem, NotRunning, type RunningSystem } from '#local/call/running-system.ts';
import type { LocalClinic } from '#local/local-json.ts';

/** What is lost is found by the reconciler, which comes by once a minute here and leaves young calls alone. */
const repairSeconds = 180;

/** A request we cannot do: its message is all there is to say. */
class Refused extends Error {}

const usage = `npm run call -- <scenario> [options]

${scenarios.map(({ name, summary }) => `  ${name.padEnd(27)} ${summary}`).join('\n')}

  --vendor <name>     ${vendors.join(', ')}; default retell, or what the scenario is for
  --clinic <slug>     ring another clinic than the scenario's own
  --callers <n>       so many at once, over all clinics
  --disorder          the events arrive in reverse (Retell)
  --duplicate         every event arrives twice
  --lose <event>      never deliver ${callEvents.join(', ')};
                      of Twilio ${statusReports.join(', ')}; may be given again
  --clinic-path       ring /api/retell/inbound/{clinicId}
  --without-key       the address of the LLM socket carries no key (retell-llm)
  --answers-dial      a person picks up where the call is transferred to
  --picks-up <who>    ${pickUps.join(', ')}: what a call of ours meets; default person
  --no-action         after a broken stream Twilio tells so, and asks for nothing
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

function printChecks(checks: readonly Check[]): void {
  console.log('');
  for (const { claim, ok: holds, found } of checks) {
    if (holds) console.log(`  ${paint('green', '✓')} ${claim}`);
    else console.log(`  ${paint('red', '✕')} ${paint('bold', claim)}${found ? `: ${found}` : ''}`);
  }
}

function printOutcome({ checks, conversationId, ok }: Result, system: RunningSystem, dir: string): void {
  printChecks(checks);
  console.log('');
  console.log(`  ${paint('dim', `conversation ${conversationId}`)}`);
  console.log(`  ${paint('dim', `mailbox      ${system.mailbox.url}`)}`);
  if (ok) return;
  console.error(`\nThis call did not end as it should. Look for ${conversationId} in ${resolve(dir, 'logs')}.`);
}

function clinicFor(scenario: Scenario, slug: string | undefined, clinics: readonly LocalClinic[]): LocalClinic {
  const wanted = slug ?? scenario.clinic;
  const clinic = clinics.find((one) => one.slug === wanted);
  if (clinic && clinic.numbers.length === 0 && scenario.dials === undefined) {
    throw new Refused(`${clinic.name} has no telephone number to ring.`);
  }
  if (clinic) return clinic;
  throw new Refused(`There is no clinic ${wanted} here; there are: ${clinics.map((one) => one.slug).join(', ')}`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        vendor: { type: 'string' },
        clinic: { type: 'string' },
        callers: { type: 'string' },
        disorder: { type: 'boolean', default: false },
        duplicate: { type: 'boolean', default: false },
        lose: { type: 'string', multiple: true, default: [] },
        'clinic-path': { type: 'boolean', default: false },
        'without-key': { type: 'boolean', default: false },
        'answers-dial': { type: 'boolean', default: false },
        'picks-up': { type: 'string' },
        'no-action': { type: 'boolean', default: false },
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

/** The wire that was asked for, as far as the scenario can be played on it. */
function wireOf(scenario: Scenario, values: ReturnType<typeof readArguments>['values']): Wire {
  const possible: readonly Vendor[] = scenario.vendors ?? vendors;
  const vendor = values.vendor ?? possible[0];
  if (!possible.some((one) => one === vendor)) {
    throw new Refused(`--vendor takes, for ${scenario.name}: ${possible.join(', ')}.`);
  }
  const { duplicate, lose } = values;
  const answersDial = values['answers-dial'];
  if (vendor === 'twilio') {
    const options = TwilioCallOptions.safeParse({
      duplicate,
      lose,
      answersDial,
      actionAfterBreak: !values['no-action'],
    });
    if (!options.success) throw new Refused(`--lose takes one of: ${statusReports.join(', ')}`);
    return { vendor, options: options.data };
  }
  const options = CallOptions.safeParse({
    disorder: values.disorder,
    duplicate,
    lose,
    clinicPath: values['clinic-path'],
    answersDial,
  });
  if (!options.success) throw new Refused(`--lose takes one of: ${callEvents.join(', ')}`);
  return vendor === 'retell-llm'
    ? { vendor, options: options.data, withoutKey: values['without-key'] }
    : { vendor: 'retell', options: options.data };
}

/** A call of ours that meets somebody, or something, else than its scenario tells of. */
function metBy(scenario: Scenario, pickUp: PickUp): Scenario {
  if (pickUp === 'person') return scenario;
  const { timeoutSeconds } = scenario.expects;
  if (pickUp === 'voicemail') {
    const expects = { answer: 'clinic', email: 'complete', reached: 'voicemail', timeoutSeconds } as const;
    return { ...scenario, talks: withoutTalk(scenario), expects };
  }
  const reached = pickUp === 'busy' ? 'busy' : 'no-answer';
  return { ...scenario, connects: false, expects: { answer: 'none', email: 'none', reached, timeoutSeconds } };
}

/** Nobody is there to say anything. */
const withoutTalk = ({ talks }: Scenario): Scenario['talks'] =>
  Object.fromEntries(Object.entries(talks).map(([language, talk]) => [language, { ...talk, script: [] }]));

function pickUpOf(scenario: Scenario, wanted: string | undefined): PickUp {
  const pickUp = pickUps.find((one) => one === (wanted ?? 'person'));
  if (!pickUp) throw new Refused(`--picks-up takes one of: ${pickUps.join(', ')}`);
  if (wanted !== undefined && !scenario.ours)
    throw new Refused('--picks-up is for calls of ours, such as reminder-call.');
  return pickUp;
}

/** Many calls at once: how far they have come, every second, and what came of all of them. */
async function runMany(
  system: RunningSystem,
  records: Records,
  asked: Parameters<typeof playMany>[2],
  json: boolean,
): Promise<number> {
  const startedAt = performance.now();
  let progress: Progress = { ringing: 0, talking: 0, over: 0, emails: 0 };
  const show = () => {
    const { ringing, talking, over, emails } = progress;
    const time = `${Math.round((performance.now() - startedAt) / 1000)} s`.padStart(7);
    console.log(`${paint('dim', time)}  ${ringing} ringing, ${talking} talking, ${over} over, ${emails} e-mails`);
  };
  const showing = json ? undefined : setInterval(show, 1_000);
  const result = await playMany(system, records, asked, (now) => {
    progress = now;
  }).finally(() => clearInterval(showing));
  if (json) {
    console.log(JSON.stringify({ scenario: asked.scenario.name, callers: asked.callers, ...result }, null, 2));
    return result.ok ? 0 : 1;
  }
  show();
  printChecks(result.checks);
  const { p50, p95, longest } = result.waits;
  console.log(`\n  answers begin after ${p50} ms (p50), ${p95} ms (p95), at most ${longest} ms`);
  return result.ok ? 0 : 1;
}

/** @returns the exit code */
async function run(): Promise<number> {
  const { values, positionals } = readArguments();
  const [name] = positionals;
  const told = name === undefined ? undefined : scenarioNamed(name);
  if (values.help || name === undefined) {
    console.log(usage);
    return values.help ? 0 : 1;
  }
  if (!told) throw new Refused(`There is no scenario ${name}.\n\n${usage}`);
  const pickUp = pickUpOf(told, values['picks-up']);
  const scenario = metBy(told, pickUp);
  const wire = wireOf(scenario, values);
  const patience = scenario.expects.timeoutSeconds + (values.lose.length > 0 ? repairSeconds : 0);
  const timeoutSeconds = Number(values.timeout ?? patience);
  if (!(timeoutSeconds > 0)) throw new Refused('--timeout takes a number of seconds.');

  const system = await findRunningSystem(values.dir);
  const records = openRecords(system);
  const clinics = await records.clinics();
  if (!values.json) {
    console.log(`\n  ${paint('bold', scenario.name)}  ${paint('dim', scenario.summary)}\n`);
  }
  const callers = Number(values.callers ?? scenario.callers ?? 1);
  if (!(Number.isInteger(callers) && callers > 0 && callers <= 600)) throw new Refused('--callers takes 1 to 600.');
  const asked = { scenario, clinics, wire, timeoutSeconds, pickUp };
  if (callers > 1 && scenario.ours) throw new Refused('A call of ours is made one at a time.');
  if (callers > 1) return runMany(system, records, { ...asked, callers }, values.json);

  const clinic = clinicFor(scenario, values.clinic, clinics);
  const result = await play(system, records, { ...asked, clinic }, (step) => {
    if (!values.json) printStep(step);
  });
  if (values.json)
    console.log(
      JSON.stringify({ scenario: scenario.name, vendor: wire.vendor, clinic: clinic.slug, ...result }, null, 2),
    );
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
