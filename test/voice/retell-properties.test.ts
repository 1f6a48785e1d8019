import fc from 'fast-check';
import { complete, type RetellPeer } from './retell-peer.ts';
import { voiceWorld, type VoiceWorld } from './retell-world.ts';

/** What may happen on a line, in any order. */
type Step = 'request' | 'reminder' | 'stale-request' | 'update' | 'ping' | 'garbage' | 'say' | 'finish' | 'reconnect';
const steps = fc.array(
  fc.constantFrom<Step>(
    'request',
    'request',
    'reminder',
    'stale-request',
    'update',
    'ping',
    'garbage',
    'say',
    'say',
    'finish',
    'reconnect',
  ),
  { minLength: 4, maxLength: 25 },
);

let world: VoiceWorld;
afterEach(() => world.stop());
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Frames of one socket: none of an older request after one of a newer, none of a request that is complete. */
function expectInOrder({ frames }: RetellPeer): void {
  let newest = -1;
  const done = new Set<number>();
  for (const { response_type, response_id, content_complete } of frames) {
    if (response_type !== 'response' || response_id === undefined) continue;
    expect(response_id).toBeGreaterThanOrEqual(newest);
    expect(done.has(response_id)).toBe(false);
    newest = response_id;
    if (content_complete) done.add(response_id);
  }
}

test('whatever comes in whatever order: no stale word, every newest request completed, every superseded one aborted', async () => {
  world = await voiceWorld();
  let call = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const callId = `call_walk${++call}`;
      const asked = world.model.answers.length;
      const ours = () => world.model.answers.slice(asked);
      let peer = await world.call(world, callId);
      const greeted = peer.saidTo(0);
      const lines: ['agent' | 'user', string][] = [['agent', greeted]];
      let id = 0;
      for (const step of walk) {
        if (step === 'request') {
          lines.push(['user', `Question ${++id} ?`]);
          peer.request(id, lines);
        }
        if (step === 'reminder') peer.request(++id, lines, 'reminder_required');
        if (step === 'stale-request' && id > 0) peer.request(id - 1, lines);
        if (step === 'update') peer.update(lines);
        if (step === 'ping') peer.send({ interaction_type: 'ping_pong', timestamp: 0 });
        if (step === 'garbage') peer.sendText('{"interaction_type":"response_required","response_id":"7"}');
        if (step === 'say') ours().at(-1)?.say('Oui. ');
        if (step === 'finish') ours().at(-1)?.finish();
        if (step === 'reconnect') {
          peer.drop();
          expectInOrder(peer);
          const resumed = world.log.codes().filter((code) => code === 'talk.resumed').length;
          peer = await world.connect(`${world.path}/${callId}`);
          while (world.log.codes().filter((code) => code === 'talk.resumed').length === resumed) await settle();
        }
        await peer.roundTrip();
      }
      // The last word is always said, and said whole.
      lines.push(['user', 'Au revoir.']);
      peer.request(++id, lines);
      const before = ours().length;
      while (!peer.frames.some(complete(id))) {
        for (const answer of ours().slice(Math.max(0, before - 1))) {
          if (answer.isAborted) continue;
          answer.say('Au revoir.');
          answer.finish();
        }
        await settle();
      }
      await peer.roundTrip();
      expectInOrder(peer);
      expect(
        ours()
          .slice(0, -1)
          .filter((answer) => !answer.isAborted && !answer.isFinished),
      ).toEqual([]);
      peer.drop();
    }),
    { numRuns: 40 },
  );
  while (world.retell.live() > 0) await settle();
  expect(world.time.pending()).toBeLessThanOrEqual(1);
}, 20_000);
