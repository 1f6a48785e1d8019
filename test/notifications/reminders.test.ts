import { NotDialled } from '#domain/conversations/outbound/dialer.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { AppointmentId } from '#domain/ids.ts';
import type { ReminderDue } from '#domain/messages/notice.ts';
import { reminderDue, startsDueIn } from '#domain/notifications/reminders/reminder-due.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import { remindPatient } from '#lambdas/notifications/remind-patient.ts';
import { sweepReminders } from '#lambdas/notifications/sweep-reminders.ts';
import type * as z from 'zod';
import { appointment, callingWorld, morningMs, theo } from '../conversations/outbound/world.ts';
import { cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryReminders } from '../fakes/outbound.ts';
import { inMemorySentTexts, rememberedTexts } from '../fakes/texts.ts';

const hourMs = 60 * 60 * 1000;
const minuteMs = 60_000;

/** Clinic, appointments and the two functions, with the queue between them in memory. */
async function reminding(
  {
    appointments = [appointment()],
    outbound = { reminders: 'sms' },
    ...changes
  }: Partial<z.input<typeof Clinic>> & { appointments?: Appointment[] } = {},
  ...sends: Parameters<typeof rememberedTexts>
) {
  const world = await callingWorld({ texting: { sms: true }, outbound, appointments, ...changes });
  const reminders = inMemoryReminders([{ clinicId: cotonou, zone: world.clinic.zone }]);
  const queue: ReminderDue[] = [];
  const failing = { queue: 0, settle: 0 };
  const sender = rememberedTexts(...sends);
  const profile = { current: world.clinic };
  const sweep = sweepReminders({
    directory: { clinicIds: async () => [cotonou, elsewhere] },
    appointments: world.appointments,
    reminders,
    notices: {
      async tell(notice) {
        if (failing.queue-- > 0) throw new Error('the queue does not answer');
        queue.push(notice as ReminderDue);
      },
    },
    clock: world.clock,
    log: world.log,
  });
  const heed = remindPatient({
    ...world,
    clinics: { profile: async () => profile.current },
    reminders: {
      get: reminders.get,
      async settle(...what) {
        if (failing.settle-- > 0) throw new Error('the record was lost');
        await reminders.settle(...what);
      },
    },
    sender,
    sent: inMemorySentTexts(),
    services: { claim: async () => true },
  });
  return {
    ...world,
    reminders,
    queue,
    failing,
    sender,
    profile,
    heed,
    sweep,
    /** A minute of the deployment's life. */
    async run() {
      await sweep();
      for (const due of queue.splice(0)) await heed(due);
    },
    states: () => reminders.all().map(({ state, reason }) => [state, reason].filter(Boolean).join(' ')),
  };
}

describe('the day before, at the same time by the clock', () => {
  test.each([
    ['on any day', 'Europe/Paris', '2026-10-06T12:30:00Z', '2026-10-05T12:30:00.000Z'],
    [
      '23 hours before, when the clock goes forward',
      'Europe/Paris',
      '2027-03-28T08:00:00Z',
      '2027-03-27T09:00:00.000Z',
    ],
    ['25 hours before, when it goes back', 'Europe/Paris', '2026-10-25T09:00:00Z', '2026-10-24T08:00:00.000Z'],
    ['after the hour the clock skips', 'Europe/Paris', '2027-03-29T00:30:00Z', '2027-03-28T01:30:00.000Z'],
    ['in a zone of its own', 'America/New_York', '2026-11-02T14:00:00Z', '2026-11-01T14:00:00.000Z'],
  ])('%s', (_, zone, start, due) => {
    expect(new Date(reminderDue(Date.parse(start), zone)).toISOString()).toBe(due);
  });

  test.each(['Europe/Paris', 'America/New_York', 'Africa/Porto-Novo', 'Australia/Lord_Howe'])(
    'whatever is due in any ten minutes of a year is among the starts that are looked at: %s',
    (zone) => {
      for (
        let startMs = Date.parse('2026-10-01T00:00:00Z');
        startMs < Date.parse('2027-05-01');
        startMs += 43 * 10 * minuteMs
      ) {
        const dueMs = reminderDue(startMs, zone);
        const starts = startsDueIn(dueMs - 5 * minuteMs, dueMs + 5 * minuteMs, zone);
        expect(startMs >= starts.fromMs && startMs <= starts.toMs).toBe(true);
      }
    },
  );
});

