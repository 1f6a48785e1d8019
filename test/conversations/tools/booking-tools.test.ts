import { ProviderId } from '#domain/ids.ts';
import { aConversationId } from '../../fakes/conversation.ts';
import { patient } from '../../fakes/patients.ts';
import { awa, koffi } from '../../fakes/scheduling.ts';
import {
  appointmentId,
  inCotonou,
  lila,
  nour,
  nourVerified,
  someoneNew,
  theo,
  theoVerified,
  toolWorld,
} from './tool-world.ts';

const consultation = { appointment_type: 'consultation' };

describe('free times', () => {
  test('are offered three at most, and held for the caller', async () => {
    const world = toolWorld();
    const answer = await world.run('find_available_times', consultation);
    expect(answer).toMatchObject({
      code: 'OK',
      say: 'Je peux vous proposer aujourd’hui lundi 5 octobre 2026 à 9 heures 30, 10 heures ou 10 heures 30, avec le docteur Koffi Exemple. Qu’est-ce qui vous convient ?',
      data: { count: 3, first_date: '2026-10-05', first_time: '09:30', first_doctor: 'le docteur Koffi Exemple' },
    });
    const state = await world.state();
    expect(state.offers).toHaveLength(3);
    expect(state.held.length).toBeGreaterThan(0);
  });

  test('are told in English where the call is in English', async () => {
    const world = toolWorld({ language: 'en' });
    expect(
      await world.run('find_available_times', { ...consultation, date: '2026-10-13', doctor: 'Doctor Awa' }),
    ).toMatchObject({
      code: 'OK',
      say: 'I can offer you Tuesday, October 13, 2026 at 8:00 a.m., 8:30 a.m., or 9:00 a.m., with Doctor Awa Modèle. Which one works for you?',
      data: { checked_date: '2026-10-13', dates: ['2026-10-13', '2026-10-13', '2026-10-13'] },
    });
  });

  test('by part of the day, by specialty, spread over days', async () => {
    const world = toolWorld();
    const morning = await world.run('find_available_times', {
      ...consultation,
      date: '2026-10-13',
      part_of_day: 'matin',
    });
    expect(morning.data.times).toEqual(['08:00', '08:30', '09:00']);
    const afternoon = await world.run('find_available_times', {
      ...consultation,
      date: '2026-10-13',
      weekday: 'mardi',
      part_of_day: 'afternoon',
      doctor: 'un pédiatre',
    });
    expect(afternoon.data).toMatchObject({ times: ['12:00', '15:00', '15:30'], first_doctor: 'le docteur Awa Modèle' });
    const spread = await world.run('find_available_times', { ...consultation, strategy: 'spread', part_of_day: 'any' });
    expect(new Set(spread.data.dates as string[]).size).toBeGreaterThan(1);
  });

  test('of a full day are the next after it, and the next is what “the first” then means', async () => {
    const world = toolWorld({ clinic: { scheduling: { leadTimeMin: 0 } }, at: '2026-10-05T17:20:00.000Z' });
    const answer = await world.run('find_available_times', { ...consultation, date: '2026-10-05' });
    expect(answer).toMatchObject({
      code: 'NONE_FREE',
      say: 'Il n’y a plus de place le lundi 5 octobre 2026. Le prochain créneau libre est demain mardi 6 octobre 2026 à 8 heures avec le docteur Koffi Exemple. Cela vous convient ?',
      data: { count: 1, first_date: '2026-10-06', first_time: '08:00', checked_date: '2026-10-05' },
    });
    expect(await world.run('book_appointment', { choice: 'le premier', ...someoneNew })).toMatchObject({
      code: 'OK',
      data: { date: '2026-10-06', time: '08:00' },
    });
  });

  test('of a day on which nobody works come with the first times after it', async () => {
    const world = toolWorld();
    const answer = await world.run('find_available_times', { ...consultation, date: '2026-10-11' });
    expect(answer).toMatchObject({ code: 'CLOSED', data: { first_date: '2026-10-12' } });
    expect(answer.say).toMatch(/^Il n’y a pas de consultation à ce moment-là\. Je peux vous proposer lundi 12 octobre/);
  });

  test('are not to be had at all: the waitlist is offered', async () => {
    const never = Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [day, []]),
    );
    const sunday = { ...never, sunday: ['09:00-09:30'] };
    const world = toolWorld({ clinic: { hours: sunday, scheduling: { horizonDays: 6 } } });
    world.seed({
      appointmentId: appointmentId(1),
      patientId: nour.patientId,
      startMs: inCotonou('2026-10-11', '09:00'),
    });
    const answer = await world.run('find_available_times', { ...consultation, doctor: 'docteur Exemple' });
    expect(answer).toMatchObject({
      code: 'NONE_FREE',
      say: 'Il n’y a plus de place avec le docteur Koffi Exemple dans les prochaines semaines. Voulez-vous être inscrit sur la liste d’attente ?',
      data: { count: 0, first_date: '', options: [] },
    });
  });

  test('for what cannot wait are those of today, and a call back where there are none', async () => {
    const early = await toolWorld().run('find_available_times', { ...consultation, urgency: 'same_day' });
    expect(early.data.dates).toEqual(['2026-10-05', '2026-10-05', '2026-10-05']);
    const late = await toolWorld({ at: '2026-10-05T17:00:00.000Z' }).run('find_available_times', {
      ...consultation,
      urgency: 'same_day',
    });
    expect(late.code).toBe('NONE_FREE');
    expect(late.say).toMatch(/je peux demander à l’équipe de vous rappeler aujourd’hui\.$/);
  });
});

