import type { Scenario } from './scenario.ts';

export const familyWithOneNumber: Scenario = {
  name: 'family-with-one-number',
  summary: 'A mother books for two children from one number; each gets a time of their own.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550117',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        {
          role: 'user',
          text: 'Bonjour, c’est Inès Rivière. Je voudrais faire voir mes deux enfants au docteur Fictif, un après-midi.',
        },
        { role: 'agent', text: 'Bien sûr. Leurs noms et leurs dates de naissance, s’il vous plaît ?' },
        { role: 'user', text: 'Théo Rivière, le 14 mars 2020, et Lila Rivière, le 2 septembre 2017.' },
        {
          call: 'verify_patient',
          args: {
            patient_name: 'Théo Rivière',
            date_of_birth: '2020-03-14',
            date_of_birth_said: 'in_words',
            caller_name: 'Inès Rivière',
          },
          answers: 'OK',
        },
        {
          call: 'verify_patient',
          args: {
            patient_name: 'Lila Rivière',
            date_of_birth: '2017-09-02',
            date_of_birth_said: 'in_words',
            caller_name: 'Inès Rivière',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{verify_patient_say}}' },
        {
          call: 'find_available_times',
          args: { doctor: 'docteur Fictif', appointment_type: 'consultation', part_of_day: 'afternoon' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Le premier pour Théo, et le deuxième pour Lila.' },
        {
          call: 'book_appointment',
          args: { choice: 'le premier', patient_name: 'Théo Rivière', date_of_birth: '2020-03-14', reason: 'contrôle' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}}' },
        {
          call: 'find_available_times',
          args: { doctor: 'docteur Fictif', appointment_type: 'consultation', part_of_day: 'afternoon' },
          answers: 'OK',
        },
        {
          call: 'book_appointment',
          args: { choice: 'le premier', patient_name: 'Lila Rivière', date_of_birth: '2017-09-02', reason: 'contrôle' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}}' },
        { role: 'user', text: 'Merci beaucoup, au revoir.' },
      ],
      analysis: {
        summary: 'Inès Rivière a pris un rendez-vous pour chacun de ses deux enfants.',
        sentiment: 'Neutral',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [
      { patient: 'Théo Rivière', status: 'booked' },
      { patient: 'Lila Rivière', status: 'booked' },
    ],
    timeoutSeconds: 60,
  },
};
