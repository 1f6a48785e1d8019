import { isoInstant } from '#domain/clock.ts';
import { PatientId } from '#domain/ids.ts';
import type { Patient } from '#domain/scheduling/patients/patient.ts';
import { aConversationId } from '../../fakes/conversation.ts';
import { inMemoryDialogues } from '../../fakes/dialogues.ts';
import { lila, nourVerified, theo, theoVerified, toolWorld } from './tool-world.ts';

const humanLine = { number: '+12025550171' };
const emergencyLine = { number: '+12025550172' };

describe('verification', () => {
  test('answers whether it worked and a name for the call, nothing of the record', async () => {
    const world = toolWorld();
    expect(await world.run('verify_patient', theoVerified)).toEqual({
      code: 'OK',
      say: 'Merci, c’est vérifié. Que puis-je faire pour vous ?',
      data: { verified: true, handle: 'patient_1', transfer_number: '' },
    });
    expect((await world.state()).patients).toEqual([
      {
        handle: 'patient_1',
        patientId: theo.patientId,
        as: 'authorised-contact',
        foldedName: 'theo riviere',
        dob: '2020-03-14',
        givenName: 'Théo',
        told: 'theo riviere',
      },
    ]);
    const sister = { ...theoVerified, patient_name: 'RIVIERE lila', date_of_birth: '2017-09-02' };
    expect((await world.run('verify_patient', sister)).data.handle).toBe('patient_2');
    expect((await world.run('find_my_appointments', { patient_name: 'patient_2' })).code).toBe('OK');
    expect((await world.state()).patients.map(({ patientId }) => patientId)).toEqual([theo.patientId, lila.patientId]);
  });

  test('an unknown person, a wrong date and a stranger to a child get the same answer', async () => {
    const answers = [];
    for (const claim of [
      { patient_name: 'Personne Inconnue', date_of_birth: '1980-01-31' },
      { ...nourVerified, date_of_birth: '1958-08-22' },
      { ...theoVerified, caller_name: 'Quelqu’un Autre' },
    ]) {
      answers.push(await toolWorld({ fromNumber: undefined }).run('verify_patient', claim));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual({
      code: 'NOT_VERIFIED',
      say: 'Je n’ai pas pu confirmer ces informations. Pouvez-vous répéter le nom complet et la date de naissance ?',
      data: { verified: false, handle: '', transfer_number: '' },
    });
  });

  test('after three attempts a person takes over, if one answers', async () => {
    const guess = (n: number) => ({ patient_name: 'Nour Lagune', date_of_birth: `1958-08-2${n}` });
    const open = toolWorld({ clinic: { humanLine }, at: '2026-10-05T09:00:00.000Z' });
    for (const n of [2, 3]) expect((await open.run('verify_patient', guess(n))).code).toBe('NOT_VERIFIED');
    expect(await open.run('verify_patient', guess(4))).toEqual({
      code: 'VERIFICATION_LOCKED',
      say: 'Je ne peux pas confirmer votre identité par téléphone. Je vous mets en relation avec l’équipe.',
      data: { verified: false, handle: '', transfer_number: '+12025550171' },
    });
    expect((await open.run('verify_patient', nourVerified)).code).toBe('VERIFICATION_LOCKED');

    const closed = toolWorld({ clinic: { humanLine }, at: '2026-10-05T21:00:00.000Z' });
    for (const n of [2, 3]) await closed.run('verify_patient', guess(n));
    expect((await closed.run('verify_patient', guess(4))).say).toBe(
      'Je ne peux pas confirmer votre identité par téléphone. Personne ne peut vous répondre pour l’instant. Voulez-vous laisser un message ?',
    );
  });

  test('whoever writes is given the number of the clinic after three attempts, and is put through to nobody', async () => {
    const world = toolWorld({ clinic: { humanLine, phone: '+12025550179' }, at: '2026-10-05T09:00:00.000Z' });
    const conversation = { conversationId: aConversationId, channel: 'sms' as const, acts: [] };
    const guess = (n: number) => ({ patient_name: 'Nour Lagune', date_of_birth: `1958-08-2${n}` });
    for (const n of [2, 3]) await world.run('verify_patient', guess(n), { conversation });
    expect(await world.run('verify_patient', guess(4), { conversation })).toEqual({
      code: 'VERIFICATION_LOCKED',
      say: 'Je ne peux pas confirmer votre identité par écrit. Appelez l’équipe au +1 202 555 0179, ou laissez-lui un message.',
      data: { verified: false, handle: '', transfer_number: '' },
    });
  });

  test('six guesses at one moment are no more than three attempts', async () => {
    const world = toolWorld({ fromNumber: undefined });
    const guesses = [2, 3, 4, 5, 6, 7].map((n) => ({ ...nourVerified, date_of_birth: `1958-08-2${n}` }));
    const answers = await Promise.all(guesses.map((guess) => world.run('verify_patient', guess)));
    const codes = answers.map(({ code }) => code).sort();
    expect(codes).toEqual([...Array<string>(2).fill('NOT_VERIFIED'), ...Array<string>(4).fill('VERIFICATION_LOCKED')]);
    expect(world.patients.records).toHaveLength(3);
    expect((await world.state()).attempts).toBe(3);
    expect((await world.run('verify_patient', nourVerified)).code).toBe('VERIFICATION_LOCKED');
  });

  test('what cannot be counted is not attempted', async () => {
    const dialogues = inMemoryDialogues();
    const change = () => Promise.reject(new Error('the store of dialogues failed'));
    const world = toolWorld({ deps: { dialogues: { ...dialogues, change } } });
    expect((await world.run('verify_patient', nourVerified)).code).toBe('RETRY_LATER');
    expect(world.patients.calls).toEqual([]);
  });

  test('whoever proves who they are is given the attempt back, and what failed before stays counted', async () => {
    const world = toolWorld();
    await world.run('verify_patient', { ...nourVerified, date_of_birth: '1958-08-22' });
    expect((await world.run('verify_patient', nourVerified)).code).toBe('OK');
    expect((await world.run('verify_patient', theoVerified)).code).toBe('OK');
    expect((await world.state()).attempts).toBe(1);
  });

  test('asked for again in the same words is no new attempt', async () => {
    const world = toolWorld();
    for (let again = 0; again < 6; again++) expect((await world.run('verify_patient', nourVerified)).code).toBe('OK');
    expect(world.patients.records).toHaveLength(1);
    const wrong = { ...nourVerified, date_of_birth: '1958-08-22' };
    for (let again = 0; again < 6; again++) {
      expect((await world.run('verify_patient', wrong)).code).toBe('NOT_VERIFIED');
    }
    expect((await world.state()).attempts).toBe(1);
  });

  test('the name of one twin is not taken for the other, however the first was named', async () => {
    const [ana, lucie] = ['Ana Lucie', 'Lucie'].map((givenName, n) => ({
      ...theo,
      patientId: PatientId.parse(`d4c9f6a5-0e7b-4b8c-9f9a-3c4d5e6f708${n}`),
      givenName,
    })) as [Patient, Patient];
    const world = toolWorld({ patients: [ana, lucie] });
    const verify = (name: string) => world.run('verify_patient', { ...theoVerified, patient_name: `${name} Rivière` });
    for (let again = 0; again < 2; again++) expect((await verify('Ana')).data.handle).toBe('patient_1');
    expect(world.patients.records).toHaveLength(1);
    expect((await verify('Lucie')).data.handle).toBe('patient_2');
    expect((await verify('Ana Lucie')).data.handle).toBe('patient_1');
    expect((await world.state()).patients.map(({ patientId }) => patientId)).toEqual([ana.patientId, lucie.patientId]);
    await world.run('find_available_times', { appointment_type: 'consultation' });
    const wish = { choice: 'le premier', patient_name: 'Lucie Rivière', date_of_birth: theo.dob };
    expect((await world.run('book_appointment', wish)).code).toBe('OK');
    expect(world.calendarOf(lucie.patientId)).toHaveLength(1);
  });

  test('a date told in digits is read back once when its day may be a month', async () => {
    const world = toolWorld({ language: 'en', patients: [{ ...theo, dob: '1990-05-03', authorisedContacts: [] }] });
    const claim = { patient_name: 'Théo Rivière', date_of_birth: '1990-05-03' };
    expect(await world.run('verify_patient', { ...claim, date_of_birth_said: 'in_digits' })).toMatchObject({
      code: 'ARGUMENTS_INVALID',
      say: 'Is the date of birth May 3, 1990?',
    });
    expect(world.patients.records).toEqual([]);
    expect((await world.run('verify_patient', { ...claim, date_of_birth_said: 'confirmed' })).code).toBe('OK');
  });

  test.each(['2027-01-01', '1899-01-01', '1990-02-30', '03/05/1990', 'mars'])(
    'nobody is born on %s, and asking again is no attempt',
    async (date_of_birth) => {
      const world = toolWorld();
      expect(await world.run('verify_patient', { patient_name: 'Nour Lagune', date_of_birth })).toMatchObject({
        code: 'ARGUMENTS_INVALID',
        say: 'Quelle est la date de naissance du patient ?',
      });
      expect(world.patients.calls).toEqual([]);
    },
  );
});

describe('a message', () => {
  test('is kept once, with a number to call back', async () => {
    const world = toolWorld();
    const message = {
      message: 'Rappelez-moi\nau sujet de la facture.',
      caller_name: 'Camille Brume',
      urgency: 'same_day',
    };
    expect(await world.run('take_message', message)).toEqual({
      code: 'OK',
      say: 'C’est noté. Je transmets votre message à l’équipe.',
      data: { message_taken: true },
    });
    await world.run('take_message', message);
    expect(await world.acts.messages(world.clinic.id, aConversationId)).toEqual([
      {
        messageId: expect.any(String),
        callerName: 'Camille Brume',
        callbackNumber: '+12025550117',
        text: 'Rappelez-moi au sujet de la facture.',
        urgency: 'today',
        takenAtMs: world.clock.now(),
      },
    ]);
  });

  test('without a number is kept too, and the number asked for', async () => {
    const world = toolWorld({ fromNumber: undefined, language: 'en' });
    expect((await world.run('take_message', { message: 'Call me' })).say).toBe(
      "All right. I'm passing your message on to the team. What number can they call you back on?",
    );
    await world.run('take_message', { message: 'Call me', callback_number: '+1 (202) 555-0133' });
    expect((await world.acts.messages(world.clinic.id, aConversationId)).map((one) => one.callbackNumber)).toEqual([
      undefined,
      '+12025550133',
    ]);
  });

  test('of any length fits', async () => {
    const world = toolWorld();
    expect((await world.run('take_message', { message: 'é'.repeat(9_000), caller_name: 'x'.repeat(500) })).code).toBe(
      'OK',
    );
    expect((await world.run('take_message', {})).say).toBe('Quel message souhaitez-vous laisser ?');
  });
});

describe('a person', () => {
  test('is put through to while the line is open', async () => {
    const world = toolWorld({ clinic: { humanLine }, at: '2026-10-05T09:00:00.000Z' });
    expect(await world.run('transfer_to_human', { reason: 'une facture' })).toEqual({
      code: 'OK',
      say: 'Je vous mets en relation avec l’équipe. Ne quittez pas.',
      data: { transfer_number: '+12025550171' },
    });
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual(['transferred']);
  });

  test.each([
    ['the clinic is shut', { clinic: { humanLine }, at: '2026-10-05T21:00:00.000Z' }],
    ['there is no such line', {}],
  ])('is not to be had when %s: a message is offered', async (_, options) => {
    const world = toolWorld(options);
    expect(await world.run('transfer_to_human')).toMatchObject({
      code: 'NOBODY_AVAILABLE',
      say: 'Personne ne peut vous répondre pour l’instant. Voulez-vous laisser un message ?',
      data: { transfer_number: '' },
    });
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual([]);
  });
});

describe('an emergency', () => {
  test('that is reported is on record, with the script and whoever answers at the clinic', async () => {
    const world = toolWorld({ clinic: { emergencyLine } });
    expect(await world.run('report_emergency', { happening_now: 'oui' })).toEqual({
      code: 'OK',
      say: 'Cela peut être une urgence. Raccrochez et appelez tout de suite le 112, ou le 118. Si vous restez en ligne, je vous mets en relation avec l’équipe de garde.',
      data: { emergency: true, transfer_number: '+12025550172' },
    });
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual(['emergency']);
    expect(world.acts.records).toEqual([
      {
        v: 1,
        clinicId: world.clinic.id,
        occurredAt: isoInstant(world.clock.now()),
        actorType: 'agent',
        actorId: aConversationId,
        requestId: 'req-1',
        act: 'emergency.detected',
        outcome: 'success',
        resourceType: 'conversation',
        resourceId: aConversationId,
        conversationId: aConversationId,
      },
    ]);
    expect(world.log.codes()).toContain('emergency.detected');
    await world.run('report_emergency', { happening_now: 'yes' });
    expect(world.acts.records).toHaveLength(1);
    expect(world.log.codes().filter((code) => code === 'emergency.detected')).toHaveLength(1);
  });

  test.each([[{}], [{ happening_now: 'unknown' }], [{ happening_now: null }]])(
    'of which %j is known is one',
    async (args) => {
      const world = toolWorld({ language: 'en', clinic: { emergencyNumbers: ['911'] } });
      expect(await world.run('report_emergency', args)).toMatchObject({
        code: 'OK',
        say: 'This may be an emergency. Hang up and call 911 now.',
        data: { emergency: true, transfer_number: '' },
      });
      expect((await world.state()).emergency).toBe('active');
    },
  );

  test('is none by a model’s word alone while the caller has not answered', async () => {
    const world = toolWorld();
    world.hear('j’ai une douleur dans la poitrine');
    expect(await world.run('report_emergency', { happening_now: 'no' })).toMatchObject({
      code: 'EMERGENCY_TO_CONFIRM',
      say: 'Ce que vous dites peut être une urgence. Est-ce que cela se passe en ce moment ?',
    });
    world.hear('oui, ça serre');
    await world.run('report_emergency', { happening_now: 'no' });
    expect((await world.state()).emergency).toBe('active');
  });

  test('reported in the same breath in which it was heard says the script once', async () => {
    const world = toolWorld();
    world.hear('il ne respire plus');
    expect((await world.run('report_emergency', { happening_now: 'yes' })).say).toBe(
      'Cela peut être une urgence. Raccrochez et appelez tout de suite le 112, ou le 118.',
    );
    expect((await world.state()).emergency).toBe('active');
  });

  test('that the caller clearly denied before any tool ran is none', async () => {
    const world = toolWorld();
    world.hear('mon père a fait un AVC', 'non, pas maintenant, c’était il y a dix ans');
    expect(await world.run('report_emergency', { happening_now: 'no' })).toMatchObject({
      code: 'OK',
      say: 'D’accord. Si cela arrive, raccrochez et appelez tout de suite le 112, ou le 118.',
      data: { emergency: false },
    });
    expect(world.acts.records).toEqual([]);
    expect((await world.run('find_available_times', { appointment_type: 'consultation' })).code).toBe('OK');
  });

  test('heard by the machine: asked once, then every tool that books refuses', async () => {
    const world = toolWorld({ clinic: { emergencyLine, humanLine } });
    world.hear('Bonjour', 'mon mari a une douleur dans la poitrine');
    const wish = { appointment_type: 'consultation' };
    expect(await world.run('find_available_times', wish)).toMatchObject({
      code: 'EMERGENCY_TO_CONFIRM',
      say: 'Ce que vous dites peut être une urgence. Est-ce que cela se passe en ce moment ?',
    });
    world.hear('oui, là, maintenant');
    expect(await world.run('find_available_times', wish)).toMatchObject({
      code: 'EMERGENCY_ACTIVE',
      say: expect.stringMatching(
        /^Cela peut être une urgence\. Raccrochez et appelez tout de suite le 112, ou le 118\./,
      ),
      data: { transfer_number: '+12025550172' },
    });
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual(['emergency']);
    world.hear('non, finalement ça va, donnez-moi un rendez-vous');
    for (const tool of [
      'find_available_times',
      'hold_time',
      'book_appointment',
      'reschedule_appointment',
      'cancel_appointment',
      'join_waitlist',
    ]) {
      expect((await world.run(tool, wish)).code).toBe('EMERGENCY_ACTIVE');
    }
    expect((await world.run('get_clinic_info')).code).toBe('OK');
    expect((await world.run('transfer_to_human')).data.transfer_number).toBe('+12025550172');
    expect(world.log.codes().filter((code) => code === 'emergency.detected')).toHaveLength(1);
    expect(world.appointments()).toEqual([]);
  });

  test('that was cleared does not stand in the way', async () => {
    const world = toolWorld({ language: 'en' });
    const wish = { appointment_type: 'consultation' };
    world.hear('I had a stroke two years ago and need a check-up');
    expect((await world.run('find_available_times', wish)).code).toBe('EMERGENCY_TO_CONFIRM');
    world.hear('No, not now.');
    expect((await world.run('find_available_times', wish)).code).toBe('OK');
    expect(
      (
        await world.run('book_appointment', {
          choice: 'first',
          patient_name: 'Sam Sample',
          date_of_birth: '1980-10-31',
        })
      ).code,
    ).toBe('OK');
    expect((await world.state()).emergency).toBe('cleared');
  });

  test('asked about by a tool that only tells things, too', async () => {
    const world = toolWorld();
    world.hear('elle saigne beaucoup, vous êtes ouverts ?');
    expect((await world.run('get_clinic_info')).code).toBe('EMERGENCY_TO_CONFIRM');
    expect((await world.run('get_clinic_info')).code).toBe('OK');
    expect((await world.run('hold_time', { choice: 'le premier' })).code).toBe('EMERGENCY_TO_CONFIRM');
  });

  test('whoever asks for a person is put through and not questioned', async () => {
    const world = toolWorld({ clinic: { humanLine }, at: '2026-10-05T09:00:00.000Z' });
    world.hear('j’étouffe, passez-moi quelqu’un');
    expect(await world.run('transfer_to_human')).toMatchObject({
      code: 'OK',
      say: 'Cela peut être une urgence. Raccrochez et appelez tout de suite le 112, ou le 118. Je vous mets en relation avec l’équipe. Ne quittez pas.',
      data: { transfer_number: '+12025550171' },
    });
    const closed = toolWorld();
    closed.hear('j’étouffe, passez-moi quelqu’un');
    expect((await closed.run('transfer_to_human')).code).toBe('EMERGENCY_TO_CONFIRM');
  });

  test('with no answer at all is one when the call ends', async () => {
    const world = toolWorld();
    world.hear('je veux mourir');
    expect((await world.run('end_call')).code).toBe('EMERGENCY_TO_CONFIRM');
    expect(await world.run('end_call')).toMatchObject({ code: 'EMERGENCY_ACTIVE' });
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual(['emergency']);
    expect((await world.run('end_call')).code).toBe('OK');
  });

  test('silence of ten seconds is no answer', async () => {
    const world = toolWorld();
    world.hear('il est inconscient');
    await world.run('find_available_times');
    world.clock.pass(10_000);
    expect((await world.run('find_available_times')).code).toBe('EMERGENCY_ACTIVE');
  });

  test('that could not be put on record is told all the same, and recorded with the next tool', async () => {
    const world = toolWorld();
    const { record } = world.deps.acts;
    world.deps.acts.record = () => Promise.reject(new Error('no store'));
    expect((await world.run('report_emergency', { happening_now: 'yes' })).say).toMatch(/Raccrochez et appelez/);
    expect(world.log.codes()).toEqual(expect.arrayContaining(['emergency.detected', 'tool.failed']));
    world.deps.acts.record = record;
    expect((await world.run('get_clinic_info')).code).toBe('OK');
    expect(world.acts.actsOf(world.clinic.id, aConversationId)).toEqual(['emergency']);
  });
});

test('the end of a call has its sentence in both languages', async () => {
  expect(await toolWorld().run('end_call')).toMatchObject({
    say: 'Merci de votre appel. Au revoir.',
    data: { end_call: true },
  });
  expect((await toolWorld({ language: 'en' }).run('end_call')).say).toBe('Thank you for calling. Goodbye.');
});

describe('what the clinic tells anybody', () => {
  test.each([
    [
      'hours',
      'fr',
      'Voici les horaires : du lundi au vendredi, de 8 heures à 12 heures 30 et de 15 heures à 18 heures 30 ; le samedi, de 9 heures à midi ; fermé le dimanche.',
    ],
    [
      'hours',
      'en',
      'Here are the opening hours: Monday to Friday, from 8:00 a.m. to 12:30 p.m. and from 3:00 p.m. to 6:30 p.m.; Saturday, from 9:00 a.m. to noon; closed Sunday.',
    ],
    ['address', 'fr', 'L’adresse est 12 rue des Exemples, Cotonou.'],
    ['address', 'en', 'The address is 12 rue des Exemples, Cotonou.'],
    ['phone', 'fr', 'Le numéro de la clinique est le 20 25 55 01 42.'],
    ['phone', 'en', "The clinic's number is 202 555 0142."],
    ['emergency_numbers', 'fr', 'En cas d’urgence, appelez le 112 ou le 118.'],
    ['emergency_numbers', 'en', 'In an emergency, call 112 or 118.'],
  ] as const)('%s in %s', async (topic, language, say) => {
    expect(await toolWorld({ language }).run('get_clinic_info', { topic })).toMatchObject({ code: 'OK', say });
  });

  test('hours it has not given are not made up', async () => {
    const world = toolWorld({ clinic: { hours: undefined } });
    expect(await world.run('get_clinic_info', { topic: 'hours' })).toMatchObject({
      say: 'Les horaires ne m’ont pas été communiqués.',
      data: { open_now: 'unknown' },
    });
  });

  test('its doctors and what can be booked', async () => {
    const world = toolWorld({ language: 'en' });
    expect(await world.run('list_providers')).toMatchObject({
      say: 'At the clinic, you can see Doctor Koffi Exemple or Doctor Awa Modèle.',
      data: { count: 2, doctors: ['Doctor Koffi Exemple, médecine générale', 'Doctor Awa Modèle, pédiatrie'] },
    });
    expect((await world.run('list_providers', { doctor: 'a pediatrician' })).say).toBe(
      'At the clinic, you can see Doctor Awa Modèle.',
    );
    expect((await world.run('list_providers', { doctor: 'Doctor Nobody' })).code).toBe('PROVIDER_UNKNOWN');
    expect((await world.run('list_providers', { appointment_type: 'surgery' })).code).toBe('TYPE_UNKNOWN');
    expect(await world.run('list_appointment_types')).toMatchObject({
      say: 'By phone you can book: consultation or ultrasound.',
      data: { count: 2, appointment_types: ['consultation', 'ultrasound'], durations_min: ['30', '20'] },
    });
  });

  test('of many three are said, and how many more there are', async () => {
    const names = ['Awa', 'Bio', 'Cossi', 'Dèna', 'Edwige'];
    const world = toolWorld({
      clinic: {
        providers: names.map((givenName, index) => ({
          id: `6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a0${index}`,
          givenName,
          familyName: 'Exemple',
          displayOrder: index,
        })),
      },
    });
    expect((await world.run('list_providers')).say).toBe(
      'À la clinique, vous pouvez voir Awa Exemple, Bio Exemple et Cossi Exemple, et 2 autres médecins. Avez-vous une préférence ?',
    );
  });
});