describe('what cannot be asked for', () => {
  test.each([
    ['a date of yesterday', { ...consultation, date: '2026-10-04' }, 'PAST'],
    ['a date beyond what is booked', { ...consultation, date: '2027-03-01' }, 'OUTSIDE_HORIZON'],
    ['a weekday that is another', { ...consultation, date: '2026-10-13', weekday: 'friday' }, 'DATE_WEEKDAY_MISMATCH'],
    ['a date that is none', { ...consultation, date: '2026-13-45' }, 'ARGUMENTS_INVALID'],
    ['tomorrow in words', { ...consultation, date: 'demain' }, 'ARGUMENTS_INVALID'],
    ['an end before the beginning', { ...consultation, date: '2026-10-13', until: '2026-10-12' }, 'ARGUMENTS_INVALID'],
    ['a doctor of another clinic', { ...consultation, doctor: 'docteur Camille Spécimen' }, 'PROVIDER_UNKNOWN'],
    ['an id for a doctor', { ...consultation, doctor: koffi }, 'PROVIDER_UNKNOWN'],
    ['a visit nobody offers', { appointment_type: 'greffe de cœur' }, 'TYPE_UNKNOWN'],
    ['no visit where there are two', {}, 'TYPE_AMBIGUOUS'],
    ['another one’s appointment', { ...consultation, current_date: '2026-10-13' }, 'NOT_VERIFIED'],
  ])('%s', async (_, args, code) => {
    const world = toolWorld();
    const answer = await world.run('find_available_times', args);
    expect(answer.code).toBe(code);
    expect(answer.say).toMatch(/[?.]$/);
    expect((await world.state()).offers).toEqual([]);
  });

  test('the right weekday, the last date and both names are said', async () => {
    const twins = toolWorld({
      clinic: {
        providers: [
          { id: awa, honorific: 'Dr', givenName: 'Awa', familyName: 'Diallo' },
          { id: koffi, honorific: 'Dr', givenName: 'Koffi', familyName: 'Diallo' },
        ],
      },
    });
    const ask = async (args: object) => (await twins.run('find_available_times', { ...consultation, ...args })).say;
    expect(await ask({ doctor: 'docteur Diallo' })).toBe(
      'Souhaitez-vous voir le docteur Awa Diallo ou le docteur Koffi Diallo ?',
    );
    expect(await ask({ date: '2026-10-13', weekday: 'friday' })).toBe(
      'Le jour et la date ne correspondent pas : cette date est le mardi 13 octobre 2026. Quel jour souhaitez-vous ?',
    );
    expect(await ask({ date: '2027-03-01' })).toMatch(/jusqu’au vendredi 4 décembre 2026 seulement/);
  });
});

