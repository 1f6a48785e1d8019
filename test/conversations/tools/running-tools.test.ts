import { jest } from '@jest/globals';
import { readArguments } from '#domain/conversations/tools/read-arguments.ts';
import { toolNamed, tools } from '#domain/conversations/tools/registry.ts';
import { runTool } from '#domain/conversations/tools/run-tool.ts';
import type { ToolDeps } from '#domain/conversations/tools/tool.ts';
import { toolKey } from '#domain/conversations/tools/tool-key.ts';
import { aConversationId, cotonou } from '../../fakes/conversation.ts';
import { appointmentId, inCotonou, nour, nourVerified, someoneNew, toolWorld, type ToolWorld } from './tool-world.ts';

const wish = { appointment_type: 'consultation', date: '2026-10-13' };
const humanLine = { number: '+12025550171' };

/** Arguments with which each tool does what it is for. */
const usual: Record<string, object> = {
  find_available_times: wish,
  hold_time: { ...wish, time: '08:00' },
  book_appointment: { ...wish, time: '08:00', ...someoneNew },
  reschedule_appointment: { date: '2026-10-14', time: '08:00' },
  verify_patient: nourVerified,
  take_message: { message: 'Rappelez-moi.' },
  join_waitlist: { ...wish, ...someoneNew, consent: true },
  report_emergency: { happening_now: 'yes' },
};

/** Everything a port can be asked, answering as one tells it to. */
const everything = <Port extends object>(port: Port, answer: () => Promise<never>): Port =>
  new Proxy(port, {
    get: (target, name, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function' ? answer : value;
    },
  });

function withBrokenStores(world: ToolWorld, answer: () => Promise<never>, kept: (keyof ToolDeps)[] = []): ToolWorld {
  const { clock: _c, log: _l, ...stores } = world.deps;
  for (const name of Object.keys(stores) as (keyof typeof stores)[]) {
    if (!kept.includes(name)) Object.assign(world.deps, { [name]: everything(stores[name], answer) });
  }
  return world;
}

const failing = () => Promise.reject(new Error('the store is down: Nour Lagune'));
const hanging = () => new Promise<never>(() => {});

/** What can be said without any store. */
const withoutStores = ['get_clinic_info', 'list_providers', 'list_appointment_types', 'report_emergency', 'end_call'];

describe.each([
  ['fails', failing],
  ['hangs', hanging],
])('while every store %s', (_, answer) => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test.each(tools.map(({ name }) => name))('%s answers in time, in both languages', async (name) => {
    for (const language of ['fr', 'en'] as const) {
      const world = withBrokenStores(toolWorld({ language }), answer);
      const running = world.run(name, usual[name]);
      await jest.advanceTimersByTimeAsync(1_800);
      const { code, say } = await running;
      const expected = withoutStores.includes(name)
        ? 'OK'
        : name === 'transfer_to_human'
          ? 'NOBODY_AVAILABLE'
          : 'RETRY_LATER';
      expect(code).toBe(expected);
      expect(say).toMatch(/[.?]$/);
      const failures = world.log.entries.filter((entry) => entry.code === 'tool.failed');
      expect(failures.length).toBeGreaterThan(0);
      expect(JSON.stringify(world.log.entries)).not.toMatch(/Nour|Lagune|store is down/);
    }
  });

  test('whoever wants a person is put through', async () => {
    const world = withBrokenStores(toolWorld({ clinic: { humanLine }, at: '2026-10-05T09:00:00.000Z' }), answer);
    const running = world.run('transfer_to_human');
    await jest.advanceTimersByTimeAsync(1_800);
    expect(await running).toMatchObject({ code: 'OK', data: { transfer_number: '+12025550171' } });
  });

  test('what sounds like an emergency is asked about, or told whom to call', async () => {
    const world = withBrokenStores(toolWorld(), answer);
    world.hear('elle ne respire plus');
    const asked = world.run('find_available_times', wish);
    await jest.advanceTimersByTimeAsync(1_800);
    expect((await asked).code).toBe('EMERGENCY_TO_CONFIRM');
    const told = world.run('report_emergency', { happening_now: 'yes' });
    await jest.advanceTimersByTimeAsync(1_800);
    expect((await told).say).toMatch(/Raccrochez et appelez tout de suite le 112, ou le 118\.$/);
    expect(world.log.codes()).toContain('emergency.detected');
  });

  test('all but the dialogue: nothing is pretended', async () => {
    for (const [name, args] of Object.entries(usual)) {
      const world = withBrokenStores(toolWorld(), answer, ['dialogues']);
      const running = world.run(name, args);
      await jest.advanceTimersByTimeAsync(1_800);
      const { code } = await running;
      const reason =
        name === 'report_emergency' ? 'OK' : name === 'reschedule_appointment' ? 'NOT_VERIFIED' : 'RETRY_LATER';
      expect([name, code]).toEqual([name, reason]);
    }
  });
});

