import fc from 'fast-check';
import { advanceCall } from '#domain/conversations/advance-call.ts';
import type { CallEvent } from '#domain/conversations/call-event.ts';
import { Act, type Conversation } from '#domain/conversations/conversation.ts';
import { outcomeOf } from '#domain/conversations/outcome.ts';
import { AppointmentId } from '#domain/ids.ts';
import { aConversationId, callEvent, cotonou } from '../fakes/conversation.ts';

const routed = { clinicId: cotonou, routedBy: 'number', now: Date.parse('2026-10-05T12:40:00.000Z') };
const startedAt = Date.parse('2026-10-05T12:30:00.000Z');

const merge = (...events: CallEvent[]): Conversation =>
  events.reduce<Conversation | undefined>((call, event) => advanceCall(call, event, routed), undefined) as Conversation;

const started = callEvent({ kind: 'started', status: 'ongoing', startedAt, fromNumber: '+12025550117' });
const ended = callEvent({
  endKind: 'ended',
  startedAt,
  endedAt: startedAt + 163_482,
  statedDurationMs: 163_482,
  transcript: 'Agent: Bonjour.\nUser: Bonjour.\n',
  disconnectionReason: 'user_hangup',
});
const analyzed = callEvent({
  ...ended,
  kind: 'analyzed',
  status: 'analyzed',
  analysis: { summary: 'Une question sur les horaires.' },
  bodyHash: 'b'.repeat(64),
});

test('the three events of a call make one conversation, complete', () => {
  expect(merge(started, ended, analyzed)).toMatchObject({
    conversationId: aConversationId,
    status: 'analyzed',
    endKind: 'ended',
    durationMs: 163_482,
    outcome: 'info',
    analysis: { summary: 'Une question sur les horaires.' },
    anomalies: [],
  });
});

test('an analysis that arrives first implies the end, and a late start only fills what is missing', () => {
  const call = merge(analyzed, started);
  expect(call.status).toBe('analyzed');
  expect(call.fromNumber).toBe('+12025550117');
});

test('a full transcript is never replaced by an empty or an earlier one', () => {
  const partial = callEvent({ kind: 'progressed', status: 'ongoing', transcript: 'Agent: Bonjour, '.repeat(20) });
  expect(merge(ended, partial, callEvent({ ...analyzed, transcript: '' })).transcript).toBe(ended.transcript);
});

test('a second analysis replaces the first only when it is newer', () => {
  const older = callEvent({ ...analyzed, occurredAt: 1_790_000_000_000, analysis: { summary: 'old' } });
  const newer = callEvent({ ...analyzed, occurredAt: 1_790_000_060_000, analysis: { summary: 'new' } });
  expect(merge(newer, older).analysis).toEqual({ summary: 'new' });
  expect(merge(older, newer).analysis).toEqual({ summary: 'new' });
});

test('two events that contradict each other on the end give one answer and a mark', () => {
  const failed = callEvent({ ...analyzed, endKind: 'error' });
  for (const call of [merge(ended, failed), merge(failed, ended)]) {
    expect(call.endKind).toBe('ended');
    expect(call.anomalies).toEqual(['end-kind-contradicted']);
  }
});

test('a duration in seconds is found out by the times, an impossible one is left out', () => {
  const inSeconds = callEvent({ startedAt, endedAt: startedAt + 300_000, statedDurationMs: 300 });
  expect(merge(inSeconds)).toMatchObject({ durationMs: 300_000, anomalies: ['duration-in-seconds'] });
  const backwards = callEvent({ startedAt, endedAt: startedAt - 1 });
  expect(merge(backwards).durationMs).toBeUndefined();
  expect(merge(backwards).anomalies).toEqual(['duration-impossible']);
});

test('without a stated duration it is the time between start and end', () => {
  expect(merge(callEvent({ startedAt, endedAt: startedAt + 90_000 })).durationMs).toBe(90_000);
});

