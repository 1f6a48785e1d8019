import { transcriptTurns, turnsWithin } from '#domain/notifications/transcript-turns.ts';

test('lines become turns, and what one side says in a row stays together', () => {
  const transcript =
    'Agent: Bonjour.\nAgent: Que puis-je faire ?\nUser: Un rendez-vous\nle matin.\nTransfer Target: Allô ?\n';
  expect(transcriptTurns(transcript)).toEqual([
    { speaker: 'assistant', text: 'Bonjour.\nQue puis-je faire ?' },
    { speaker: 'counterpart', text: 'Un rendez-vous\nle matin.' },
    { speaker: 'transferred', text: 'Allô ?' },
  ]);
});

test('lines that name nobody are kept without a speaker', () => {
  expect(transcriptTurns('(musique)\nAgent: Bonjour.')).toEqual([
    { speaker: undefined, text: '(musique)' },
    { speaker: 'assistant', text: 'Bonjour.' },
  ]);
});

test('an empty transcript has no turns', () => {
  expect(transcriptTurns('')).toEqual([]);
  expect(transcriptTurns('Agent: \nUser:\n')).toEqual([]);
});

test('marks that hide or turn text around do not reach the turns', () => {
  expect(transcriptTurns('User: je\u202e suis\u200b là\u0000\ud800')).toEqual([
    { speaker: 'counterpart', text: 'je suis là \ufffd' },
  ]);
});

test('turns that fit stay whole; the last one that does not is cut between words', () => {
  const turns = [
    { speaker: 'assistant', text: 'Bonjour.' },
    { speaker: 'counterpart', text: 'un deux trois quatre cinq six' },
  ] as const;
  expect(turnsWithin(turns, 2_000)).toEqual({ turns: [...turns], cut: false });
  const { turns: kept, cut } = turnsWithin(turns, 400 + 8 + 400 + 18);
  expect(cut).toBe(true);
  expect(kept).toEqual([turns[0], { speaker: 'counterpart', text: 'un deux trois…' }]);
  expect(turnsWithin(turns, 500)).toEqual({ turns: [turns[0]], cut: true });
});