describe('booking', () => {
  test('the first of the times told, for somebody new', async () => {
    const world = toolWorld();
    await world.run('find_available_times', consultation);
    const answer = await world.run('book_appointment', { choice: 'le premier', ...someoneNew });
    expect(answer).toEqual({
      code: 'OK',
      say: 'C’est noté. Votre rendez-vous est confirmé aujourd’hui lundi 5 octobre 2026 à 9 heures 30.',
      data: {
        booked: true,
        date: '2026-10-05',
        time: '09:30',
        doctor: 'le docteur Koffi Exemple',
        appointment_type: 'consultation',
      },
    });
    const [booked] = world.appointments();
    expect(booked).toMatchObject({
      flags: ['provisional-patient'],
      reason: 'contrôle',
      source: 'agent',
      status: 'booked',
    });
    expect(world.calendar.newPatients).toMatchObject([
      { givenName: 'Awa', familyName: 'Nouvelle', dob: '1990-10-25', phones: ['+12025550117'], provisional: true },
    ]);
    expect(await world.state()).toMatchObject({ appointmentIds: [booked?.appointmentId], writes: 2 });
  });

  test('a verified patient is booked for, and no second one is made', async () => {
    const world = toolWorld();
    await world.run('verify_patient', theoVerified);
    await world.run('find_available_times', consultation);
    const { patient_name, date_of_birth } = theoVerified;
    await world.run('book_appointment', { choice: 'first', patient_name, date_of_birth, urgency: 'same_day' });
    expect(world.appointments()).toMatchObject([{ patientId: theo.patientId, flags: ['callback'] }]);
    expect(world.calendar.newPatients).toEqual([]);
  });

  test('whoever is verified by what they told in an earlier call is still to be confirmed by the clinic', async () => {
    const world = toolWorld({ patients: [{ ...nour, provisional: true }] });
    expect((await world.run('verify_patient', nourVerified)).code).toBe('OK');
    await world.run('find_available_times', consultation);
    await world.run('book_appointment', { choice: 'first', ...nourVerified });
    expect(world.appointments()).toMatchObject([{ patientId: nour.patientId, flags: ['provisional-patient'] }]);
  });

  test('by date and time, as long as the engine would offer it', async () => {
    const world = toolWorld();
    const wish = { ...consultation, ...someoneNew, date: '2026-10-13' };
    expect(await world.run('book_appointment', { ...wish, time: '08:07' })).toMatchObject({ code: 'SLOT_INVALID' });
    expect(await world.run('book_appointment', { ...wish, time: '13:00' })).toMatchObject({ code: 'CLOSED' });
    expect(await world.run('book_appointment', { ...wish, time: '15h30', doctor: 'docteur Modèle' })).toMatchObject({
      code: 'OK',
      data: { date: '2026-10-13', time: '15:30', doctor: 'le docteur Awa Modèle' },
    });
    expect(world.appointments()).toHaveLength(1);
  });

  test('what is said twice must agree', async () => {
    const world = toolWorld();
    await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
    for (const contradiction of [
      { date: '2026-10-14' },
      { time: '09:00' },
      { doctor: 'docteur Modèle' },
      { appointment_type: 'échographie' },
    ]) {
      const answer = await world.run('book_appointment', { choice: 'le premier', ...someoneNew, ...contradiction });
      expect(answer).toMatchObject({ code: 'SLOT_INVALID', data: { first_time: '08:00' } });
      expect(answer.say).toMatch(/^Cet horaire n’est pas proposé\. Je peux vous proposer mardi 13 octobre 2026/);
    }
    expect(world.appointments()).toEqual([]);
  });

  test('a choice that is none of three, and none told at all', async () => {
    const world = toolWorld();
    expect(await world.run('book_appointment', { choice: 'le premier', ...someoneNew })).toMatchObject({
      code: 'ARGUMENTS_INVALID',
      say: 'Quel jour souhaitez-vous ?',
    });
    await world.run('find_available_times', consultation);
    expect(await world.run('book_appointment', { choice: 'le cinquième', ...someoneNew })).toMatchObject({
      code: 'SLOT_INVALID',
    });
  });

  test('what is missing is asked for', async () => {
    const world = toolWorld({ fromNumber: undefined });
    await world.run('find_available_times', consultation);
    const ask = async (args: object) => (await world.run('book_appointment', { choice: 'le premier', ...args })).say;
    expect(await ask({})).toBe('Quels sont le prénom et le nom du patient ?');
    expect(await ask({ patient_name: 'Awa Nouvelle' })).toBe('Quelle est la date de naissance du patient ?');
    expect(await ask({ patient_name: 'Awa Nouvelle', date_of_birth: '1790-10-25' })).toBe(
      'Quelle est la date de naissance du patient ?',
    );
    const told = { patient_name: 'Awa Nouvelle', date_of_birth: '1990-03-05' };
    expect(await ask({ ...told, date_of_birth_said: 'in_digits' })).toBe(
      'La date de naissance est bien le 5 mars 1990 ?',
    );
    expect(await ask(told)).toBe('À quel numéro peut-on vous joindre ?');
    expect(await ask({ ...told, callback_number: 'douze' })).toBe('À quel numéro peut-on vous joindre ?');
    expect(await ask({ ...told, callback_number: '+1 202 555 0133' })).toMatch(/^C’est noté\./);
    expect(world.calendar.newPatients).toMatchObject([{ phones: ['+12025550133'] }]);
  });

  test('a time that somebody else took meanwhile comes with fresh ones, and those can be had', async () => {
    const world = toolWorld();
    await world.run('find_available_times', consultation);
    const [first] = (await world.state()).offers;
    world.seed({ appointmentId: appointmentId(1), patientId: nour.patientId, startMs: first!.startMs });
    const taken = await world.run('book_appointment', { choice: 'le premier', ...someoneNew });
    expect(taken.code).toBe('SLOT_TAKEN');
    expect(taken.say).toMatch(
      /^Ce créneau vient d’être pris\. Je peux vous proposer aujourd’hui lundi 5 octobre 2026 à 10 heures/,
    );
    expect(await world.run('book_appointment', { choice: 'le premier', ...someoneNew })).toMatchObject({
      code: 'OK',
      data: { time: taken.data.first_time },
    });
  });

  test.each([
    ['books', 'book_appointment', someoneNew],
    ['moves to', 'reschedule_appointment', { ...nourVerified, current_date: '2026-10-19' }],
  ])(
    'whoever %s one time after the other that is gone holds three at most, on whichever days',
    async (_, tool, who) => {
      const world = toolWorld();
      await world.run('verify_patient', nourVerified);
      const later = inCotonou('2026-10-19', '09:00');
      world.seed({ appointmentId: appointmentId(0), patientId: nour.patientId, startMs: later });
      await world.run('find_available_times', { ...consultation, date: '2026-10-12' });
      for (const [n, date] of ['2026-10-13', '2026-10-14', '2026-10-15'].entries()) {
        const startMs = inCotonou(date, '09:00');
        world.seed({ appointmentId: appointmentId(n + 1), patientId: theo.patientId, startMs });
        const wish = { ...who, ...consultation, doctor: 'docteur Koffi Exemple', date, time: '09:00' };
        expect((await world.run(tool, wish)).code).toBe('SLOT_TAKEN');
        const holds = world.calendar.allCells(world.clinic.id).filter(({ kind }) => kind === 'hold');
        const { held } = await world.state();
        expect(held).toHaveLength(3);
        expect(new Set(holds.map(({ ref }) => ref))).toEqual(new Set(held.map(({ holdId }) => holdId)));
      }
    },
  );

  test('another time for the same visit is a change, to be confirmed', async () => {
    const world = toolWorld();
    await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
    await world.run('book_appointment', { choice: 'le premier', ...someoneNew });
    const third = { choice: 'le troisième', ...someoneNew };
    expect(await world.run('book_appointment', third)).toMatchObject({
      code: 'CHANGE_TO_CONFIRM',
      say: 'Un rendez-vous vient d’être pris pour mardi 13 octobre 2026 à 8 heures avec le docteur Koffi Exemple. Souhaitez-vous plutôt mardi 13 octobre 2026 à 9 heures avec le docteur Koffi Exemple, ou garder les deux ?',
    });
    expect(world.appointments()).toHaveLength(1);
    const replaced = await world.run('book_appointment', { ...third, existing_appointment: 'replace' });
    expect(replaced).toMatchObject({ code: 'OK', data: { time: '09:00' } });
    expect(world.appointments().map(({ startMs, status }) => `${world.wall(startMs)} ${status}`)).toEqual([
      '2026-10-13 09:00 booked',
    ]);
    expect(world.waitlistWorkflow.started).toMatchObject([{ startMs: inCotonou('2026-10-13', '08:00') }]);
    const second = { choice: 'le deuxième', ...someoneNew, existing_appointment: 'keep_both' };
    expect(await world.run('book_appointment', second)).toMatchObject({ code: 'OK', data: { time: '08:30' } });
    expect(world.appointments()).toHaveLength(2);
  });

  test('as many as one conversation may', async () => {
    const world = toolWorld({ clinic: { scheduling: { maxBookingsPerConversation: 1 } } });
    await world.run('find_available_times', consultation);
    await world.run('book_appointment', { choice: 'le premier', ...someoneNew });
    const another = { choice: 'le deuxième', ...someoneNew, patient_name: 'Kofi Autre' };
    expect((await world.run('book_appointment', another)).code).toBe('CONVERSATION_LIMIT');
  });

  test('a patient is not in two places', async () => {
    const world = toolWorld();
    await world.run('verify_patient', nourVerified);
    world.seed({
      appointmentId: appointmentId(1),
      patientId: nour.patientId,
      providerId: awa,
      startMs: inCotonou('2026-10-13', '09:00'),
    });
    const wish = { ...consultation, ...nourVerified, doctor: 'docteur Exemple', date: '2026-10-13', time: '09:00' };
    expect((await world.run('book_appointment', wish)).code).toBe('PATIENT_OVERLAP');
  });
});

