import type { ScriptStep } from '#local/scenarios/scenario.ts';
import type { LiveEntry } from '#local/vendors/live-timeline.ts';
import { playCaller } from '#local/vendors/phone/caller.ts';
import { createHandset } from '#local/vendors/phone/handset.ts';
import { createPlayback } from '#local/vendors/phone/playback.ts';
import { createListener, frameMs, silence, speak } from '#local/vendors/speech-codec.ts';

/** A line on which only this test lets time pass. */
function startLine(script: readonly ScriptStep[], agent: (line: { said: string; atMs: number }) => string | undefined) {
  const told: (LiveEntry & { atMs: number })[] = [];
  const playback = createPlayback();
  const ear = createListener();
  let atMs = 0;
  const tell = (entry: LiveEntry) => void told.push({ ...entry, atMs });
  const phone = createHandset({ tell, onDigit: () => undefined, onHangUp: () => phone.over(), hums: false });
  const happened: string[] = [];
  let isConnected = true;
  let connections = 1;
  const over = playCaller(phone, script, {
    isConnected: () => isConnected,
    connections: () => connections,
    happens: async (what) => {
      happened.push(what);
      isConnected = false;
    },
    anotherCall: async () => undefined,
    tell,
    endsBy: 'caller',
  });
  /** Lets so much time pass, or until the caller hangs up. */
  async function pass(ms: number): Promise<void> {
    for (const until = atMs + ms; atMs < until && !phone.isOver; atMs += frameMs) {
      const line = agent({ said: ear.text(), atMs });
      if (line) playback.append(Buffer.concat([speak(line), silence(20)]));
      ear.hear(phone.next(playback.next().audio));
      await new Promise(setImmediate);
    }
  }
  const at = (step: LiveEntry['step']) => told.filter((entry) => entry.step === step).map((entry) => entry.atMs);
  return {
    told,
    at,
    pass,
    over,
    happened,
    said: () => ear.text(),
    connect: () => {
      isConnected = true;
      connections += 1;
    },
    playback,
    phone,
  };
}

/** Says each line once, when its time has come. */
const once = (...lines: [when: (line: { said: string; atMs: number }) => boolean, text: string][]) => {
  const left = [...lines];
  return (now: { said: string; atMs: number }) => (left[0]?.[0](now) ? left.shift()?.[1] : undefined);
};
const atOnce = () => true;
const after =
  (words: string) =>
  ({ said }: { said: string }) =>
    said.endsWith(words);

test('whoever hears the words that were expected answers after 300 ms; whoever is not sure listens longer', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
      { role: 'agent', text: 'Je vous écoute.' },
      { role: 'user', text: 'Merci.' },
    ],
    once([atOnce, 'Ici la clinique.'], [after('Bonjour.'), 'Je vous écoute.']),
  );
  await line.pass(6_000);
  await line.over;
  const [first, second] = line.at('says') as [number, number];
  // The greeting is known only when it is heard.
  expect(first).toBeGreaterThanOrEqual(3 * 40 + 1_480);
  expect(first).toBeLessThan(3 * 40 + 1_700);
  const answered = first + 40;
  expect(second - answered).toBeLessThan(3 * 40 + 400);
  expect(line.said()).toBe('Bonjour. Merci.');
  expect(line.phone.isOver).toBe(true);
});

test('somebody who was asked to wait does not speak into the waiting', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
      { call: 'find_available_times', answers: 'OK' },
      { role: 'agent', text: '{{find_available_times_say}}' },
      { role: 'user', text: 'Le premier.' },
    ],
    once(
      [atOnce, 'Ici la clinique.'],
      [after('Bonjour.'), 'Un instant, je regarde.'],
      [({ atMs }) => atMs > 6_000, 'Mardi à neuf heures.'],
    ),
  );
  await line.pass(12_000);
  await line.over;
  expect(line.at('says')[1]).toBeGreaterThan(7_500);
  expect(
    line.told.filter(({ step }) => step === 'hears').map(({ detail }) => (detail as { text: string }).text),
  ).toEqual(['Ici la clinique.', 'Un instant, je regarde.', 'Mardi à neuf heures.']);
});

test('a caller who hears nothing says it once more, and then gives up', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
      { role: 'agent', text: 'Oui ?' },
    ],
    once([atOnce, 'Ici la clinique.']),
  );
  await line.pass(40_000);
  await line.over;
  expect(line.said()).toBe('Bonjour. Bonjour.');
  expect(line.told.map(({ step }) => step)).toEqual(['hears', 'says', 'repeats', 'says', 'broken-off']);
});

test('after a break the caller waits for somebody to be there, and goes on without a new question', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
      { role: 'agent', text: 'Oui ?' },
      { happens: 'task-dies' },
      { role: 'user', text: 'Merci.' },
    ],
    once(
      [atOnce, 'Ici la clinique.'],
      [after('Bonjour.'), 'Oui ?'],
      [({ atMs }) => atMs > 6_500, 'La ligne a été coupée.'],
    ),
  );
  await line.pass(6_000);
  expect(line.happened).toEqual(['task-dies']);
  expect(line.said()).toBe('Bonjour.');
  line.connect();
  await line.pass(6_000);
  await line.over;
  expect(line.said()).toBe('Bonjour. Merci.');
});

test('what was said into a line that was cut is said again to whoever is there now', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
      { role: 'agent', text: 'Oui.' },
    ],
    once(
      [atOnce, 'Ici la clinique.'],
      [({ atMs }) => atMs >= 3_000, 'La ligne a été coupée.'],
      [after('Bonjour. Bonjour.'), 'Oui.'],
    ),
  );
  await line.pass(2_500);
  line.connect();
  await line.pass(6_000);
  await line.over;
  expect(line.said()).toBe('Bonjour. Bonjour.');
  expect(line.at('repeats')).toEqual([]);
});

test('a line that goes dead ends the talk, with what was half heard', async () => {
  const line = startLine(
    [
      { role: 'agent', text: '{{greeting}}' },
      { role: 'user', text: 'Bonjour.' },
    ],
    once([atOnce, 'un deux trois quatre']),
  );
  await line.pass(100);
  line.phone.over();
  await line.over;
  expect(line.told).toMatchObject([{ step: 'hears', detail: { text: 'un deux trois', cut: true } }]);
});
