import type { Scenario } from './scenario.ts';

/** The appointment the patient will want to move, made by the same patient some days before. */
const booksFirst: Scenario = {
  name: 'books-before-rescheduling',
  summary: 'A patient books.',
  clinic: 'cabinet-du-parc',
  direction: 'inbound',
  connects: true,
  patient: '+33199001261',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, Marc Lacour, né le 30 novembre 1975. Un rendez-vous chez le généraliste.' },
        {
          call: 'verify_patient',
          args: { patient_name: 'Marc Lacour', date_of_birth: '1975-11-30', date_of_birth_said: 'in_words' },
          answers: 'OK',
        },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation de médecine générale' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Le premier.' },
        {
          call: 'book_appointment',
          args: { choice: 'le premier', patient_name: 'Marc Lacour', date_of_birth: '1975-11-30' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}}' },
      ],
      analysis: { summary: 'Marc Lacour a pris rendez-vous.', sentiment: 'Positive', successful: true },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};

export const reschedules: Scenario = {
  name: 'reschedules',
  summary: 'A patient who is known calls to move an appointment to a later day.',
  clinic: 'cabinet-du-parc',
  direction: 'inbound',
  connects: true,
  patient: '+33199001261',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { another: booksFirst, when: 'before' },
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, j’ai un empêchement, je voudrais déplacer mon rendez-vous.' },
        { role: 'agent', text: 'Bien sûr. Votre nom et votre date de naissance, s’il vous plaît ?' },
        { role: 'user', text: 'Marc Lacour, le 30 novembre 1975.' },
        {
          call: 'verify_patient',
          args: { patient_name: 'Marc Lacour', date_of_birth: '1975-11-30', date_of_birth_said: 'in_words' },
          answers: 'OK',
        },
        { call: 'find_my_appointments', args: {}, answers: 'OK' },
        { role: 'agent', text: '{{find_my_appointments_say}}' },
        { role: 'user', text: 'Celui-là, oui. Plutôt l’après-midi, si possible.' },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation de médecine générale', part_of_day: 'afternoon', strategy: 'spread' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Le dernier que vous avez dit.' },
        {
          call: 'reschedule_appointment',
          args: {
            current_date: '{{earlier_book_appointment_date}}',
            current_time: '{{earlier_book_appointment_time}}',
            choice: 'le troisième',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{reschedule_appointment_say}} Autre chose ?' },
        { role: 'user', text: 'Non, merci, au revoir.' },
      ],
      analysis: { summary: 'Marc Lacour a déplacé son rendez-vous.', sentiment: 'Positive', successful: true },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'rescheduled',
    appointments: [{ patient: 'Marc Lacour', status: 'booked' }],
    timeoutSeconds: 60,
  },
};