describe('holding a time', () => {
  test('reads it back with the name that was said', async () => {
    const world = toolWorld();
    await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
    expect(await world.run('hold_time', { choice: 'le deuxième', patient_name: 'Awa Nouvelle' })).toMatchObject({
      code: 'OK',
      say: 'Je récapitule : consultation avec le docteur Koffi Exemple, mardi 13 octobre 2026 à 8 heures 30, pour Awa. C’est bien cela ?',
      data: { held: true, date: '2026-10-13', time: '08:30' },
    });
    expect((await world.state()).held.map(({ startMs }) => world.wall(startMs))).toEqual(['2026-10-13 08:30']);
    expect((await world.run('hold_time', { choice: 'le premier' })).say).toMatch(/À quel nom est le rendez-vous \?$/);
  });

  test('nothing that a model put in a name is read aloud', async () => {
    const world = toolWorld({ language: 'en' });
    await world.run('find_available_times', consultation);
    const answer = await world.run('hold_time', { choice: 'first', patient_name: '<script>alert(1)</script>' });
    expect(answer.say).toMatch(/What name is the appointment for\?$/);
  });
});

describe('one’s own appointments', () => {
  const at = inCotonou('2026-10-13', '09:00');
  function withAppointments() {
    const world = toolWorld();
    world.seed({ appointmentId: appointmentId(1), patientId: theo.patientId, startMs: at });
    world.seed({
      appointmentId: appointmentId(2),
      patientId: lila.patientId,
      startMs: inCotonou('2026-10-14', '10:00'),
    });
    world.seed({
      appointmentId: appointmentId(3),
      patientId: nour.patientId,
      startMs: inCotonou('2026-10-13', '10:00'),
    });
    return world;
  }

  test('are told once the patient is verified, and each telling is on record', async () => {
    const world = withAppointments();
    expect((await world.run('find_my_appointments')).code).toBe('NOT_VERIFIED');
    await world.run('verify_patient', theoVerified);
    expect(await world.run('find_my_appointments')).toMatchObject({
      code: 'OK',
      say: 'Vous avez un rendez-vous mardi 13 octobre 2026 à 9 heures avec le docteur Koffi Exemple.',
      data: { count: 1, first_date: '2026-10-13', first_time: '09:00' },
    });
    expect(world.acts.records).toMatchObject([
      {
        act: 'phi.disclose',
        outcome: 'success',
        actorType: 'agent',
        resourceType: 'patient',
        resourceId: theo.patientId,
        patientId: theo.patientId,
        fields: ['appointment.startUtc', 'appointment.providerId'],
      },
    ]);
  });

  test('are nobody else’s', async () => {
    const world = withAppointments();
    await world.run('verify_patient', theoVerified);
    expect((await world.run('find_my_appointments', { patient_name: 'Nour Lagune' })).code).toBe('NOT_VERIFIED');
    for (const tool of ['cancel_appointment', 'reschedule_appointment']) {
      const others = { current_date: '2026-10-13', current_time: '10:00', date: '2026-10-15', time: '09:00' };
      expect((await world.run(tool, others)).code).toBe('APPOINTMENT_UNKNOWN');
      expect((await world.run(tool, { ...others, patient_name: 'Nour Lagune' })).code).toBe('NOT_VERIFIED');
    }
    expect(world.calendarOf(nour.patientId)).toEqual(['2026-10-13 10:00 booked']);
  });

  test('of a family are told together, and the one that is meant is asked for', async () => {
    const world = withAppointments();
    await world.run('verify_patient', theoVerified);
    await world.run('verify_patient', { ...theoVerified, patient_name: 'Lila Rivière', date_of_birth: '2017-09-02' });
    expect((await world.run('find_my_appointments')).say).toBe(
      'Vous avez rendez-vous mardi 13 octobre 2026 à 9 heures et mercredi 14 octobre 2026 à 10 heures, avec le docteur Koffi Exemple.',
    );
    expect(await world.run('cancel_appointment')).toMatchObject({
      code: 'ARGUMENTS_INVALID',
      say: 'De quel rendez-vous parlez-vous : mardi 13 octobre 2026 à 9 heures ou mercredi 14 octobre 2026 à 10 heures, avec le docteur Koffi Exemple ?',
    });
    expect(await world.run('cancel_appointment', { patient_name: 'Lila' })).toMatchObject({
      code: 'OK',
      say: 'C’est noté. Le rendez-vous prévu mercredi 14 octobre 2026 à 10 heures est annulé.',
    });
    expect(world.calendarOf(theo.patientId)).toEqual(['2026-10-13 09:00 booked']);
  });

  test('none at all is said as it is', async () => {
    const world = toolWorld({ language: 'en' });
    await world.run('verify_patient', nourVerified);
    expect(await world.run('find_my_appointments')).toMatchObject({
      code: 'OK',
      say: "I don't see any upcoming appointments.",
      data: { count: 0 },
    });
  });

  test('are moved to the time chosen, with their own time counted as free, and the waitlist hears of it', async () => {
    const world = withAppointments();
    await world.run('verify_patient', theoVerified);
    const current = { current_date: '2026-10-13', current_time: '09:00' };
    await world.run('find_available_times', { ...current, date: '2026-10-14', part_of_day: 'morning' });
    expect(await world.run('reschedule_appointment', { ...current, choice: 'le premier' })).toMatchObject({
      code: 'OK',
      say: 'C’est noté. Votre rendez-vous a été déplacé : mercredi 14 octobre 2026 à 8 heures avec le docteur Koffi Exemple.',
      data: { rescheduled: true, date: '2026-10-14', time: '08:00' },
    });
    expect(world.calendarOf(theo.patientId)).toEqual(['2026-10-14 08:00 booked']);
    expect(world.waitlistWorkflow.started).toEqual([
      {
        clinicId: world.clinic.id,
        freedId: `${appointmentId(1)}-2`,
        typeId: world.clinic.appointmentTypes[0]!.id,
        providerId: ProviderId.parse(koffi),
        startMs: at,
      },
    ]);
  });

  test('cannot be moved to a time the engine would not offer, or without saying when', async () => {
    const world = withAppointments();
    await world.run('verify_patient', theoVerified);
    expect((await world.run('reschedule_appointment', { date: '2026-10-14', time: '03:00' })).code).toBe('CLOSED');
    expect((await world.run('reschedule_appointment', {})).say).toBe('Quel jour souhaitez-vous ?');
    expect(world.calendarOf(theo.patientId)).toEqual(['2026-10-13 09:00 booked']);
  });

  test('closer than the clinic’s notice are for its people to change', async () => {
    const world = toolWorld({ clinic: { scheduling: { cancelNoticeMin: 60 * 24 } } });
    world.seed({
      appointmentId: appointmentId(1),
      patientId: nour.patientId,
      startMs: inCotonou('2026-10-05', '16:00'),
    });
    await world.run('verify_patient', nourVerified);
    expect((await world.run('cancel_appointment')).code).toBe('NOTICE_TOO_SHORT');
  });

  test('booked in this very call may be changed in it by whoever booked, verified or not', async () => {
    const world = toolWorld();
    await world.run('find_available_times', { ...consultation, date: '2026-10-13' });
    await world.run('book_appointment', { choice: 'le premier', ...someoneNew });
    expect((await world.run('find_my_appointments')).data.count).toBe(1);
    expect((await world.run('reschedule_appointment', { choice: 'le deuxième' })).code).toBe('OK');
    expect(await world.run('cancel_appointment', { reason: 'x'.repeat(900) })).toMatchObject({ code: 'OK' });
    expect(world.appointments()).toMatchObject([{ status: 'cancelled' }]);
  });

  test('of a namesake are not told to whoever booked without being verified', async () => {
    const world = withAppointments();
    await world.run('find_available_times', { ...consultation, date: '2026-10-15' });
    await world.run('book_appointment', {
      choice: 'le premier',
      patient_name: 'Nour Lagune',
      date_of_birth: '1958-08-21',
    });
    expect((await world.run('find_my_appointments')).data).toMatchObject({ count: 1, first_date: '2026-10-15' });
    expect(world.appointments().filter(({ patientId }) => patientId === nour.patientId)).toHaveLength(1);
  });

  test('a waitlist that cannot be told does not undo what was done', async () => {
    const start = () => Promise.reject(new Error('no workflow'));
    const world = toolWorld({ deps: { waitlistWorkflow: { start } } });
    world.seed({ appointmentId: appointmentId(1), patientId: nour.patientId, startMs: at });
    await world.run('verify_patient', nourVerified);
    expect((await world.run('cancel_appointment')).code).toBe('OK');
    expect(world.log.codes()).toContain('waitlist.start-failed');
  });
});

