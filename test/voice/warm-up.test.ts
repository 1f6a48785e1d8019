import { rememberedLog } from '#test/fakes/log.ts';
import { turnedTime } from '#test/fakes/turned-time.ts';
import { warmUp } from '#ws-fargate/warm-up.ts';

test('a task asks for what calls need first, over several connections, and takes calls also when something is missing', async () => {
  const log = rememberedLog();
  const timers = turnedTime('2026-10-05T06:30:00.000Z');
  const asked: Record<string, number> = {};
  const count = (name: string) => void (asked[name] = (asked[name] ?? 0) + 1);
  const warm = warmUp({
    reads: {
      core: async () => count('core'),
      slow: async () => {
        count('slow');
        if (asked['slow'] === 1) throw new Error('too busy with beginning');
      },
      twilio: async () => {
        count('twilio');
        throw new Error('the secret has no value yet');
      },
      routing: async () => {
        count('routing');
        await new Promise(() => undefined);
      },
    },
    timers,
    log,
  });
  await timers.pass(5_000);
  await warm;
  expect(asked).toEqual({ core: 9, slow: 10, twilio: 4, routing: 1 });
  expect(log.entries.map(({ code, fields }) => [code, fields.reason])).toEqual([
    ['voice.cold', 'twilio'],
    ['voice.cold', 'routing'],
  ]);
});
