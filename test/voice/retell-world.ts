import { acceptSocket } from '#adapters/websocket/accept-socket.ts';
import type { CallDetails } from '#adapters/retell/llm-socket.ts';
import { takeTalk } from '#domain/conversations/talk/take-talk.ts';
import type { TalkDeps } from '#domain/conversations/talk/talk-deps.ts';
import { createTextDialogue } from '#domain/conversations/talk/text/text-dialogue.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import { issueSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import { talkWorld, type TalkWorldOptions } from '#test/conversations/talk/talk-world.ts';
import { aCallId, aConversationId, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryDirectory } from '#test/fakes/directory.ts';
import { heldTextModel } from '#test/fakes/held-text-model.ts';
import { knownSecret } from '#test/fakes/secret.ts';
import { inMemorySocketKeys } from '#test/fakes/socket-keys.ts';
import { turnedTime } from '#test/fakes/turned-time.ts';
import { createLiveCalls } from '#ws-fargate/live-calls.ts';
import { createRetellCalls } from '#ws-fargate/retell-calls.ts';
import { createVoiceServer, type VoiceServer } from '#ws-fargate/server.ts';
import { connectPeer, type RetellPeer } from './retell-peer.ts';

const bindings = 'key-of-bindings';
const maxCallMs = 30 * 60_000;

export interface VoiceWorldOptions extends TalkWorldOptions {
  maxCalls?: number;
  atRetell?: (callId: string) => Promise<CallDetails | undefined>;
  /** What becomes of each order to store nothing, in turn. */
  orders?: ('taken' | 'refused')[];
  talkDeps?: Partial<TalkDeps>;
}

/** The voice service over real sockets, its clinic's stores in memory and shared by all its tasks, its model held by hand. */
export async function voiceWorld(options: VoiceWorldOptions = {}) {
  const world = talkWorld({ talk: { provider: 'retell', conversationId: aConversationId }, ...options });
  const { clinic, clinicId, log } = world;
  const number = clinic.numbers[0]?.number ?? '';
  const time = turnedTime(options.at ?? '2026-10-05T06:30:00.000Z');
  const model = heldTextModel();
  const directory = inMemoryDirectory({ numbers: { [number]: clinicId } });
  const keys = inMemorySocketKeys({ [clinic.slug]: clinicId, lakeside: elsewhere });
  const asked: string[] = [];
  const unstored: string[] = [];
  const issued = await issueSocketKey({ keys, clock: time })(clinic);
  if (issued.outcome !== 'issued') throw new Error(issued.outcome);
  const servers: VoiceServer[] = [];
  const peers: RetellPeer[] = [];

  /** A task of its own: shares nothing with the others but the stores. */
  async function startTask() {
    const retell = createRetellCalls({
      addresses: keys,
      directory,
      clinics: world.deps.clinics,
      talks: world.talks,
      instructions: world.instructions,
      bindingKey: knownSecret([bindings]),
      retell: {
        async find(_clinicId, callId) {
          asked.push(callId);
          return options.atRetell?.(callId);
        },
        async storeNothing(ofClinic, callId) {
          unstored.push(`${ofClinic} ${callId}`);
          if (options.orders?.shift() === 'refused') throw new Error('Retell does not take the order');
        },
      },
      accept: acceptSocket,
      takeTalk: takeTalk({ ...world.deps, ...options.talkDeps }),
      createDialogue: createTextDialogue({
        model,
        modelName: 'small',
        askSupervisor: () => Promise.reject(new Error('there is no supervisor in this test')),
        clock: time,
        timers: time,
        log,
      }),
      liveCalls: createLiveCalls({ maxCalls: options.maxCalls ?? 100, maxCallsPerClinic: 100 }),
      maxCallMs,
      clock: time,
      timers: time,
      log,
    });
    const server = createVoiceServer({ wires: { '/llm-websocket': retell }, maxConnections: 500, log });
    const port = await server.listen(0, '127.0.0.1');
    servers.push(server);
    const base = `ws://127.0.0.1:${port}`;
    return {
      server,
      port,
      retell,
      async connect(path = `${issued.outcome === 'issued' ? issued.path : ''}/${aCallId}`): Promise<RetellPeer> {
        const peer = await connectPeer(`${base}${path}`);
        peers.push(peer);
        return peer;
      },
    };
  }

  const details = (callId = aCallId, changes: object = {}) => ({
    call_id: callId,
    call_type: 'phone_call',
    direction: 'inbound',
    from_number: '+12025550117',
    to_number: number,
    agent_id: 'agent_shared00000001',
    call_status: 'registered',
    metadata: {
      clinic_binding: mintBinding(bindings, clinicId, { clinicNumber: number, providerId: callId }, time.now()),
    },
    ...changes,
  });
  const task = await startTask();

  return {
    ...world,
    ...task,
    time,
    model,
    directory,
    keys,
    asked,
    unstored,
    path: issued.path,
    startTask,
    details,
    greeting: 'Que puis-je faire pour vous ?',
    /** A call that was confirmed and greeted. */
    async call(on = task, callId = aCallId): Promise<RetellPeer> {
      const peer = await on.connect(`${issued.path}/${callId}`);
      await peer.until(({ response_type }) => response_type === 'config');
      peer.details(details(callId));
      await peer.answered(0);
      return peer;
    },
    /** Everything that was begun comes to its end. */
    async stop(): Promise<void> {
      peers.forEach((peer) => peer.drop());
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
export type VoiceWorld = Awaited<ReturnType<typeof voiceWorld>>;