describe('a caller who objected to being recorded', () => {
  const objected = { objectedToRecording: true, recordingUrl: 'https://recordings.example/whole.wav' };
  const transcript = 'Agent: Bonjour,\nbienvenue.\nUser: Je refuse.\nAgent: Bien.\nUser: Une rage de dents.';

  test('is kept no further than that, at Retell neither as sound nor in what was made of the words', () => {
    const call = merge(
      started,
      callEvent({ ...analyzed, ...objected, transcript }),
      callEvent({ ...ended, transcript }),
    );
    expect(call).toMatchObject({
      objectedToRecording: true,
      outcome: 'info',
      transcript: 'Agent: Bonjour,\nbienvenue.\nUser: Je refuse.',
    });
    expect(call.recordingUrl).toBeUndefined();
    expect(call.analysis?.summary).toBeUndefined();
  });

  test('is kept up to what speaks of recording where nobody was told that the call is recorded', () => {
    const refusal = 'User: Je refuse mardi.\nAgent: Mercredi ?\nUser: Oui, et je ne veux pas être enregistré.';
    const event = callEvent({ ...ended, ...objected, transcript: `${refusal}\nAgent: Bien.` });
    const call = advanceCall(undefined, event, { ...routed, voice: { recording: 'off' } });
    expect(advanceCall(call, event, { ...routed, voice: { recording: 'off' } }).transcript).toBe(refusal);
  });

  test('leaves nothing where the words do not show when, and of a Twilio call what was recorded before', () => {
    const call = merge(
      callEvent({ ...ended, recordingUrl: 'https://a.example' }),
      callEvent({ ...analyzed, ...objected }),
    );
    expect([call.transcript, call.recordingUrl, call.outcome]).toEqual([undefined, undefined, 'info']);
    const ours = callEvent({ ...analyzed, ...objected, provider: 'twilio', transcript });
    expect(merge(ours)).toMatchObject({ recordingUrl: objected.recordingUrl, analysis: analyzed.analysis! });
  });
});

test('what a call came to stands when the words that told it are no longer kept', () => {
  const left: Conversation = { ...merge(ended, analyzed), forgotten: ['transcript'], transcript: undefined };
  expect(advanceCall(left, started, routed).outcome).toBe('info');
});

test('the same event again writes nothing', () => {
  const call = merge(started, ended);
  expect(advanceCall(call, ended, { ...routed, now: routed.now + 5_000 })).toBe(call);
});

test('the clinic is to be told from the first event that ends the call', () => {
  expect(merge(started).notification).toBe('none');
  expect(merge(started, ended)).toMatchObject({ notification: 'waiting', notificationAttempt: 1 });
});

/** Events of one call that do not contradict each other, each field there or not. */
const someEvent: fc.Arbitrary<CallEvent> = fc
  .record({
    kind: fc.constantFrom('started', 'progressed', 'ended', 'analyzed'),
    endKind: fc.option(fc.constantFrom('ended', 'error', 'not_connected'), { nil: undefined }),
    fromNumber: fc.option(fc.constantFrom('+12025550117', '+12025550118'), { nil: undefined }),
    startedAt: fc.option(fc.integer({ min: startedAt, max: startedAt + 2000 }), { nil: undefined }),
    endedAt: fc.option(fc.integer({ min: startedAt - 10, max: startedAt + 90_000_000 }), { nil: undefined }),
    statedDurationMs: fc.option(fc.integer({ min: 0, max: 90_000_000 }), { nil: undefined }),
    transcript: fc.option(
      fc.constantFrom('', 'User: a', 'User: b', 'Agent: long text', 'Agent: A\nUser: Je refuse.\nUser: douze secrets'),
      { nil: undefined },
    ),
    isKnown: fc.boolean(),
    disconnectionReason: fc.option(fc.constantFrom('user_hangup', 'call_transfer'), { nil: undefined }),
    recordingUrl: fc.option(fc.constantFrom('https://a.example', 'https://b.example'), { nil: undefined }),
    summary: fc.string({ maxLength: 3 }),
    occurredAt: fc.constantFrom(0, 1_790_000_000_000),
    bodyHash: fc.stringMatching(/^[0-9a-f]{4}$/),
  })
  .map(({ kind, summary, isKnown, ...rest }) =>
    callEvent({
      ...rest,
      ...((isKnown || rest.transcript?.includes('Je refuse')) && { objectedToRecording: true }),
      kind,
      status: ({ started: 'ongoing', progressed: 'ongoing', ended: 'ended', analyzed: 'analyzed' } as const)[kind],
      analysis: kind === 'analyzed' ? { summary: `${summary} ${rest.bodyHash}` } : undefined,
    }),
  );

