import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSpeechModels } from '#adapters/openai/speech-models.ts';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { connectSocket } from '#adapters/websocket/connect-socket.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import type { TextModel } from '#domain/conversations/talk/text/text-model.ts';
import { systemTimers as timers } from '#domain/conversations/talk/timers.ts';
import { type ConversationId, twilioConversationId } from '#domain/ids.ts';
import { issueSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';
import { readPreparedAudio } from '#ws-fargate/prepared-audio.ts';
import { createRetellCalls } from '#ws-fargate/retell-calls.ts';
import { createVoiceServer } from '#ws-fargate/server.ts';
import { createTwilioMedia } from '#ws-fargate/twilio-media.ts';
import { talkWorld } from '../conversations/talk/talk-world.ts';
import { inMemoryActs } from '../fakes/acts.ts';
import { inMemoryConversations } from '../fakes/conversations.ts';
import { inMemoryDialogues } from '../fakes/dialogues.ts';
import { inMemoryDirectory } from '../fakes/directory.ts';
import { inMemorySocketKeys } from '../fakes/socket-keys.ts';
import { newTalk } from '../fakes/talk.ts';
import { inMemoryTalks } from '../fakes/talks.ts';
import { authToken, callSidOf, mediaUrl, tokenOf } from './voice-signal.ts';

/** What the bench asks of the process under test. */
export type ServiceOrder =
  /** Twilio has asked what to do with these calls, and was given their tokens. */
  | { kind: 'ring'; from: number; to: number }
  | { kind: 'look' }
  /** Tells what the tables hold by now, and empties them: they are no memory of the service. */
  | { kind: 'tell-and-forget' };

export interface ServiceLook {
  /** Calls by the service's own count. */
  live: number;
  sockets: number;
  /** By what holds the process: timers, sockets, requests. */
  resources: Record<string, number>;
  rssMb: number;
  heapMb: number;
  /** Lines of its log by code, those of errors with their reason. */
  logged: Record<string, number>;
}

/** What the tables hold of one conversation. */
export interface KeptCall {
  conversationId: ConversationId;
  items: number;
  turns: number;
  isInOrder: boolean;
}

/** The voice service with both wires, as its task runs it. Only its stores are in memory, and its text model is a sentence. */
const modelUrl = process.argv[2] as string;
const mostCalls = 2_000;
const bindingKey = 'key-of-bindings';

const world = talkWorld();
const { clinic, clinicId } = world;
const number = clinic.numbers[0]?.number ?? '';

const emptyTables = () => {
  const conversations = inMemoryConversations();
  return {
    conversations,
    talks: inMemoryTalks(),
    dialogues: inMemoryDialogues(),
    acts: inMemoryActs(conversations),
    directory: inMemoryDirectory({ numbers: { [number]: clinicId } }),
  };
};
let tables = emptyTables();
type Tables = ReturnType<typeof emptyTables>;

/** The table of that name as it is at the moment. */
const current = <Name extends keyof Tables>(name: Name): Tables[Name] =>
  new Proxy({} as Tables[Name], {
    get: (_, member) => Reflect.get(tables[name], member) as unknown,
  });

const logged: Record<string, number> = {};
const log = createJsonLog((line) => {
  const { level, code, reason, error } = JSON.parse(line) as Record<string, string | undefined>;
  const name = level === 'error' ? `error ${code} ${reason ?? error ?? ''}`.trim() : (code ?? '');
  logged[name] = (logged[name] ?? 0) + 1;
});

const sentence: TextModel = {
  async *stream() {
    yield { kind: 'text', delta: 'Je regarde ' };
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield { kind: 'text', delta: 'cela tout de suite.' };
    yield { kind: 'done', stop: 'completed', items: [] };
  },
  structured: () => Promise.reject(new Error('nothing structured is asked in this bench')),
};

const keys = inMemorySocketKeys({ [clinic.slug]: clinicId });
const issued = await issueSocketKey({ keys, clock })(clinic);
if (issued.outcome !== 'issued') throw new Error(issued.outcome);

const liveCalls = createLiveCalls({ maxCalls: mostCalls, maxCallsPerClinic: mostCalls });
const shared = {
  directory: current('directory'),
  talks: current('talks'),
  takeTalk: takeTalk({
    ...world.deps,
    ...{ conversations: current('conversations'), dialogues: current('dialogues') },
    ...{ acts: current('acts'), talks: current('talks') },
    events: { tell: async () => undefined },
    clock,
    log,
  }),
  liveCalls,
  accept: acceptSocket,
  maxCallMs: 3_300_000,
  clock,
  timers,
  log,
};
const models = createSpeechModels({
  url: modelUrl,
  key: async () => 'sk-bench',
  connect: connectSocket,
  models: { single: 'model', receptionist: 'model' },
  transcriptionModel: 'transcriber',
  spare: 4,
  clock,
  timers,
  log,
});
const askSupervisor = async () => ({ say: 'Un instant.', needsHuman: false });
const media = createTwilioMedia({
  ...shared,
  secret: { tokens: async () => [authToken], refreshedTokens: async () => [authToken] },
  mediaUrl,
  calls: {
    hangUp: async () => 'over',
    redirect: async () => 'over',
    startRecording: async () => {},
    stopRecording: async () => 'over',
  },
  afterStreamUrl: 'https://api.example/api/twilio/after-stream',
  recordingStatusUrl: 'https://api.example/api/twilio/recording-status',
  models,
  askSupervisor,
  prepared: readPreparedAudio(fileURLToPath(new URL('../../ws-fargate/audio', import.meta.url))),
});
const retell = createRetellCalls({
  ...shared,
  addresses: keys,
  clinics: world.deps.clinics,
  instructions: world.instructions,
  bindingKey: { values: async () => [bindingKey] },
  // Retell knows of none: only what was proven otherwise is taken.
  retell: {
    find: async () => undefined,
    storeNothing: () => Promise.reject(new Error('nobody objects in this bench')),
  },
  createDialogue: createTextDialogue({ model: sentence, modelName: 'model', askSupervisor, clock, timers, log }),
});
const server = createVoiceServer({
  wires: { '/llm-websocket': retell, '/twilio/media': media },
  maxConnections: mostCalls * 2,
  log,
});

async function ring(call: number): Promise<void> {
  const conversationId = twilioConversationId(callSidOf(call));
  const streamTokenHash = createHash('sha256').update(tokenOf(call)).digest('hex');
  const streamTokenExpiresAtMs = clock.now() + 3_600_000;
  await tables.directory.claimSession(clinicId, conversationId, 'number', clock.now());
  await tables.talks.open(clinicId, newTalk({ conversationId, streamTokenHash, streamTokenExpiresAtMs }));
}

function look(): ServiceLook {
  (globalThis as { gc?: () => void }).gc?.();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { rss, heapUsed } = process.memoryUsage();
  const sockets = (resources['TCPSocketWrap'] ?? 0) + (resources['TLSSocketWrap'] ?? 0);
  return { live: liveCalls.count(), sockets, resources, rssMb: rss / 1e6, heapMb: heapUsed / 1e6, logged };
}

async function tellAndForget(): Promise<KeptCall[]> {
  const { conversations, talks } = tables;
  const ids = new Set([...conversations.all(), ...talks.all()].map(({ conversationId }) => conversationId));
  const kept: KeptCall[] = [];
  for (const conversationId of ids) {
    const turns = await talks.turns(clinicId, conversationId);
    kept.push({
      conversationId,
      items: conversations.all().filter((item) => item.conversationId === conversationId).length,
      turns: turns.length,
      isInOrder: turns.every(({ atMs }, index) => index === 0 || atMs >= (turns[index - 1]?.atMs ?? 0)),
    });
  }
  tables = emptyTables();
  return kept;
}

async function obey(order: ServiceOrder): Promise<unknown> {
  switch (order.kind) {
    case 'ring':
      for (let call = order.from; call < order.to; call++) await ring(call);
      return undefined;
    case 'look':
      return look();
    case 'tell-and-forget':
      return tellAndForget();
  }
}

process.on('message', (order: ServiceOrder) => {
  obey(order).then(
    (answer) => process.send?.({ answer: answer ?? null }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
for (const end of ['disconnect', 'SIGTERM'] as const) process.on(end, () => process.exit());
models.start();
const port = await server.listen(0, '127.0.0.1');
process.send?.({ port, path: issued.path, clinicId, number, bindingKey });
