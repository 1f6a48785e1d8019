/** `npm run events -- quarantine | replay | resume`: events without a clinic, and summaries that did not go out. */
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createPostCallWorkflow } from '#adapters/stepfunctions/post-call-workflow.ts';
import { isoInstant, systemClock } from '#domain/clock.ts';
import type { StoredEvent } from '#domain/conversations/event-inbox.ts';
import { type ClinicId, ConversationId } from '#domain/ids.ts';
import { type ReplayOutcome, replayEvent } from '#lambdas/conversations/replay-event.ts';
import { awaitsUpdate, restartSummary } from '#lambdas/conversations/restart-summary.ts';
import { Misuse, print, printJson, Refused, runCommand, type SharedOptions } from './command-line.ts';
import { type Connection, connect, defaultDir } from './connect.ts';

const usage = `npm run events -- <command> [options]

  quarantine                    authentic events that have no clinic, oldest first, and those that cannot be read
  replay <key>… | --all         route them again, now that their number is mapped
  resume <slug> <conversation>  start a summary again that did not go out; who was reached is not written to twice

  --clinic <slug>  replay: in a conflict, which of the clinics the event points to
  --limit <n>      quarantine: at most so many of each (default 100)
  --stage <name>   a deployed stage instead of the system running here; AWS credentials come from the environment
  --dir <path>     where npm start keeps its files (default ${defaultDir})
  --json           print JSON

Ends with 0, with 1 when something was refused or failed, with 2 when it was called wrongly.`;

interface Options extends SharedOptions {
  all: boolean;
  clinic?: string;
  limit: string;
}

async function withSystem<T>({ stage, dir }: Options, use: (system: Connection) => Promise<T>): Promise<T> {
  const system = await connect({ stage, dir });
  try {
    return await use(system);
  } finally {
    system.close();
  }
}

const inboxOf = ({ tables }: Connection) => createEventInbox(tables.inbox, systemClock, noPayloads);

/** Lists and replays read the description of an event, and of a message who wrote it: no body that is large. */
const storesNothing = () => Promise.reject(new Error('this tool stores no bodies'));
const noPayloads = { put: storesNothing, empty: storesNothing, get: async () => new Uint8Array() };

async function quarantine(rest: string[], options: Options): Promise<number> {
  if (rest.length) throw new Misuse('quarantine takes no argument');
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1) throw new Misuse('--limit needs a whole number from 1');
  const events = await withSystem(options, async (system) => {
    const inbox = inboxOf(system);
    return (await Promise.all([inbox.list('quarantined', { limit }), inbox.list('poison', { limit })])).flat();
  });
  if (options.json) printJson(events);
  else print(events.length ? events.flatMap(eventLines) : ['Nothing is quarantined.']);
  return 0;
}

const eventLines = ({ eventKey, eventType, reason, maskedNumber, receivedAt, state }: StoredEvent): string[] => [
  [isoInstant(receivedAt), eventType.padEnd(16), (reason ?? state).padEnd(16), maskedNumber ?? ''].join('  ').trimEnd(),
  `    ${eventKey}`,
];

/** `--all` means so many at a time; a flood is let back in portions. */
const mostAtOnce = 1_000;

async function replay(eventKeys: string[], options: Options): Promise<number> {
  if (!options.all && eventKeys.length === 0) throw new Misuse('replay needs the keys of events, or --all');
  const outcomes = await withSystem(options, async (system) => {
    const inbox = inboxOf(system);
    const queue = createCallEventQueue(await system.queueUrl('call-events.fifo'));
    const notices = createNoticeQueue(await system.queueUrl('notices.fifo'));
    const clinicId = options.clinic ? await clinicNamed(system, options.clinic) : undefined;
    const wanted = options.all
      ? (await inbox.list('quarantined', { limit: mostAtOnce })).map(({ eventKey }) => eventKey)
      : eventKeys;
    const done: ({ eventKey: string } & ReplayOutcome)[] = [];
    for (const eventKey of wanted)
      done.push({ eventKey, ...(await replayEvent({ inbox, queue, notices })(eventKey, clinicId)) });
    return done;
  });
  if (options.json) printJson(outcomes);
  else {
    print(outcomes.length ? outcomes.map(replayLine) : ['Nothing is quarantined.']);
    if (options.all && outcomes.length === mostAtOnce) console.log('There may be more: run it again.');
  }
  return outcomes.some(({ outcome }) => outcome === 'no-such-event') ? 1 : 0;
}

function replayLine(done: { eventKey: string } & ReplayOutcome): string {
  switch (done.outcome) {
    case 'replayed':
      return `on its way again: ${done.eventKey}`;
    case 'nothing-to-replay':
      return `nothing to replay, ${done.message}: ${done.eventKey}`;
    case 'no-such-event':
      return `there is no such event: ${done.eventKey}`;
  }
}

async function clinicNamed({ tables }: Connection, slug: string): Promise<ClinicId> {
  const clinicId = await createClinicRegistry(tables).find(slug);
  if (!clinicId) throw new Refused(`there is no clinic ${slug}; npm run clinic -- list shows all there are`);
  return clinicId;
}

async function resume([slug, id, ...rest]: string[], options: Options): Promise<number> {
  const conversationId = ConversationId.safeParse(id);
  if (!slug || rest.length || !conversationId.success) throw new Misuse('resume needs a clinic and a conversation id');
  const outcome = await withSystem(options, async (system) => {
    const conversations = createConversationStore(system.tables.core);
    const clinicId = await clinicNamed(system, slug);
    const call = await conversations.get(clinicId, conversationId.data);
    if (!call) throw new Refused(`clinic ${slug} has no conversation ${conversationId.data}`);
    const untold = ['waiting', 'sending', 'failed'].includes(call.notification);
    const wantsUpdates = (await createClinicStore(system.tables.core).profile(clinicId))?.email.sendUpdate;
    if (!untold && !(wantsUpdates && awaitsUpdate(call)))
      throw new Refused(`there is nothing to resume: its summary is ${call.notification}`);
    const workflow = createPostCallWorkflow(await system.stateMachineArn('post-call'));
    return restartSummary({ conversations, workflow, clock: systemClock, log: silent })(call);
  });
  if (options.json) printJson({ outcome });
  else print([outcome === 'restarted' ? 'started again' : 'somebody else has just changed it; look again']);
  return outcome === 'restarted' ? 0 : 1;
}

/** What is done here is told on the terminal. */
const silent = createJsonLog(() => undefined);

process.exitCode = await runCommand<Options>(
  process.argv.slice(2),
  usage,
  {
    all: { type: 'boolean', default: false },
    clinic: { type: 'string' },
    limit: { type: 'string', default: '100' },
  },
  { quarantine, replay, resume },
);