test('whatever the order and however often events come, the conversation ends the same', () => {
  fc.assert(
    fc.property(
      fc.array(someEvent, { minLength: 1, maxLength: 6 }).chain((events) =>
        fc.record({
          events: fc.constant(events),
          shuffled: fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        }),
      ),
      ({ events, shuffled }) => {
        const plain = ({ version: _, ...call }: Conversation) => JSON.parse(JSON.stringify(call)) as unknown;
        const call = merge(...shuffled);
        expect(plain(call)).toEqual(plain(merge(...events)));
        expect(JSON.stringify(call)).not.toContain('secrets');
      },
    ),
    { numRuns: 2_000, seed: 20261005 },
  );
});

describe('a conversation that a tool was the first to hear of', () => {
  /** What a function's request tells: the call goes on, and its words are not kept. */
  const toolRan = callEvent({
    kind: 'progressed',
    status: 'ongoing',
    startedAt,
    fromNumber: '+12025550117',
    bodyHash: 'f'.repeat(64),
  });

  test('is the same in the end as one whose events came first', () => {
    const plain = ({ version: _, ...call }: Conversation) => call;
    expect(plain(merge(toolRan, started, ended, analyzed))).toEqual(plain(merge(started, ended, analyzed)));
    expect(plain(merge(analyzed, toolRan, ended, started))).toEqual(plain(merge(started, ended, analyzed)));
  });

  test('is open until it ends, and its clinic is not told before', () => {
    expect(merge(toolRan)).toMatchObject({ status: 'ongoing', outcome: 'unknown', notification: 'none' });
  });

  /** Events that do not contradict what the tool's request said. */
  const agreeing = someEvent.map((event) => ({
    ...event,
    fromNumber: event.fromNumber && toolRan.fromNumber,
    startedAt: event.startedAt && startedAt,
  }));

  test('is the same for any events in any order, but for who said first what all of them say', () => {
    fc.assert(
      fc.property(fc.array(agreeing, { minLength: 1, maxLength: 6 }), fc.nat(6), (events, position) => {
        const known = ({ version: _v, ranks: _r, ...call }: Conversation) => JSON.parse(JSON.stringify(call)) as object;
        const later = [...events.slice(0, position), toolRan, ...events.slice(position)];
        const callStarted = callEvent({ ...toolRan, kind: 'started' });
        expect(known(merge(...later))).toEqual(known(merge(callStarted, ...events)));
      }),
      { numRuns: 1_000, seed: 20261006 },
    );
  });
});

test('what tools did survives every merge, wherever between the events they did it', () => {
  const appointmentId = fc
    .integer({ min: 0, max: 3 })
    .map((n) => AppointmentId.parse(`4c1e8d5f-3a6b-4d7c-8e9f-2b3c4d5e6f7${n}`));
  const done = fc.record({ act: fc.constantFrom(...Act.options), appointmentId });
  const add = <T>(list: readonly T[], one: T): T[] => [...new Set([...list, one])];
  fc.assert(
    fc.property(
      fc.array(someEvent, { minLength: 1, maxLength: 5 }),
      fc.array(fc.record({ done, after: fc.nat(5) }), { maxLength: 5 }),
      (events, acts) => {
        let call: Conversation | undefined;
        const doneBy = (current: Conversation, position: number) =>
          acts
            .filter(({ after }) => Math.min(after, events.length - 1) === position)
            .reduce(
              (before, { done: { act, appointmentId: id } }) => ({
                ...before,
                acts: add(before.acts, act),
                appointmentIds: add(before.appointmentIds, id),
                version: before.version + 1,
              }),
              current,
            );
        for (const [position, event] of events.entries()) {
          call = doneBy(advanceCall(call, event, routed), position);
          // The vendor sends the event again: by now a tool has written.
          const { acts: kept, appointmentIds: keptIds } = advanceCall(call, event, routed);
          expect([kept, keptIds]).toEqual([call.acts, call.appointmentIds]);
        }
        const merged = ({ version: _v, acts: _a, appointmentIds: _i, outcome: _o, ...rest }: Conversation) => rest;
        const untouched = merge(...events);
        expect(merged(call as Conversation)).toEqual(merged(untouched));
        expect(new Set(call?.acts)).toEqual(new Set(acts.map(({ done: { act } }) => act)));
        expect(new Set(call?.appointmentIds)).toEqual(new Set(acts.map(({ done }) => done.appointmentId)));
        const first = Act.options.find((act) => acts.some(({ done }) => done.act === act));
        expect(outcomeOf(call as Conversation)).toBe(first ?? untouched.outcome);
      },
    ),
    { numRuns: 2_000, seed: 20261007 },
  );
});
