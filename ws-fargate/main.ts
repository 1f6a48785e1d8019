import { join } from 'node:path';
import { limits } from '#adapters/aws/limits.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createCalendar } from '#adapters/dynamodb/calendar.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createConversationActs } from '#adapters/dynamodb/conversation-acts.ts';
import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createDialogueStore } from '#adapters/dynamodb/dialogues.ts';
import { createEventInbox } from '#adapters/dynamodb/inbox.ts';
import { createInstructionReader } from '#adapters/dynamodb/instructions.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { createSocketAddresses } from '#adapters/dynamodb/socket-keys.ts';
import { createDynamoDb, openTable } from '#adapters/dynamodb/table.ts';
import { createTalkStore } from '#adapters/dynamodb/talks.ts';
import { createWaitlistStore } from '#adapters/dynamodb/waitlist.ts';
import { createTaskProtection } from '#adapters/ecs/task-protection.ts';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSpeechModels } from '#adapters/openai/speech-models.ts';
import { createTextModel } from '#adapters/openai/text-model.ts';
import { createLiveCallSource } from '#adapters/retell/live-call.ts';
import { createPayloads } from '#adapters/s3/payloads.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import { createSecret } from '#adapters/secrets/secret.ts';
import { createCallEventQueue } from '#adapters/sqs/call-event-queue.ts';
import { createNoticeQueue } from '#adapters/sqs/notice-queue.ts';
import { createTalkEvents } from '#adapters/sqs/talk-events.ts';
import { createWaitlistWorkflow } from '#adapters/stepfunctions/waitlist-workflow.ts';
import { createTwilioCalls } from '#adapters/twilio/calls.ts';
import { createTwilioSecret } from '#adapters/twilio/secret.ts';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { connectSocket } from '#adapters/websocket/connect-socket.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { soundsLikeEmergency } from '#domain/conversations/emergency-phrases.ts';
import { askSupervisor } from '#domain/conversations/talk/supervisor.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { systemTimers as timers } from '#domain/conversations/talk/timers.ts';
import { errorFields } from '#domain/log.ts';
import { createScheduling } from '#domain/scheduling/create-scheduling.ts';
import { toldScheduling } from '#domain/scheduling/told-scheduling.ts';
import { createIdentification } from '#domain/scheduling/patients/create-identification.ts';
import { Env } from './env.ts';
import { keepProtected } from './keep-protected.ts';
import { createLiveCalls } from './live-calls.ts';
import { readPreparedAudio } from './prepared-audio.ts';
import { createRetellCalls } from './retell-calls.ts';
import { createVoiceServer } from './server.ts';
import { createTwilioMedia } from './twilio-media.ts';
import { warmUp } from './warm-up.ts';

/** Model sockets kept open ahead: calls that begin in the same second or two. */
const spareModelSockets = 4;

const env = Env.parse(process.env);
const log = createJsonLog();

process.on('uncaughtException', (error) => {
  // Its message may quote a caller; where it was thrown is enough. Vendors take the calls to another task.
  log.error('request.failed', { route: 'process', ...errorFields(error) });
  process.exit(1);
});

// A caller waits: one quick second try, then something to say.
const bounds = limits(700, 2);
const dynamo = createDynamoDb(bounds);
const core = openTable(dynamo, env.CORE_TABLE);
const routing = openTable(dynamo, env.ROUTING_TABLE);
const audit = openTable(dynamo, env.AUDIT_TABLE);
// What is told when a call is over may take its time.
const inbox = createEventInbox(
  openTable(createDynamoDb(), env.INBOX_TABLE),
  clock,
  createPayloads(env.PAYLOADS_BUCKET),
);

const retellKey = createSecret(env.RETELL_KEY_SECRET, clock, bounds);
const bindingKey = createSecret(env.BINDING_KEY_SECRET, clock, bounds);
const openAiKey = createSecret(env.OPENAI_KEY_SECRET, clock, bounds);
const twilio = createTwilioSecret(createSecret(env.TWILIO_SECRET, clock, bounds));

const credentials = createCredentialReader({
  store: createCredentialLookup(core),
  secrets: createClinicSecretReader(env.CLINIC_SECRETS, bounds),
  clock,
});

