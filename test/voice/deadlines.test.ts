import { createDeadlines } from '#domain/conversations/talk/speech/deadlines.ts';
import { turnedTime } from '../fakes/turned-time.ts';

test('what is due at the same moment and put off by it is waited for anew; what is not kept never comes', async () => {
  const time = turnedTime();
  const deadlines = createDeadlines<'first' | 'second' | 'third'>(time, time);
  const rung: number[] = [];
  const ring = () => void rung.push(time.now());
  const startMs = time.now();
  deadlines.set('first', 100, () => deadlines.set('second', 50, ring));
  deadlines.set('second', 100, ring);
  deadlines.set('third', 120, ring);
  await time.pass(100);
  expect(rung).toEqual([]);
  deadlines.keep('second');
  await time.pass(1_000);
  expect(rung).toEqual([startMs + 150]);
  expect(time.pending()).toBe(0);
});
