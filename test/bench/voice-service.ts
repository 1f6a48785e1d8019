import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { createSpeechModels } from '#adapters/openai/speech-models.ts';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { connectSocket } from '#adapters/websocket/connect-socket.ts';
import { systemClock } from '#domain/clock.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { Talk, TalkStore } from '#domain/conversations/talk/talk.ts';
import { systemTimers } from '#domain/conversations/talk/timers.ts';
import { type ConversationId, twilioConversationId } from '#domain/ids.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';
import { readPreparedAudio } from '#ws-fargate/prepared-audio.ts';
import { createTwilioMedia } from '#ws-fargate/twilio-media.ts';
import { talkWorld } from '../conversations/talk/talk-world.ts';
import { newTalk } from '../fakes/talk.ts';
import { authToken, callSidOf, mediaUrl, tokenOf } from './voice-signal.ts';
import { answerUsage } from './voice-usage.ts';

/**
 * The voice service as its task runs it: signatures, tokens, turns that are saved, tools, emergencies and marks. Only its
 * stores are in memory, and answer as late as DynamoDB does.
 */
const modelUrl = process.argv[2] as string;
const storeLatencyMs = 4;

const later = () => new Promise((resolve) => setTimeout(resolve, storeLatencyMs));

/** The same store, each of whose methods answers after one trip to the table, or after two where it reads and then writes. */
const distant = <T extends object>(store: T): T =>
  new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await later();
        if (name === 'change') await later();
        return (await member.apply(target, args)) as unknown;
      };
    },
  });

const world = talkWorld();
const talks = new Map<ConversationId, Talk>();

/** Talks that were opened when they rang. Their turns are kept elsewhere: they are no memory of the service. */
const store: TalkStore = {
  ...world.talks,
  get: async (_clinicId, conversationId) => talks.get(conversationId),
  async change(_clinicId, conversationId, change) {
    const current = talks.get(conversationId);
    if (!current) return undefined;
    const next = { ...change({ ...current }), version: current.version + 1 };
    talks.set(conversationId, next);
    return { ...next };
  },
  keepTurn: async () => ({ outcome: 'kept' }),
  turns: async () => [],
};

function ring(call: number): void {
  const conversationId = twilioConversationId(callSidOf(call));
  const opened = newTalk({
    conversationId,
    openedAtMs: Date.now(),
    streamTokenHash: createHash('sha256').update(tokenOf(call)).digest('hex'),
    streamTokenExpiresAtMs: Date.now() + 3_600_000,
  });
  talks.set(conversationId, { channel: 'voice', ...opened, epoch: 0, breaks: 0, version: 1 });
}
const mostCalls = 5_000;
for (let call = 1; call <= mostCalls; call++) ring(call);

const { clinicId, deps } = world;
// A document about every line would be measured too: what is logged goes where a container's output goes.
const log = createJsonLog();
const clock = systemClock;
const models = createSpeechModels({
  url: modelUrl,
  key: async () => 'sk-bench',
  connect: connectSocket,
  models: { single: 'model', receptionist: 'model' },
  transcriptionModel: 'transcriber',
  spare: 8,
  clock,
  timers: systemTimers,
  log,
});
const media = createTwilioMedia({
  secret: { tokens: async () => [authToken], refreshedTokens: async () => [authToken] },
  accept: acceptSocket,
  mediaUrl,
  directory: distant<Pick<ClinicDirectory, 'find'>>({
    find: async ({ conversationId }) =>
      conversationId && talks.has(conversationId) ? { session: { clinicId, routedBy: 'number' } } : {},
  }),
  takeTalk: takeTalk({
    ...deps,
    clock,
    log,
    talks: distant(store),
    clinics: distant(deps.clinics),
    conversations: distant(deps.conversations),
    dialogues: distant(deps.dialogues),
    acts: distant(deps.acts),
  }),
  calls: {
    hangUp: async () => 'over',
    redirect: async () => 'over',
    startRecording: async () => {},
    stopRecording: async () => 'over',
  },
  liveCalls: createLiveCalls({ maxCalls: mostCalls, maxCallsPerClinic: mostCalls }),
  afterStreamUrl: 'https://api.example/api/twilio/after-stream',
  recordingStatusUrl: 'https://api.example/api/twilio/recording-status',
  models,
  askSupervisor: async () => ({ say: 'Un instant.', needsHuman: false }),
  prepared: readPreparedAudio(fileURLToPath(new URL('../../ws-fargate/audio', import.meta.url))),
  clock,
  timers: systemTimers,
  log,
  maxCallMs: 3_300_000,
});

models.start();
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy());
  media.upgrade(request, socket, head);
});
server.listen(0, '127.0.0.1', () => answerUsage(server));
