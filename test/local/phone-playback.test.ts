import { createPlayback } from '#local/vendors/phone/playback.ts';
import { frameBytes } from '#local/vendors/speech-codec.ts';

const audio = (frames: number, fill = 1) => Buffer.alloc(frames * frameBytes, fill);

test('a mark comes back when all before it was played, not when it is the next to be played', () => {
  const playback = createPlayback();
  playback.append(audio(2));
  expect(playback.mark('end')).toEqual([]);
  expect(playback.next().reached).toEqual([]);
  const last = playback.next();
  expect([last.audio.length, last.reached]).toEqual([frameBytes, []]);
  expect(playback.next()).toEqual({ reached: ['end'], audio: Buffer.alloc(0) });
});

test('a mark comes back at once when nothing is played, and not while the last 20 ms still sound', () => {
  const playback = createPlayback();
  expect(playback.mark('silence')).toEqual(['silence']);
  playback.append(audio(1));
  playback.next();
  expect(playback.mark('sounding')).toEqual([]);
  expect(playback.next().reached).toEqual(['sounding']);
  expect(playback.mark('silence again')).toEqual(['silence again']);
});

test('clear empties the buffer and answers every mark that waited, in order, once', () => {
  const playback = createPlayback();
  playback.append(audio(1));
  playback.mark('a');
  playback.append(audio(50));
  playback.mark('b');
  playback.append(audio(50));
  playback.mark('c');
  playback.next();
  expect(playback.waitingMs).toBe(2_000);
  expect(playback.clear()).toEqual(['a', 'b', 'c']);
  expect(playback.waitingMs).toBe(0);
  expect(playback.next()).toEqual({ reached: [], audio: Buffer.alloc(0) });
});

test('audio is played in order and in frames however it was cut, with the marks at their places', () => {
  const playback = createPlayback();
  const whole = Buffer.from(Array.from({ length: 5 * frameBytes }, (_, at) => at % 251));
  let at = 0;
  for (const size of [1, 159, 200, 30, 410]) {
    playback.append(whole.subarray(at, (at += size)));
    playback.mark(String(at));
  }
  const played: Buffer[] = [];
  const marks: [number, string][] = [];
  for (let tick = 0; tick < 7; tick += 1) {
    const { reached, audio: frame } = playback.next();
    for (const mark of reached) marks.push([tick, mark]);
    played.push(frame);
  }
  expect(Buffer.concat(played)).toEqual(whole);
  // A mark in the middle of a frame comes once that frame was played.
  expect(marks).toEqual([
    [1, '1'],
    [1, '160'],
    [3, '360'],
    [3, '390'],
    [5, '800'],
  ]);
});
