import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { createJsonLog } from '#adapters/logs/json-log.ts';
import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import { systemClock as clock } from '#domain/clock.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { systemTimers as timers } from '#domain/conversations/talk/timers.ts';
import type { SocketAddresses } from '#domain/clinics/keys/socket-key.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';
import { createRetellCalls } from '#ws-fargate/retell-calls.ts';
import { createVoiceServer } from '#ws-fargate/server.ts';
import { talkWorld } from '../conversations/talk/talk-world.ts';
import { benchTextModel, connectModel } from './llm-model.ts';

/**
 * The service under test, a process of its own on one core; its first message is the port. `ours` is the voice service
 * as its task runs it, its stores in memory and as late as DynamoDB; `minimal` answers requests with what the model says
 * and does nothing else.
 */
const [kind, modelPort] = process.argv.slice(2) as ['ours' | 'minimal', string];
const storeLatencyMs = 4;
const mostCalls = 2_000;

const later = () => new Promise((resolve) => setTimeout(resolve, storeLatencyMs));
const distant = <T extends object>(store: T): T =>
  new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        await later();
        return (await member.apply(target, args)) as unknown;
      };
    },
  });

async function ours(): Promise<number> {
  const world = talkWorld();
  const { clinicId, deps, talks } = world;
  // What is logged goes where a container's output goes: nowhere here, but by the same way.
  const log = createJsonLog();
  const shared = {
    clinics: distant(deps.clinics),
    talks: distant({ ...talks, keepTurn: async () => ({ outcome: 'kept' as const }) }),
    instructions: distant(world.instructions),
    clock,
    timers,
    log,
  };
  const retell = createRetellCalls({
    ...shared,
    // Any key of the right shape opens the one door there is, and every call is known.
    addresses: distant({
      find: async ({ keyHash = '' }) => ({ slugOf: clinicId, key: { keyHash, clinicId, createdAtMs: 0 } }),
    } satisfies SocketAddresses),
    directory: distant({
      find: async () => ({ session: { clinicId, routedBy: 'number' } }),
      formerClinics: async () => [],
      clinicIds: async () => [clinicId],
      claimSession: async () => ({ clinicId, routedBy: 'number' }),
    } satisfies ClinicDirectory),
    bindingKey: { values: async () => ['bench'] },
    retell: {
      find: () => Promise.reject(new Error('nobody asks Retell in this bench')),
      storeNothing: () => Promise.reject(new Error('nobody objects in this bench')),
    },
    accept: acceptSocket,
    takeTalk: takeTalk({
      ...deps,
      ...shared,
      conversations: distant(deps.conversations),
      dialogues: distant(deps.dialogues),
      acts: distant(deps.acts),
    }),
    createDialogue: createTextDialogue({
      model: benchTextModel(Number(modelPort)),
      modelName: 'model',
      askSupervisor: () => Promise.reject(new Error('there is no supervisor in this bench')),
      clock,
      timers,
      log,
    }),
    liveCalls: createLiveCalls({ maxCalls: mostCalls, maxCallsPerClinic: mostCalls }),
    maxCallMs: 3_600_000,
  });
  const server = createVoiceServer({
    wires: { '/llm-websocket': retell },
    maxConnections: mostCalls * 2,
    log,
  });
  return server.listen(0, '127.0.0.1');
}

function minimal(): Promise<number> {
  const model = connectModel(Number(modelPort));
  const server = createServer();
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    send({ response_type: 'config', config: { auto_reconnect: true, call_details: true } });
    send({ response_type: 'response', response_id: 0, content: 'Bonjour.', content_complete: true });
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as {
        interaction_type: string;
        timestamp?: number;
        response_id?: number;
      };
      if (frame.interaction_type === 'ping_pong') send({ response_type: 'ping_pong', timestamp: frame.timestamp });
      if (frame.interaction_type !== 'response_required') return;
      model.ask((delta) =>
        send({
          response_type: 'response',
          response_id: frame.response_id,
          content: delta ?? '',
          content_complete: delta === undefined,
        }),
      );
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

for (const end of ['disconnect', 'SIGTERM'] as const) process.on(end, () => process.exit());
const port = await (kind === 'ours' ? ours() : minimal());
process.send?.({ port });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
});
