import type { ToolDeps } from '#domain/conversations/tools/tool.ts';
import { appointmentId, inCotonou, someoneNew, theo, theoVerified, toolWorld } from './tool-world.ts';

const consultation = { appointment_type: 'consultation' };

describe('a time that nobody may hold', () => {
  test.each([
    [
      'fr',
      'Ce créneau est libre : mardi 13 octobre 2026 à 8 heures 30 avec le docteur Koffi Exemple. À quel nom est le rendez-vous ?',
    ],
    [
      'en',
      'That time is free: Tuesday, October 13, 2026 at 8:30 a.m. with Doctor Koffi Exemple. What name is the appointment for?',
    ],
  ] as const)('is called free in %s, and not said to be held', async (language, say) => {
    const { deps } = toolWorld();
    const hold: ToolDeps['scheduling']['hold'] = async (...wish) => ({
      ...(await deps.scheduling.hold(...wish)),
      held: [],
    });
    const world = toolWorld({ language, deps: { scheduling: { ...deps.scheduling, hold } } });
    await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
    expect(await world.run('hold_time', { choice: '2' })).toMatchObject({ code: 'OK', say, data: { held: false } });
  });
});

/** The dialogue as it was, because what the tool did could not be written to it. */
async function forgetting(world: ReturnType<typeof toolWorld>, run: () => Promise<unknown>) {
  const before = await world.state();
  await run();
  await world.dialogues.change(before.clinicId, before.conversationId, (current) => ({
    ...before,
    writes: current.writes + 1,
    version: current.version,
  }));
}

describe('a change that was made and not remembered', () => {
  test('is confirmed to a caller who cancels again what they booked in this call, told or verified', async () => {
    for (const patient of [someoneNew, theoVerified]) {
      const world = toolWorld();
      if (patient === theoVerified) await world.run('verify_patient', theoVerified);
      await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
      await world.run('book_appointment', { choice: 'le premier', ...patient });
      const which = { current_date: '2026-10-13', current_time: '08:00' };
      await forgetting(world, () => world.run('cancel_appointment', which));
      const say = 'C’est noté. Le rendez-vous prévu mardi 13 octobre 2026 à 8 heures est annulé.';
      expect(await world.run('cancel_appointment', which)).toMatchObject({ code: 'OK', say });
      expect(world.appointments().map(({ version }) => version)).toEqual([2]);
    }
  });

  test('is confirmed to a caller who moves an appointment again from where it was', async () => {
    const world = toolWorld();
    world.seed({
      appointmentId: appointmentId(1),
      patientId: theo.patientId,
      startMs: inCotonou('2026-10-13', '09:00'),
    });
    await world.run('verify_patient', theoVerified);
    const wish = { current_date: '2026-10-13', current_time: '09:00', date: '2026-10-14', time: '10:00' };
    await forgetting(world, () => world.run('reschedule_appointment', wish));
    expect(await world.run('reschedule_appointment', wish)).toMatchObject({
      code: 'OK',
      data: { rescheduled: true, date: '2026-10-14', time: '10:00' },
    });
    expect(world.appointments().map(({ version }) => version)).toEqual([2]);
  });

  test('by others is not taken for the caller’s own', async () => {
    const world = toolWorld();
    await world.run('verify_patient', theoVerified);
    const at = inCotonou('2026-10-14', '10:00');
    const formerly = { fromStartMs: inCotonou('2026-10-13', '09:00'), atMs: at - 9e8, actorId: 'staff_example' };
    world.seed({
      appointmentId: appointmentId(1),
      patientId: theo.patientId,
      startMs: at,
      history: [{ act: 'rescheduled', ...formerly }],
    });
    const wish = { current_date: '2026-10-13', current_time: '09:00', date: '2026-10-15', time: '09:00' };
    expect((await world.run('reschedule_appointment', wish)).code).toBe('APPOINTMENT_UNKNOWN');
    expect((await world.run('cancel_appointment', wish)).code).toBe('APPOINTMENT_UNKNOWN');
  });
});