test.each([
  ['an answer of the vendor that was lost', [new Error('the answer was lost')], 'sent unknown'],
  ['a refusal whose record was lost', [{ outcome: 'refused', reason: 'unreachable' }], 'dropped text-refused'],
] as const)('of %s a reminder asked for again is not on record as sent', async (_, sends, state) => {
  const { sweep, heed, queue, sender, states, failing } = await reminding({}, ...sends);
  await sweep();
  const [due] = queue;
  failing.settle = 1;
  await expect(heed(due!)).rejects.toThrow('lost');
  failing.settle = 0;
  await heed(due!);
  expect(states()).toEqual([state]);
  expect(sender.outbox).toEqual([]);
});

test('a patient is reminded once by SMS, in their language, of when and of nothing else', async () => {
  const { run, clock, sender, states, reminders } = await reminding();
  clock.pass(-5 * minuteMs);
  await run();
  expect(sender.outbox).toEqual([]);
  for (let minute = 0; minute < 20; minute++) {
    clock.pass(minuteMs);
    await run();
  }
  expect(sender.outbox).toEqual([
    expect.objectContaining({
      to: '+12025550117',
      body: expect.stringMatching(/^Clinique Exemple : rappel de votre rendez-vous le 6 oct\. 2026 à 8 h 30\. .*ARRET/),
    }),
  ]);
  expect(states()).toEqual(['sent']);
  expect(reminders.records).toMatchObject([{ act: 'reminder.settle', outcome: 'success', reason: 'sms sent' }]);
});

test('an appointment that was moved is reminded of at its new time, and one that was cancelled not at all', async () => {
  const moved = { ...appointment(), startMs: morningMs + 48 * hourMs, version: 2 };
  const other = appointment({ appointmentId: AppointmentId.parse('6b1d0c7e-9f2a-43b6-a8c4-d1e0f7a69b32') });
  const { run, clock, put, sender } = await reminding({ appointments: [appointment(), other] });
  put(moved);
  put({ ...other, status: 'cancelled' });
  await run();
  expect(sender.outbox).toEqual([]);
  clock.pass(24 * hourMs);
  await run();
  expect(sender.outbox).toMatchObject([{ body: expect.stringContaining('7 oct. 2026 à 8 h 30') }]);
});

test('what changes between the sweep and the message counts: it is judged again', async () => {
  const cases: [Partial<Appointment>, string][] = [
    [{ startMs: morningMs + 30 * hourMs }, 'dropped moved'],
    [{ status: 'cancelled' }, 'dropped cancelled'],
    [{ status: 'arrived' }, 'dropped arrived'],
  ];
  for (const [change, expected] of cases) {
    const { sweep, queue, heed, put, states, sender } = await reminding();
    await sweep();
    put({ ...appointment(), ...change });
    await heed(queue[0]!);
    expect([states(), sender.outbox]).toEqual([[expected], []]);
  }
});

test('who booked or moved it within a day before needs no reminder', async () => {
  const late = appointment({ createdAtMs: morningMs + minuteMs });
  const movedLate = appointment({
    history: [{ atMs: morningMs + minuteMs, act: 'rescheduled', actorId: 'x', fromStartMs: morningMs }],
  });
  for (const one of [late, movedLate]) {
    const { run, clock, states } = await reminding({ appointments: [one] });
    clock.pass(2 * minuteMs);
    await run();
    expect(states()).toEqual([]);
  }
});

