import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type Retell from 'retell-sdk';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { clinic, detailOf, metadata, ourApi, startWorld, stepNames, variables, type World } from './retell-world.ts';

interface Frame {
  interaction_type: string;
  response_id?: number;
  transcript?: { role: string; content: string }[];
  transcript_with_tool_calls?: { role: string; name?: string }[];
  call?: Retell.PhoneCallResponse;
  turntaking?: string;
}

/** A connection at our end. */
interface Connection {
  time: number;
  path: string;
  frames: Frame[];
  socket: WebSocket;
  send(frame: object): void;
  /** Answers a request in one frame. */
  respond(id: number, content: string, more?: object): void;
}

let world: World;
let sockets: Awaited<ReturnType<typeof startSockets>>;
afterEach(async () => {
  await world.stop();
  await sockets.stop();
});

async function startSockets(onFrame: (frame: Frame, at: Connection) => void, onOpen: (at: Connection) => void) {
  const connections: Connection[] = [];
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    const one: Connection = {
      time: connections.length + 1,
      path: request.url ?? '',
      frames: [],
      socket,
      send,
      respond: (response_id, content, more) =>
        send({ response_type: 'response', response_id, content, content_complete: true, ...more }),
    };
    connections.push(one);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as Frame;
      one.frames.push(frame);
      onFrame(frame, one);
    });
    onOpen(one);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/llm-websocket/lac/key`,
    connections,
    stop: async () => {
      server.clients.forEach((client) => client.terminate());
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

const greet = (at: Connection) => at.respond(0, 'Bonjour, vous êtes bien à la Clinique du Lac.');
const lines: Record<number, string> = { 1: 'Mieux vaut un rendez-vous.', 2: 'Au revoir.' };
const answer = (frame: Frame, at: Connection) => {
  if (frame.interaction_type === 'response_required') at.respond(frame.response_id!, lines[frame.response_id!] ?? '');
};

/** Plays a call on sockets of ours, faster than life. */
async function call(
  scenario: string,
  onFrame: (frame: Frame, at: Connection) => void = answer,
  onOpen: (at: Connection) => void = greet,
): Promise<TimelineStep[]> {
  sockets = await startSockets(onFrame, onOpen);
  let skippedMs = 0;
  world = await startWorld(ourApi, {
    now: () => Date.now() + Math.round(skippedMs),
    liveWait: async (ms, signal) => {
      await sleep(1, undefined, { signal });
      skippedMs += Math.max(0, ms - 1);
    },
  });
  return world.call(scenario, {}, { ...clinic, llmSocketUrl: sockets.url });
}

const ended = () => world.api.received.find(({ event }) => event === 'call_ended')?.body.call;

test('a talk is told as it grows, answered by number, spoken, and reported as any call', async () => {
  const steps = await call('two-hundred-at-once', answer, (at) => {
    at.send({ response_type: 'config', config: { call_details: true, transcript_with_tool_calls: true } });
    greet(at);
  });
  const [{ path, frames }] = sockets.connections as [Connection];
  const { callId } = detailOf(steps, 'ringing');
  expect(path).toBe(`/llm-websocket/lac/key/${callId}`);
  expect(frames[0]).toMatchObject({
    interaction_type: 'call_details',
    call: { call_id: callId, call_status: 'registered', metadata, retell_llm_dynamic_variables: variables },
  });
  const requests = frames.filter(({ interaction_type }) => interaction_type === 'response_required');
  expect(requests.map(({ response_id }) => response_id)).toEqual([1, 2]);
  expect(requests[0]?.transcript?.map(({ role, content }) => `${role}: ${content}`)).toEqual([
    'agent: Bonjour, vous êtes bien à la Clinique du Lac.',
    'user: Bonjour, puis-je venir sans rendez-vous pour un vaccin ?',
  ]);
  const updates = frames.filter(({ interaction_type }) => interaction_type === 'update_only');
  expect(updates.map(({ turntaking }) => turntaking)).toEqual(['user_turn', 'agent_turn', 'user_turn', 'agent_turn']);
  expect(ended()).toMatchObject({ disconnection_reason: 'user_hangup' });
  expect(ended()?.transcript).toContain('Agent: Mieux vaut un rendez-vous.\nUser: Entendu');
  // The last two are on their way at once.
  expect(world.api.events().slice(0, 2)).toEqual(['call_inbound', 'call_started']);
  expect(world.api.events().slice(2).toSorted()).toEqual(['call_analyzed', 'call_ended']);
  expect(stepNames(steps)).not.toContain('warning');
});

test('of a call that is restricted while it goes on only basics are stored; its events tell all the same', async () => {
  const restriction = { fields_to_override: { data_storage_setting: 'basic_attributes_only' } } as const;
  let restricted: Promise<unknown> | undefined;
  const steps = await call('two-hundred-at-once', (frame, at) => {
    restricted ??= world.client().call.updateLive(at.path.split('/').at(-1)!, restriction);
    answer(frame, at);
  });
  expect(await restricted).toEqual({ success: true });
  expect(ended()).toMatchObject({
    data_storage_setting: 'basic_attributes_only',
    transcript: expect.stringContaining('User: Bonjour'),
    recording_url: expect.any(String),
  });
  const stored = await world.client().call.retrieve(detailOf(steps, 'ringing').callId);
  expect(stored).toMatchObject({ data_storage_setting: 'basic_attributes_only', call_status: 'ended', metadata });
  expect(JSON.stringify(stored)).not.toMatch(/transcript|recording|call_analysis/);
});

test('only the newest request is answered: older words are dropped without a word', async () => {
  const steps = await call('two-hundred-at-once', (frame, at) => {
    if (frame.interaction_type !== 'response_required') return;
    at.respond(0, 'Périmé.');
    at.send({ response_type: 'response', response_id: frame.response_id, content: 'Une par', content_complete: false });
    at.respond(frame.response_id!, 'tie suffit.');
    at.respond(frame.response_id!, 'Encore.');
  });
  const heard = steps.flatMap((step) => (step.step === 'hears' ? [step.detail.text] : [])).join(' ');
  expect(heard).toContain('Une partie suffit.');
  expect(heard).not.toMatch(/Périmé|Encore/);
});

test('who breaks in cuts the agent off, and what was to come after its words is discarded', async () => {
  const steps = await call('barges-in', (frame, at) => {
    if (frame.interaction_type !== 'response_required') return;
    const long = Array.from({ length: 80 }, (_, index) => `mot${index}`).join(' ');
    if (frame.response_id === 1) at.respond(1, long, { end_call: true });
    else at.respond(frame.response_id!, 'Bien.');
  });
  const second = sockets.connections[0]?.frames.find(({ response_id }) => response_id === 2);
  const cut = second?.transcript?.at(-2)?.content ?? '';
  expect(cut).toMatch(/^mot0 mot1 .*mot\d+$/);
  expect(cut).not.toContain('mot79');
  expect(detailOf(steps, 'barge-in')).toMatchObject({ staleWords: 0 });
  expect(detailOf(steps, 'hung-up').by).toBe('caller');
});

test('tools are mirrored in the transcript, and the agent ends the call once its goodbye was spoken', async () => {
  const steps = await call('two-hundred-at-once', (frame, at) => {
    if (frame.response_id !== 1) return;
    const tool_call_id = 'tool_1';
    at.send({ response_type: 'tool_call_invocation', tool_call_id, name: 'take_message', arguments: '{}' });
    at.send({ response_type: 'tool_call_result', tool_call_id, content: '{}', successful: true });
    at.respond(1, 'Merci, au revoir.', { end_call: true });
  });
  expect(ended()).toMatchObject({ disconnection_reason: 'agent_hangup' });
  expect(ended()?.transcript).toMatch(/Agent: Merci, au revoir\.$/);
  expect(ended()?.transcript_with_tool_calls?.map(({ role }) => role)).toEqual([
    'agent',
    'user',
    'tool_call_invocation',
    'tool_call_result',
    'agent',
  ]);
  expect(detailOf(steps, 'hung-up').by).toBe('agent');
});

test('a broken socket is opened again under the same call, and asked on', async () => {
  const steps = await call(
    'two-hundred-at-once',
    (frame, at) => {
      if (at.time === 1 && frame.response_id === 1) {
        at.respond(1, 'Mieux vaut un rendez-vous.');
        setTimeout(() => at.socket.terminate(), 20);
      } else if (at.time === 2) answer(frame, at);
    },
    (at) => {
      if (at.time === 1) greet(at);
    },
  );
  const [first, second] = sockets.connections;
  expect(second?.path).toBe(first?.path);
  expect(stepNames(steps)).toContain('broken-off');
  expect(second?.frames.find(({ interaction_type }) => interaction_type === 'response_required')).toMatchObject({
    response_id: 2,
  });
  expect(ended()).toMatchObject({ disconnection_reason: 'user_hangup' });
});

test.each([
  ['closes without a code', (at: Connection) => at.socket.close(), 'error_llm_websocket_open'],
  ['closes with 1011', (at: Connection) => at.socket.close(1011), 'error_llm_websocket_runtime'],
  ['sends bytes', (at: Connection) => at.socket.send(Buffer.from([1])), 'error_llm_websocket_corrupt_payload'],
  [
    'never answers a ping',
    (at: Connection) => {
      at.send({ response_type: 'config', config: { auto_reconnect: true } });
      greet(at);
    },
    'error_llm_websocket_lost_connection',
  ],
  ['breaks off each time', (at: Connection) => at.socket.terminate(), 'error_llm_websocket_runtime'],
  ['hangs up', (at: Connection) => at.socket.close(1000), 'agent_hangup'],
])('a socket that %s ends the call in Retell’s own words', async (_, behave, reason) => {
  await call('silent-caller', () => undefined, behave);
  expect(ended()).toMatchObject({ disconnection_reason: reason });
});

test('a frame of the wrong type vanishes, and the stand-in says so', async () => {
  const steps = await call('two-hundred-at-once', answer, (at) => {
    at.send({ response_type: 'response', response_id: 0, content: 'Bonjour ?', content_complete: 'true' });
    greet(at);
  });
  expect(detailOf(steps, 'warning').text).toContain('passes over');
  expect(detailOf(steps, 'hears').text).toBe('Bonjour, vous êtes bien à la Clinique du Lac.');
});
