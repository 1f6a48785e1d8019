import * as fc from 'fast-check';
import {
  bytesPerMs,
  createListener,
  frameBytes,
  frames,
  registerClip,
  silence,
  speak,
  spokenMs,
  unknownSound,
  wordMs,
} from '#local/vendors/speech-codec.ts';

/** Cuts bytes where the sizes say, the rest in one piece. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

/** Like a voice recorded: loud, soft, and through zero now and then. */
const recording = (length: number, seed: number): Buffer => {
  let state = seed;
  return Buffer.from(Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % 0xfe));
};

test('a word lasts two frames, and no byte of it is silence', () => {
  const spoken = speak('Bonjour, comment ça va ?');
  expect(spoken.length).toBe(5 * wordMs * bytesPerMs);
  expect(spokenMs('Bonjour, comment ça va ?')).toBe(5 * wordMs);
  expect(spoken.includes(0xff)).toBe(false);
  expect(spoken.includes(0x7f)).toBe(false);
});

test('what was spoken is heard again, however the audio is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), { maxLength: 6 }),
      fc.array(fc.nat(500), { maxLength: 30 }),
      fc.nat(400),
      (words, sizes, quietMs) => {
        const text = words.join(' ');
        const listener = createListener();
        for (const piece of cut(Buffer.concat([silence(quietMs), speak(text), silence(quietMs)]), sizes)) {
          listener.hear(piece);
        }
        expect(listener.text()).toBe(
          text
            .split(/[\s\u007f]+/)
            .filter((word) => word !== '')
            .join(' '),
        );
      },
    ),
    { numRuns: 60, seed: 4 },
  );
});

test('a word longer than a frame is cut between characters and heard as one', () => {
  const word = 'é'.repeat(200);
  const spoken = speak(word);
  expect(spoken.length).toBe(3 * wordMs * bytesPerMs);
  const listener = createListener();
  listener.hear(spoken);
  expect(listener.heard).toEqual([{ text: word, atMs: 0 }]);
});

test('of speech that was cut, the words are heard whose first frame was played', () => {
  const spoken = speak('un deux trois');
  const listener = createListener();
  listener.hear(spoken.subarray(0, 2 * wordMs * bytesPerMs + frameBytes - 1));
  expect(listener.text()).toBe('un deux');
  listener.hear(silence(100));
  listener.hear(speak('quatre'));
  expect(listener.text()).toBe('un deux quatre');
  expect(createListener().hear(spoken.subarray(0, frameBytes))).toEqual([{ text: 'un', atMs: 0 }]);
});

test('speech that another speech replaced in the middle of a frame is not mixed with it', () => {
  const listener = createListener();
  listener.hear(speak('avant').subarray(0, 100));
  listener.hear(speak('après'));
  expect(listener.text()).toBe('après');
});

test('a hum is silence, and ends a word that was cut', () => {
  const hum = Buffer.alloc(800, Buffer.from([0xfd, 0x7d]));
  const listener = createListener();
  listener.hear(Buffer.concat([hum, speak('un'), hum, speak('deux').subarray(0, 90), hum]));
  expect(listener.text()).toBe('un');
  expect(listener.isSpeech).toBe(false);
});

test('a listener tells when words began, and speech from silence', () => {
  const listener = createListener();
  expect(listener.isSpeech).toBe(false);
  listener.hear(silence(200));
  expect(listener).toMatchObject({ isSpeech: false, silentMs: 200, playedMs: 200 });
  expect(listener.hear(speak('oui merci'))).toEqual([
    { text: 'oui', atMs: 200 },
    { text: 'merci', atMs: 240 },
  ]);
  expect(listener).toMatchObject({ isSpeech: true, silentMs: 0 });
  for (const piece of frames(silence(510))) listener.hear(piece);
  expect(listener).toMatchObject({ isSpeech: false, silentMs: 520, playedMs: 800 });
});

test('a recording is told by its name once it was registered, else as unknown sound, once', () => {
  const known = recording(9_000, 7);
  registerClip('one-moment', Buffer.concat([silence(60), known, silence(60)]));
  const listener = createListener();
  const line = [speak('Je regarde.'), silence(40), known, silence(300), speak('Voilà.'), silence(300)];
  for (const piece of frames(Buffer.concat([...line, recording(9_000, 8), silence(300), speak('Fin.')]))) {
    listener.hear(piece);
  }
  expect(listener.text()).toBe(`Je regarde. ‹one-moment› Voilà. ${unknownSound} Fin.`);
});

test('a recording that is cut by speech is told, and the speech too', () => {
  const known = recording(9_000, 9);
  registerClip('sorry', known);
  const listener = createListener();
  listener.hear(known.subarray(0, 4_000));
  listener.hear(speak('Allô ?'));
  expect(listener.text()).toBe('‹sorry› Allô ?');
});

test('a recording without a sound cannot be registered', () => {
  expect(() => registerClip('nothing', silence(100))).toThrow('silent');
});