describe('the waitlist', () => {
  const wish = { ...consultation, ...someoneNew, doctor: 'docteur Exemple', date: '2026-10-06', until: '2026-10-09' };

  test('is joined with consent, once', async () => {
    const world = toolWorld();
    const answer = await world.run('join_waitlist', { ...wish, part_of_day: 'morning', consent: true });
    expect(answer).toMatchObject({ code: 'OK', data: { waitlisted: true } });
    await world.run('join_waitlist', { consent: 'true', part_of_day: 'morning', ...wish });
    const entries = await world.waitlist.ofType(world.clinic.id, world.clinic.appointmentTypes[0]!.id);
    expect(entries).toMatchObject([
      {
        providerId: koffi,
        from: '2026-10-06',
        to: '2026-10-09',
        before: '12:00',
        contact: '+12025550117',
        language: 'fr',
        consentAtMs: world.clock.now(),
        status: 'waiting',
      },
    ]);
    expect(world.patients.all(world.clinic.id).filter(({ provisional }) => provisional)).toHaveLength(1);
    expect(world.acts.actsOf(world.clinic.id, (await world.state()).conversationId)).toEqual(['waitlisted']);
    expect(world.waitlist.records).toMatchObject([{ act: 'patient.update', fields: ['consentAt', 'contact'] }]);
  });

  test('is joined anew by who left it in the meantime', async () => {
    const world = toolWorld();
    const typeId = world.clinic.appointmentTypes[0]!.id;
    await world.run('join_waitlist', { ...wish, consent: true });
    const [entry] = await world.waitlist.ofType(world.clinic.id, typeId);
    await world.waitlist.update({ ...entry!, status: 'left', version: 2 }, []);
    await world.run('join_waitlist', { ...wish, part_of_day: 'morning', consent: true });
    await world.run('join_waitlist', { ...wish, consent: true });
    const entries = await world.waitlist.ofType(world.clinic.id, typeId);
    const sameWish = entries.filter(({ before }) => before === undefined);
    expect(sameWish.map(({ status }) => status).toSorted()).toEqual(['left', 'waiting']);
  });

  test('is not joined without a yes', async () => {
    const world = toolWorld();
    expect(await world.run('join_waitlist', { ...wish, consent: false })).toMatchObject({
      code: 'OK',
      say: 'D’accord, je ne vous inscris pas sur la liste d’attente. Puis-je faire autre chose pour vous ?',
      data: { waitlisted: false },
    });
    expect((await world.run('join_waitlist', wish)).say).toBe('Acceptez-vous d’être contacté si une place se libère ?');
    expect(await world.waitlist.ofType(world.clinic.id, world.clinic.appointmentTypes[0]!.id)).toEqual([]);
  });

  test('writes to a verified patient on a number on file, never on one a caller told', async () => {
    const world = toolWorld({ fromNumber: '+12025550199' });
    await world.run('verify_patient', nourVerified);
    await world.run('join_waitlist', {
      ...consultation,
      patient_name: 'Nour Lagune',
      callback_number: '+12025550166',
      consent: true,
    });
    const [entry] = await world.waitlist.ofType(world.clinic.id, world.clinic.appointmentTypes[0]!.id);
    expect(entry).toMatchObject({ patientId: nour.patientId, contact: '+12025550152' });
  });

  test('knows the numbers that a visitor of the site typed from those the clinic had: the first may be anybody’s', async () => {
    const typed = { callback_number: '+12025550166', consent: true };
    const joined = async (channel: 'web' | 'voice', wanted: object, verified = {}, patients = [nour]) => {
      const world = toolWorld({ fromNumber: undefined, patients });
      const conversation = { conversationId: aConversationId, channel, acts: [] };
      await world.run('verify_patient', verified, { conversation });
      await world.run('join_waitlist', { ...wanted, ...typed }, { conversation });
      const [entry] = await world.waitlist.ofType(world.clinic.id, world.clinic.appointmentTypes[0]!.id);
      return [entry?.contact, entry?.contactTold];
    };
    expect(await joined('web', wish)).toEqual(['+12025550166', 'by-visitor']);
    const asNour = [{ ...wish, ...nourVerified }, nourVerified] as const;
    expect(await joined('web', ...asNour)).toEqual(['+12025550152', undefined]);
    expect(await joined('web', ...asNour, [{ ...nour, phones: [] }])).toEqual(['+12025550166', 'by-visitor']);
    // Typed in another chat before.
    const typedBefore = [{ ...nour, provisional: true }];
    expect(await joined('web', ...asNour, typedBefore)).toEqual([expect.any(String), 'by-visitor']);
    expect(await joined('voice', wish)).toEqual(['+12025550166', undefined]);
  });
});

test('nothing of a patient who is not verified is told, whatever tool is asked', async () => {
  const world = toolWorld({ patients: [patient({ givenName: 'Zébulon', familyName: 'Secret', dob: '1971-11-30' })] });
  world.seed({
    appointmentId: appointmentId(1),
    patientId: world.patients.all(world.clinic.id)[0]!.patientId,
    startMs: inCotonou('2026-10-13', '09:00'),
  });
  const guess = { patient_name: 'Zébulon Secret', date_of_birth: '1971-11-29' };
  const answers = [
    await world.run('verify_patient', guess),
    await world.run('find_my_appointments', guess),
    await world.run('cancel_appointment', { ...guess, current_date: '2026-10-13' }),
    await world.run('find_available_times', { ...consultation, ...guess, current_date: '2026-10-13' }),
  ];
  expect(answers.map(({ code }) => code)).toEqual(['NOT_VERIFIED', 'NOT_VERIFIED', 'NOT_VERIFIED', 'NOT_VERIFIED']);
  expect(JSON.stringify(answers)).not.toMatch(/Z.bulon|Secret|1971|13 octobre/);
});