describe('a repetition', () => {
  test('of a booking hears the same and books once, however its arguments are ordered', async () => {
    const world = toolWorld();
    const first = await world.run('book_appointment', usual.book_appointment);
    const again = await world.run(
      'book_appointment',
      Object.fromEntries(Object.entries(usual.book_appointment!).reverse()),
    );
    expect(again).toEqual(first);
    expect(world.appointments()).toHaveLength(1);
    expect(world.log.codes()).toContain('tool.replayed');
    expect((await world.state()).writes).toBe(1);
  });

  test('whose answer was lost finds what was booked', async () => {
    const world = toolWorld();
    const keep = world.deps.dialogues.change;
    world.deps.dialogues.change = failing;
    const first = await world.run('book_appointment', usual.book_appointment);
    // It is booked, and that is what is told, although the dialogue forgot it.
    expect(first.code).toBe('OK');
    expect(world.log.codes()).toContain('tool.failed');
    world.deps.dialogues.change = keep;
    expect(await world.run('book_appointment', usual.book_appointment)).toEqual(first);
    expect(world.appointments()).toHaveLength(1);
    expect(world.calendar.newPatients).toHaveLength(1);
  });

  test('at the same moment books once', async () => {
    const world = toolWorld();
    const answers = await Promise.all([1, 2, 3].map(() => world.run('book_appointment', usual.book_appointment)));
    expect(answers.map(({ code }) => code)).toEqual(['OK', 'OK', 'OK']);
    expect(world.appointments()).toHaveLength(1);
    expect((await world.state()).appointmentIds).toHaveLength(1);
  });

  test('of “the first” after other times were told is a new wish', async () => {
    const world = toolWorld();
    const first = { choice: 'le premier', ...someoneNew, existing_appointment: 'keep_both' };
    await world.run('find_available_times', wish);
    expect(await world.run('book_appointment', first)).toMatchObject({ data: { date: '2026-10-13', time: '08:00' } });
    await world.run('find_available_times', { ...wish, date: '2026-10-14' });
    expect(await world.run('book_appointment', first)).toMatchObject({ data: { date: '2026-10-14', time: '08:00' } });
    expect(world.appointments()).toHaveLength(2);
  });

  test('of a cancellation is not one of the next appointment', async () => {
    const world = toolWorld();
    world.seed({
      appointmentId: appointmentId(1),
      patientId: nour.patientId,
      startMs: inCotonou('2026-10-13', '09:00'),
    });
    world.seed({
      appointmentId: appointmentId(2),
      patientId: nour.patientId,
      startMs: inCotonou('2026-10-14', '09:00'),
    });
    await world.run('verify_patient', nourVerified);
    const which = { current_date: '2026-10-13' };
    const first = await world.run('cancel_appointment', which);
    expect(await world.run('cancel_appointment', which)).toEqual(first);
    expect(world.calendarOf(nour.patientId)).toEqual(['2026-10-13 09:00 cancelled', '2026-10-14 09:00 booked']);
  });

  test('of a listing whose times could not be remembered is asked for again', async () => {
    const world = toolWorld();
    await world.run('find_available_times', wish);
    world.deps.dialogues.change = failing;
    expect((await world.run('find_available_times', { ...wish, date: '2026-10-14' })).code).toBe('RETRY_LATER');
  });
});