test('a sweep that dies, or did not run for hours, loses nobody; an appointment in an hour is left alone', async () => {
  const near = appointment({
    appointmentId: AppointmentId.parse('6b1d0c7e-9f2a-43b6-a8c4-d1e0f7a69b32'),
    startMs: morningMs + 5 * hourMs,
  });
  const { run, clock, failing, sender, reminders, states } = await reminding({ appointments: [appointment(), near] });
  await reminders.setMark(cotonou, morningMs - 20 * hourMs);
  failing.queue = 1;
  await run();
  expect(sender.outbox).toEqual([]);
  clock.pass(4 * hourMs);
  await run();
  expect(sender.outbox).toHaveLength(1);
  expect(states().sort()).toEqual(['dropped too-late', 'sent']);
});

test('at night it waits for the morning, if that is soon enough', async () => {
  // Ten in the evening; half past five in the morning; and with long nights, too late.
  const evening = appointment({ startMs: Date.parse('2026-10-07T02:00:00Z') });
  const { run, clock, sender, states } = await reminding({ appointments: [evening] });
  clock.pass(Date.parse('2026-10-06T02:00:00Z') - clock.now());
  await run();
  expect([states(), sender.outbox]).toEqual([['waiting quiet-hours'], []]);
  clock.pass(9 * hourMs);
  await run();
  expect(sender.outbox).toEqual([]);
  clock.pass(hourMs);
  await run();
  expect([states(), sender.outbox.length]).toEqual([['sent'], 1]);
});

test.each([
  ['asked for no more messages', 'dropped messages-refused'],
  ['has no number that can be written to', 'dropped no-number'],
])('who %s is not reminded, on record', async (what, expected) => {
  const world = await reminding(what.startsWith('has') ? { texting: { sms: true, countries: ['BJ'] } } : {});
  await world.suppressions.refuse(elsewhere, theo.phones[0]!, ['messages'], world.by);
  if (!what.startsWith('has')) await world.suppressions.refuse(cotonou, theo.phones[0]!, ['messages'], world.by);
  await world.run();
  expect([world.states(), world.sender.outbox]).toEqual([[expected], []]);
  expect(world.reminders.records).toMatchObject([{ outcome: 'denied' }]);
});

test('a clinic that turned reminders off meanwhile sends none', async () => {
  const { sweep, queue, heed, profile, clinic, states } = await reminding();
  await sweep();
  profile.current = { ...clinic, outbound: { ...clinic.outbound, reminders: 'off' } };
  await heed(queue[0]!);
  expect(states()).toEqual([]);
});

describe('by call', () => {
  test('it is made once, with consent and by every rule of calls', async () => {
    const { run, clock, dialer, states, sender } = await reminding({ outbound: { reminders: 'call' } });
    for (let minute = 0; minute < 5; minute++, clock.pass(minuteMs)) await run();
    expect(dialer.dialled).toMatchObject([{ purpose: 'appointment-reminder', to: '+12025550117' }]);
    expect([states(), sender.outbox]).toEqual([['sent'], []]);
    const without = await reminding({ outbound: { reminders: 'call' } });
    await without.consents.withdraw(cotonou, theo.patientId, without.by);
    await without.run();
    expect([without.states(), without.dialer.dialled]).toEqual([['dropped no-consent'], []]);
  });

  test('a vendor that does not answer is asked again; one that may have dialled is not', async () => {
    const { run, clock, dialer, states } = await reminding({ outbound: { reminders: 'call' } });
    dialer.answers.push(new NotDialled('busy'), new NotDialled('busy'), new Error('timed out'));
    const seen = [];
    for (let round = 0; round < 5; round++) {
      await run();
      seen.push(...states());
      clock.pass(5 * minuteMs);
    }
    expect(seen).toEqual([
      'waiting vendor-unavailable',
      'waiting vendor-unavailable',
      'sent unknown',
      'sent unknown',
      'sent unknown',
    ]);
    expect(dialer.dialled).toEqual([]);
  });
});
