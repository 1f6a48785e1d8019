import { createDeadlines } from '#domain/conversations/talk/speech/deadlines.ts';
import { createGuard } from '#domain/conversations/talk/speech/guard.ts';
import { turnedTime } from '../fakes/turned-time.ts';

test('an alarm that cuts off the greeting is guarded to its own end, not to that of the greeting', async () => {
  const time = turnedTime();
  const lowered: boolean[] = [];
  const guard = createGuard(
    {
      talk: { unheardNotice: undefined, consent: async () => {} },
      link: { session: undefined },
      voice: { isPlaying: true, heardWithinMs: 4_000 },
      deadlines: createDeadlines<'guard'>(time, time),
    },
    { asked: () => {}, lowered: (isUnanswered) => void lowered.push(isUnanswered) },
  );
  guard.raise('greeting', 'Bonjour.');
  guard.sent('greeting');
  await time.pass(3_000);
  guard.raise('alarm', 'Appelez le 112.');
  await time.pass(2_000);
  expect([guard.isFor('alarm'), lowered]).toEqual([true, []]);
  guard.sent('alarm');
  await time.pass(4_000);
  expect([guard.isUp, lowered]).toEqual([false, [false]]);
});
