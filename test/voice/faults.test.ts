import fc from 'fast-check';
import { type Answer } from '../fakes/realtime.ts';
import { speechWorld } from './speech-world.ts';

const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('passes' as const), ms: fc.integer({ min: 0, max: 3_000 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('starts' as const), ms: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('stops' as const), ms: fc.constant(0) }) },
  ...(['drops', 'key', 'frame', 'nonsense', 'transcripts', 'hushes', 'long'] as const).map((what) => ({
    weight: 1,
    arbitrary: fc.record({ what: fc.constant(what), ms: fc.constant(0) }),
  })),
);

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer[]>(
    { say: 'un deux trois quatre cinq six' },
    { say: 'oui' },
    { calls: [{ name: 'find_available_times' }] },
    { calls: [{ name: 'find_available_times', say: 'je regarde' }, { name: 'get_clinic_info' }] },
    'fails',
    'silent',
  ),
);

const frame = Buffer.from(Buffer.alloc(160, 3).toString('base64'));

test('whatever drops, hangs or fails on either side: no crash, one closed talk, nothing left open, nothing stale', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 40 }),
      fc.array(answer, { maxLength: 12 }),
      fc.array(fc.constantFrom('session' as const, 'fails' as const, 'hangs' as const), { maxLength: 6 }),
      fc.constantFrom('hung-up' as const, 'broken' as const, 'hand-over' as const, 'lost' as const),
      fc.boolean(),
      fc.boolean(),
      async (happenings, answers, opens, end, holdsTranscripts, alarms) => {
        let tool = 0;
        const call = speechWorld({
          answers: [...answers],
          opens: [...opens],
          holdsTranscripts,
          alarm: (heard) =>
            alarms && heard.length === 3
              ? { say: 'Appelez le 112.', ending: { kind: 'transfer', number: '+12025550198' } }
              : undefined,
          tool: async () => {
            tool++;
            if (tool % 4 === 3) throw new Error('a store fails');
            await new Promise<void>((resolve) => call.time.set(resolve, (tool * 397) % 1_900));
            const ending = tool % 5 === 4 ? { ending: { kind: 'hangup' as const } } : {};
            return { code: 'OK', say: 'Voilà.', data: {}, ...ending };
          },
        });
        call.speech.start();
        let speaks = false;
        for (const { what, ms } of happenings) {
          const model = call.models.at(-1);
          if (what === 'passes') await call.pass(ms);
          else if (what === 'frame') call.speech.heard(frame);
          else if (what === 'key') call.speech.pressed('5');
          else if (what === 'hushes') call.phone.hush();
          else if (what === 'long') await call.pass(20_000);
          else if (!model || model.isClosed) continue;
          else if (what === 'starts' && !speaks) {
            model.callerStarts();
            speaks = true;
          } else if (what === 'stops' && speaks) {
            model.callerStops('des mots');
            speaks = false;
          } else if (what === 'drops') model.drop();
          else if (what === 'transcripts') model.releaseTranscripts();
          else if (what === 'nonsense')
            model.send({ type: 'response.done', response: { id: 'resp_0', status: 'completed' } });
        }
        if (end === 'hand-over') call.speech.handOver();
        else if (end === 'lost') call.talk.lose();
        else call.ended(end);
        await call.pass(15_000);

        expect(call.isOver()).toBe(true);
        expect(call.talk.closed).toHaveLength(1);
        expect(call.sockets.every((socket) => !socket.isOpen())).toBe(true);
        await call.pass(10_000);
        expect(call.time.pending()).toBe(0);
        expect(call.phone.isClosed() || call.orders.length > 0 || end === 'hung-up' || end === 'broken').toBe(true);
        const refused = call.models.flatMap(({ errors }) => errors).filter((code) => code === 'invalid_value');
        expect(refused).toEqual([]);
        expect(call.phone.played.every(({ byte }) => byte !== 119)).toBe(true);
        // Nobody is hung up on or sent on before that is on record.
        expect(call.orders.every((order) => / after (hangup|transfer|callback)/.test(order))).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
}, 30_000);

test('audio from before the session to after its loss arrives once and in order', async () => {
  const call = speechWorld({ opens: ['fails', 'session', 'fails', 'session'] });
  call.speech.start();
  let sent = 0;
  for (let index = 0; index < 100; index++) {
    call.speech.heard(Buffer.from(Buffer.alloc(160, sent++).toString('base64')));
    await call.pass(20);
    if (index !== 50) continue;
    call.model().drop();
    await call.pass(0);
  }
  await call.pass(1_000);
  const heard = call.models.flatMap((model) => model.heard.map((audio) => audio[0]));
  expect(heard).toEqual(Array.from({ length: sent }, (_, index) => index));
  expect(call.models.every(({ early }) => early === 0)).toBe(true);
});
