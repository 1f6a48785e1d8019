import fc from 'fast-check';
import type { Utterance } from '#adapters/retell/llm-socket.ts';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import { fakeTalk } from '#test/fakes/live-talk.ts';
import { followTranscript } from '#ws-fargate/transcript-turns.ts';

const agent = (text: string): Utterance => ({ by: 'agent', text });
const caller = (text: string): Utterance => ({ by: 'caller', text });
const kept = (speaker: 'agent' | 'caller', text: string, seq: number): Turn => ({ seq, speaker, text, atMs: 0 });

function follow(...before: Turn[]) {
  const talk = fakeTalk({ before });
  const turns = followTranscript(talk);
  return { said: talk.said, turns, settled: (...said: Utterance[]) => turns.follow(said, { isSettled: true }) };
}

test('an answer stands as it was sent until Retell tells how much of it was heard', () => {
  const { said, turns, settled } = follow();
  turns.sent('Bonjour, que puis-je faire ?', { isCut: false });
  expect(said()).toEqual(['agent: Bonjour, que puis-je faire ?']);
  turns.follow([], { isSettled: false });
  expect(said()).toEqual(['agent: Bonjour, que puis-je faire ?']);
  settled(agent('Bonjour, que'), caller('Allô ?'));
  expect(said()).toEqual(['agent: Bonjour, que—', 'caller: Allô ?']);
});

test('an answer of which Retell told while it was still written is one answer, heard whole', () => {
  const { said, turns, settled } = follow();
  const asked = caller('Vos horaires ?');
  settled(asked);
  turns.begins();
  turns.follow([asked, agent('Nous ouvrons')], { isSettled: false });
  turns.sent('Nous ouvrons à huit heures.', { isCut: false });
  expect(said()).toEqual(['caller: Vos horaires ?', 'agent: Nous ouvrons à huit heures.']);
  settled(asked, agent('Nous ouvrons à huit heures.'));
  turns.begins();
  turns.follow([asked, agent('Nous ouvrons à huit heures. Êtes-vous')], { isSettled: false });
  turns.sent('Êtes-vous toujours là ?', { isCut: false });
  settled(asked, agent('Nous ouvrons à huit heures. Êtes-vous toujours là ?'));
  expect(said()).toEqual(['caller: Vos horaires ?', 'agent: Nous ouvrons à huit heures. Êtes-vous toujours là ?']);
});

test('an answer that was cut off before a word of it was heard was not said', () => {
  const { said, turns, settled } = follow();
  settled(caller('Bonjour'));
  turns.sent('Que puis-je', { isCut: true });
  settled(caller('Bonjour, je voudrais un rendez-vous.'));
  expect(said()).toEqual(['caller: Bonjour, je voudrais un rendez-vous.']);
});

test('an answer that was given up was interrupted, however much of what was sent was heard', () => {
  const { said, turns, settled } = follow();
  settled(caller('Vos horaires ?'));
  turns.sent('Nous ouvrons', { isCut: true });
  settled(caller('Vos horaires ?'), agent('Nous ouvrons'), caller('Et samedi ?'));
  expect(said()).toEqual(['caller: Vos horaires ?', 'agent: Nous ouvrons—', 'caller: Et samedi ?']);
});

test('what two frames tell differently is as the newer one has it', () => {
  const { said, settled } = follow();
  settled(agent('Bonjour'), caller('oui'), agent('Pour quand'));
  settled(agent('Bonjour'), caller('oui je voudrais mardi'));
  expect(said()).toEqual(['agent: Bonjour', 'caller: oui je voudrais mardi']);
});

test('keys are the caller’s words; what holds no words is none', () => {
  const { said, settled } = follow();
  settled(agent('Votre choix ?'), { by: 'keypad', text: '12#' }, { by: 'caller', text: '', unintelligible: true });
  expect(said()).toEqual(['agent: Votre choix ?', 'caller: Au clavier : 12#.']);
});

test.each<[string, Turn[], Utterance[], string[]]>([
  ['all of it', [kept('agent', 'Bonjour', 1), kept('caller', 'oui', 2)], [agent('Bonjour'), caller('oui')], []],
  [
    'a part of what the caller said',
    [kept('caller', 'Je voudrais', 1)],
    [caller('Je voudrais mardi')],
    ['caller: mardi'],
  ],
  [
    'not the agent’s last words',
    [kept('caller', 'oui', 1)],
    [caller('oui'), agent('Pour quand ?'), caller('mardi')],
    ['agent: Pour quand ?', 'caller: mardi'],
  ],
  [
    'an answer of which nothing was heard',
    [kept('caller', 'oui', 1), kept('agent', 'Bien.', 2)],
    [caller('oui'), caller('mardi')],
    ['caller: mardi'],
  ],
  ['nothing', [], [agent('Bonjour'), caller('oui')], ['agent: Bonjour', 'caller: oui']],
  ['more than Retell remembers', [kept('caller', 'oui', 1), kept('caller', 'non', 2)], [caller('oui')], []],
])('whoever goes on with a talk of which was kept %s adds what is missing', (_what, before, told, added) => {
  const { said, settled } = follow(...before);
  const standing = said();
  settled(...told);
  settled(...told);
  expect(said()).toEqual([...standing, ...added]);
});

test('however a talk is told, piece by piece or over several holders, its turns are what the last frame says', () => {
  const utterance = fc.record({
    by: fc.constantFrom('agent' as const, 'caller' as const),
    text: fc.constantFrom('a', 'b c', 'd e f'),
  });
  const alternating = fc
    .array(utterance, { minLength: 1, maxLength: 12 })
    .map((all) => all.filter(({ by }, index) => by !== all[index - 1]?.by));
  fc.assert(
    fc.property(alternating, fc.array(fc.tuple(fc.nat(12), fc.boolean()), { maxLength: 8 }), (whole, frames) => {
      let talk = fakeTalk();
      let turns = followTranscript(talk);
      let length = 0;
      for (const [grown, isTakenOver] of frames) {
        length = Math.min(whole.length, Math.max(length, grown));
        turns.follow(whole.slice(0, length), { isSettled: true });
        if (!isTakenOver) continue;
        talk = fakeTalk({ before: [...talk.turns()] });
        turns = followTranscript(talk);
      }
      turns.follow(whole, { isSettled: true });
      expect(talk.said()).toEqual(whole.map(({ by, text }) => `${by}: ${text}`));
    }),
    { numRuns: 300 },
  );
});
