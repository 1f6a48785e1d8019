import fc from 'fast-check';
import { heardPart, Playback, type PlayedItem } from '#domain/conversations/talk/speech/playback.ts';
import { turnedTime } from '../fakes/turned-time.ts';
import { farEnd } from './speech-world.ts';

type Step =
  { do: 'sound'; frames: number } | { do: 'end' } | { do: 'next' } | { do: 'pass'; ms: number } | { do: 'cut' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('sound' as const), frames: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 900 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
);

const base64 = (byte: number, frames: number) => Buffer.from(Buffer.alloc(160 * frames, byte).toString('base64'));

test('whatever is sent, played and cut: never more than was sent, and what was heard to within a frame', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 15), async (steps, latencyMs) => {
      const time = turnedTime();
      const playback = new Playback(time);
      const phone = farEnd(time, (name) => void playback.returned(name), latencyMs);
      let byte = 0;
      let item: PlayedItem = playback.begin('item_0');
      const send = (name: string | undefined) => name !== undefined && phone.line.mark(name);
      const next = () => {
        send(playback.end(item));
        item = playback.begin(`item_${++byte}`);
      };
      for (const one of steps) {
        if (one.do === 'sound' && !item.ended) {
          phone.line.play(base64(byte, one.frames));
          send(playback.sent(item, 160 * one.frames));
        } else if (one.do === 'end') send(playback.end(item));
        else if (one.do === 'next') next();
        else if (one.do === 'pass') await time.pass(one.ms);
        else if (one.do === 'cut') {
          const remainingMs = phone.remainingMs();
          const cuts = playback.cut();
          phone.line.clear();
          expect(cuts.length > 0).toBe(remainingMs > 0 || cuts.length > 0);
          for (const { item: cut, heardMs, sentMs } of cuts) {
            const heard = phone.heardMs(Number(cut.name.slice(5)));
            expect(Number.isInteger(heardMs)).toBe(true);
            expect(heardMs).toBeLessThanOrEqual(sentMs);
            expect(sentMs).toBe(Math.floor(cut.sentBytes / 8));
            expect(Math.abs(heardMs - heard)).toBeLessThanOrEqual(20 + latencyMs);
          }
          expect(playback.isPlaying).toBe(false);
          expect(playback.cut()).toEqual([]);
          next();
        }
      }
      send(playback.end(item));
      await time.pass(phone.remainingMs() + latencyMs + 1);
      expect(playback.isPlaying).toBe(false);
      expect(playback.remainingMs).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test('of a sound after a pause nothing is heard before it is sent, though no mark told of the pause', async () => {
  const time = turnedTime();
  const playback = new Playback(time);
  const item = playback.begin('item_1');
  playback.returned(playback.sent(item, 160) as string);
  playback.sent(item, 160);
  await time.pass(61);
  playback.sent(item, 320);
  expect(playback.cut()).toMatchObject([{ heardMs: 40, sentMs: 80 }]);
});

test('an item that ends after it was cleared does not make the next one count as heard', () => {
  const playback = new Playback(turnedTime());
  const cleared = playback.begin('item_1');
  playback.sent(cleared, 320);
  playback.sent(cleared, 160);
  playback.cut();
  const next = playback.begin('item_2');
  playback.sent(next, 1_600);
  expect(playback.end(cleared)).toBeUndefined();
  expect(playback.isPlaying).toBe(true);
  expect(playback.isHeard(next)).toBe(false);
});

test('marks of audio that was cleared mean nothing, also those that come late', () => {
  const time = turnedTime();
  const playback = new Playback(time);
  const item = playback.begin('item_1');
  const mark = playback.sent(item, 1_600) as string;
  playback.cut();
  const next = playback.begin('item_2');
  playback.sent(next, 1_600);
  expect(playback.returned(mark)).toBeUndefined();
  expect(playback.isPlaying).toBe(true);
  expect(playback.returned('somebody else’s')).toBeUndefined();
});

test.each([
  ['un deux trois quatre', 500, 1_000, 'un deux'],
  ['un deux trois quatre', 0, 1_000, ''],
  ['un deux trois quatre', 1_000, 1_000, 'un deux trois quatre'],
  ['anticonstitutionnellement', 900, 1_000, ''],
  ['', 10, 20, ''],
])('of %j, %i of %i ms, %j was heard', (text, heardMs, sentMs, heard) => {
  expect(heardPart(text, { heardMs, sentMs })).toBe(heard);
});
