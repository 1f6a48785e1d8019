import { setTimeout as pause } from 'node:timers/promises';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createOnboardingStore } from '#adapters/dynamodb/onboardings.ts';
import { createOnboardingWorkflow } from '#adapters/stepfunctions/onboarding-workflow.ts';
import { claimConflicts } from '#domain/clinics/claim-conflicts.ts';
import { systemClock as clock } from '#domain/clock.ts';
import type { ClinicId } from '#domain/ids.ts';
import { isUnderWay, joiningSteps, type Onboarding, stepsDone } from '#domain/onboarding/onboarding.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { type Begun, beginLeaving, beginOnboarding } from '#lambdas/onboarding/begin-onboarding.ts';
import { conflictText } from '#lambdas/onboarding/conflict-text.ts';
import { readOnboardingFile } from '#lambdas/onboarding/onboarding-file.ts';
import { Misuse, print, printJson, Refused, type SharedOptions } from '../command-line.ts';
import { connect } from '../connect.ts';
import { readText } from '../read-text.ts';
import { paint } from './paint.ts';

/** How often progress is looked at, and how often whether the workflow itself still runs. */
const lookEveryMs = 300;
const askEvery = 10;
/** Begun at one moment; the rest follow as these end. */
const atOnce = 40;

const by = { actorType: 'platform', actorId: 'cli' } as const;

async function openOnboarding(options: SharedOptions) {
  const system = await connect(options);
  const { tables } = system;
  const workflow = createOnboardingWorkflow(await system.stateMachineArn('onboarding'));
  const onboardings = createOnboardingStore(tables, clock);
  return { system, workflow, onboardings, clinics: createClinicRegistry(tables), clock };
}
type Opened = Awaited<ReturnType<typeof openOnboarding>>;

/** Prints each step as it is done, until the clinic has arrived, or has left. */
async function follow(slug: string, begun: Onboarding, { onboardings, workflow }: Opened, quiet: boolean) {
  const seen = new Set<string>();
  for (let look = 1; ; look++) {
    const now = await onboardings.get(begun.clinicId);
    if (!now) throw new Refused(`the onboarding of ${slug} is gone`);
    for (const step of stepsDone(now)) {
      if (!seen.has(step) && !quiet) print([`${slug}  ${paint('green', '✓')} ${step}`]);
      seen.add(step);
    }
    if (!isUnderWay(now)) return now;
    if (look % askEvery === 0 && !(await workflow.isUnderWay(now))) return (await onboardings.get(now.clinicId)) ?? now;
    await pause(lookEveryMs);
  }
}

function endLine(slug: string, now: Onboarding): string {
  switch (now.state) {
    case 'joined': {
      const bought = now.numbers.find(({ came }) => came === 'bought');
      const missing = joiningSteps.filter((step) => now.done[step] === undefined);
      const answers =
        bought && ` and answers on ${bought.number}; put it in its file as numbers, in place of onboarding`;
      return `${slug} has joined${answers ?? ''}${missing.length ? `, without ${missing.join(', ')}` : ''}`;
    }
    case 'undone':
      return `${slug} has not joined and was undone: ${now.failure ?? 'a step failed'}`;
    case 'left':
      return `${slug} has left; its numbers are given back, and what is known of its calls is deleted as its retention says`;
    default:
      return `${slug} is only half way (${now.state}); run the same command again`;
  }
}

async function through(slug: string, begun: Begun, opened: Opened, quiet: boolean) {
  if (begun.outcome === 'refused') return { slug, state: 'refused', line: `${slug}: ${begun.why}` };
  const end = await follow(slug, begun.onboarding, opened, quiet);
  const { state, numbers, failure } = end;
  if (!begun.otherOrder) return { slug, state, numbers, failure, line: endLine(slug, end) };
  const line = `${slug} joined with another file, and nothing of this one was done; change it with clinic apply`;
  return { slug, state, otherOrder: true, numbers, failure, line };
}

async function ordersIn(names: string[]) {
  const read = await Promise.all(
    names.map(async (name) => {
      return readOnboardingFile(name, await readText(name));
    }),
  );
  const orders = read.flatMap((one) => one.orders);
  const none = { numbers: new Map(), agents: new Map(), slugs: new Map() };
  const conflicts = claimConflicts(
    orders.map(({ order }) => order.clinic),
    none,
  );
  const among = conflicts.map((conflict) => orders[conflict.clinic]!.problemAt(conflict.path, conflictText(conflict)));
  return { orders: orders.map(({ order }) => order), problems: [...read.flatMap((one) => one.problems), ...among] };
}

/** `onboard <file.yaml>…` */
export async function onboard(names: string[], options: SharedOptions): Promise<number> {
  if (names.length === 0) throw new Misuse('onboard needs at least one file');
  const { orders, problems } = await ordersIn(names);
  if (problems.length) {
    problems.forEach((problem) => console.error(paint('red', problemText(problem), process.stderr)));
    console.error('Nothing was begun.');
    return 1;
  }
  return walk(
    options,
    orders.map((order) => ({ slug: order.clinic.slug, begin: (opened) => beginOnboarding(opened)(order, by) })),
    'joined',
  );
}

/** `offboard <slug>` */
export async function offboard([slug, ...rest]: string[], options: SharedOptions): Promise<number> {
  if (!slug || rest.length) throw new Misuse('offboard needs the slug of one clinic');
  async function begin(opened: Opened): Promise<Begun> {
    const id: ClinicId | undefined = await opened.clinics.find(slug as string);
    if (!id) throw new Refused(`there is no clinic ${slug}; npm run clinic -- list shows all there are`);
    return beginLeaving(opened)(id, by);
  }
  return walk(options, [{ slug, begin }], 'left');
}

/** One clinic to take through its workflow. */
interface Walker {
  slug: string;
  begin(opened: Opened): Promise<Begun>;
}

async function walk(options: SharedOptions, walkers: Walker[], wanted: Onboarding['state']): Promise<number> {
  const opened = await openOnboarding(options);
  try {
    const waiting = [...walkers];
    const ends: Awaited<ReturnType<typeof through>>[] = [];
    const worker = async () => {
      for (let walker = waiting.shift(); walker; walker = waiting.shift()) {
        const end = await through(walker.slug, await walker.begin(opened), opened, options.json);
        ends.push(end);
        if (!options.json) print([paint(end.state === wanted ? 'green' : 'red', end.line)]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, walkers.length) }, worker));
    if (options.json) printJson(ends.map(({ line: _line, ...end }) => end));
    return ends.every(({ state }) => state === wanted) ? 0 : 1;
  } finally {
    opened.system.close();
  }
}