describe('what a model passes', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'book it'],
    ['a list', [1, 2]],
    ['an object of nonsense', { nonsense: { deep: [1] }, __proto__: { a: 1 } }],
  ])('%s is asked about or does without', async (_, raw) => {
    for (const { name } of tools) {
      const { code, say } = await toolWorld().run(name, raw);
      expect(code).toMatch(/^[A-Z_]+$/);
      expect(say).toMatch(/[.?]$/);
    }
  });

  test('a null, an empty text or an unset variable is nothing', () => {
    const tool = toolNamed('find_available_times')!;
    const raw = {
      doctor: null,
      date: '',
      until: '  ',
      weekday: '{{weekday}}',
      appointment_type: 'consultation',
      clinic_id: cotonou,
    };
    expect(readArguments(tool, raw)).toEqual({ outcome: 'read', args: { appointment_type: 'consultation' } });
  });

  test.each([
    ['9:00', '09:00'],
    ['09:00', '09:00'],
    ['9h', '09:00'],
    ['14h30', '14:30'],
    ['14 h 30', '14:30'],
    ['14 heures 30', '14:30'],
    ['2:30 p.m.', '14:30'],
    ['2pm', '14:00'],
    ['12 am', '00:00'],
    ['09:00:00', '09:00'],
    ['2026-10-13T09:00', '09:00'],
    ['2026-10-13T09:00:00.000', '09:00'],
  ])('the time %j is read as %s', (said, time) => {
    expect(readArguments(toolNamed('hold_time')!, { time: said })).toEqual({ outcome: 'read', args: { time } });
  });

  test.each(['25:00', '9:61', 'noon', 'le matin', '9'.repeat(40)])('the time %j is asked for', (time) => {
    expect(readArguments(toolNamed('hold_time')!, { time })).toEqual({ outcome: 'missing', argument: 'time' });
  });

  test('words are read in French, in capitals and as texts', () => {
    const read = (name: string, raw: object) => readArguments(toolNamed(name)!, raw);
    const said = { weekday: 'LUNDI', part_of_day: 'après-midi', urgency: 'Same_Day', date: '2026-10-13T00:00:00Z' };
    expect(read('find_available_times', said)).toMatchObject({
      args: { weekday: 'monday', part_of_day: 'afternoon', urgency: 'same_day', date: '2026-10-13' },
    });
    expect(read('join_waitlist', { patient_name: 'A B', consent: 'False' })).toMatchObject({
      args: { consent: false },
    });
    expect(read('join_waitlist', { patient_name: 'A B', consent: 'peut-être' })).toEqual({
      outcome: 'missing',
      argument: 'consent',
    });
    const name = 'Nour\u0000\n\u202eLagune\u200b ';
    expect(read('verify_patient', { patient_name: name, date_of_birth: '1958-08-21' })).toMatchObject({
      args: { patient_name: 'Nour Lagune' },
    });
  });

  test('a tool nobody has is answered, too', async () => {
    const world = toolWorld();
    expect(await world.run('drop_tables', {})).toMatchObject({ code: 'ARGUMENTS_INVALID', data: {} });
    expect(world.log.entries.at(-1)).toMatchObject({ code: 'tool.answered', fields: { tool: 'unknown' } });
  });
});

describe('the language', () => {
  test('changes with the caller, for the rest of the call', async () => {
    const world = toolWorld();
    expect((await world.run('end_call', { language: 'en' })).say).toBe('Thank you for calling. Goodbye.');
    expect((await world.run('end_call')).say).toBe('Thank you for calling. Goodbye.');
    expect((await world.run('end_call', { language: 'fr' })).say).toBe('Merci de votre appel. Au revoir.');
  });

  test('is one the clinic speaks', async () => {
    const french = toolWorld({
      clinic: { languages: ['fr'], appointmentTypes: [], numbers: [{ number: '+12025550142' }] },
    });
    expect((await french.run('end_call', { language: 'en' })).say).toBe('Merci de votre appel. Au revoir.');
    expect((await french.run('end_call', { language: 'de' })).say).toBe('Merci de votre appel. Au revoir.');
  });
});

test('every answer has every field the tool names, so that a flow keeps nothing old', async () => {
  for (const tool of tools) {
    const { data } = await toolWorld().run(tool.name, usual[tool.name]);
    expect(Object.keys(data)).toEqual(expect.arrayContaining(Object.keys(tool.answers)));
  }
});

test('only codes and ids are logged', async () => {
  const world = toolWorld();
  await world.run('verify_patient', nourVerified);
  await world.run('take_message', { message: 'secret' });
  expect(world.log.entries).toEqual([
    {
      code: 'tool.answered',
      fields: {
        clinicId: cotonou,
        conversationId: aConversationId,
        tool: 'verify_patient',
        outcome: 'OK',
        durationMs: 0,
      },
    },
    {
      code: 'tool.answered',
      fields: {
        clinicId: cotonou,
        conversationId: aConversationId,
        tool: 'take_message',
        outcome: 'OK',
        durationMs: 0,
      },
    },
  ]);
});

test('a key tells arguments apart and nothing of them', () => {
  expect(toolKey('a', { x: 1, y: undefined, z: 'é' })).toBe(toolKey('a', { z: 'é', x: 1 }));
  expect(toolKey('a', { x: 1 })).not.toBe(toolKey('a', { x: 2 }));
  expect(toolKey('a', { x: 1 })).not.toBe(toolKey('b', { x: 1 }));
  expect(toolKey('take_message', { message: 'secret' })).toMatch(/^take_message#[0-9a-f]{64}$/);
});

test('two conversations know nothing of each other', async () => {
  const world = toolWorld();
  await world.run('verify_patient', nourVerified);
  const { clinic } = world;
  const other = 'retell_call_other' as typeof aConversationId;
  const answer = await runTool(world.deps)(
    'find_my_appointments',
    {},
    {
      clinic,
      conversation: { conversationId: other, channel: 'voice', acts: [] },
      language: 'fr',
      requester: {
        kind: 'agent',
        holder: other,
        conversationId: other,
        actor: { actorType: 'agent', actorId: other, requestId: 'r' },
      },
    },
    [],
  );
  expect(answer.code).toBe('NOT_VERIFIED');
});