const clinics = createClinicStore(core);
const directory = createClinicDirectory(routing);
const talks = createTalkStore(core, clock);
const instructions = createInstructionReader(core);
const appointments = createAppointmentStore(core);
const patients = createPatientStore({ core, audit }, clock);
const liveCalls = createLiveCalls({ maxCalls: env.MAX_CALLS, maxCallsPerClinic: env.MAX_CALLS_PER_CLINIC });

const textModel = createTextModel({
  apiKey: async () => (await openAiKey.values())[0],
  baseUrl: env.OPENAI_BASE_URL,
});
const speechModels = createSpeechModels({
  url: env.OPENAI_REALTIME_URL,
  key: async () => (await openAiKey.values())[0],
  connect: connectSocket,
  models: { single: env.REALTIME_MODEL, receptionist: env.RECEPTIONIST_MODEL },
  transcriptionModel: env.TRANSCRIPTION_MODEL,
  spare: spareModelSockets,
  clock,
  timers,
  log,
});
const supervisor = askSupervisor({ model: textModel, modelName: env.SUPERVISOR_MODEL, log, timers });

const take = takeTalk({
  scheduling: toldScheduling(createScheduling({ calendar: createCalendar({ core, audit }), appointments, clock }), {
    notices: createNoticeQueue(env.NOTICES_QUEUE_URL),
    log,
  }),
  appointments,
  identification: createIdentification({ patients, clock }),
  patients,
  waitlist: createWaitlistStore({ core, audit }),
  waitlistWorkflow: createWaitlistWorkflow(env.WAITLIST_STATE_MACHINE_ARN),
  acts: createConversationActs({ core, audit }, clock),
  dialogues: createDialogueStore(core, clock),
  conversations: createConversationStore(core),
  clinics,
  talks,
  instructions,
  events: createTalkEvents({ inbox, queue: createCallEventQueue(env.CALL_EVENTS_QUEUE_URL), clock, source: 'voice' }),
  clock,
  log,
});
const maxCallMs = env.MAX_CALL_MINUTES * 60_000;
const shared = { directory, talks, takeTalk: take, liveCalls, accept: acceptSocket, maxCallMs, clock, timers, log };

const media = createTwilioMedia({
  ...shared,
  secret: twilio,
  mediaUrl: new URL('/twilio/media', env.VOICE_URL).href,
  calls: createTwilioCalls({ baseUrl: env.TWILIO_BASE_URL, account: twilio.account }),
  afterStreamUrl: new URL('/api/twilio/after-stream', env.API_URL).href,
  recordingStatusUrl: new URL('/api/twilio/recording-status', env.API_URL).href,
  models: speechModels,
  askSupervisor: supervisor,
  prepared: readPreparedAudio(join(import.meta.dirname, 'audio')),
});
const retell = createRetellCalls({
  ...shared,
  addresses: createSocketAddresses(routing),
  clinics,
  instructions,
  bindingKey,
  retell: createLiveCallSource(
    env.RETELL_BASE_URL,
    retellKey,
    async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
  ),
  createDialogue: createTextDialogue({
    model: textModel,
    modelName: env.TEXT_MODEL,
    askSupervisor: supervisor,
    clock,
    timers,
    log,
  }),
});

const protect =
  env.ECS_AGENT_URI === undefined
    ? undefined
    : keepProtected({ protection: createTaskProtection(env.ECS_AGENT_URI), live: liveCalls.count, clock, log });
if (protect) liveCalls.watch(() => void protect());

const server = createVoiceServer({
  wires: { '/llm-websocket': retell, '/twilio/media': media },
  // Every call has one socket of its vendor's; the rest is for those that are refused.
  maxConnections: env.MAX_CALLS * 2 + 1_000,
  log,
  ...(protect && { tend: protect }),
});

process.once('SIGTERM', () => {
  void server
    .drain(env.DRAIN_SECONDS * 1000)
    .then(() => media.stop())
    .finally(() => process.exit(0));
});

speechModels.start();
const nothing = { PK: 'WARM-UP', SK: 'META' };
await warmUp({
  reads: {
    twilio: () => twilio.tokens(),
    retell: () => retellKey.values(),
    openai: () => openAiKey.values(),
    binding: () => bindingKey.values(),
    core: () => core.get(nothing),
    routing: () => routing.get(nothing),
    // Its phrases are compiled when they are first looked for, which would keep a first caller waiting.
    emergencies: async () => soundsLikeEmergency(''),
  },
  timers,
  log,
});
await server.listen(env.PORT, env.HOST);
