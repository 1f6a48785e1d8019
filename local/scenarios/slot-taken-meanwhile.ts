import type { Scenario } from './scenario.ts';

/** The clinic offers the cardiologist's second time to both, because only a quarter of a day is ever held. */
const anotherPatient: Scenario = {
  name: 'takes-the-second-time',
  summary: 'Somebody else takes the time.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550152',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, un rendez-vous avec la cardiologue, le plus tôt possible, s’il vous plaît.' },
        { call: 'find_available_times', args: { appointment_type: 'consultation de cardiologie' }, answers: 'OK' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Le premier. Je suis Nour Lagune, née le 9 août 1958.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Nour Lagune',
            date_of_birth: '1958-08-09',
            date_of_birth_said: 'in_words',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Au revoir !' },
      ],
      analysis: {
        summary: 'Nour Lagune a pris rendez-vous avec la cardiologue.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};

export const slotTakenMeanwhile: Scenario = {
  name: 'slot-taken-meanwhile',
  summary: 'While a caller hesitates, somebody else takes the time; the caller is told and gets another.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550151',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour. Je voudrais voir la cardiologue, c’est pour un contrôle.' },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation de cardiologie' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Attendez, je regarde mon agenda.', pauseSeconds: 2 },
        { another: anotherPatient, when: 'meanwhile' },
        { role: 'user', text: 'Alors, le deuxième, ce serait bien. Je m’appelle Bastien Corail, né le 2 mai 1961.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le deuxième',
            patient_name: 'Bastien Corail',
            date_of_birth: '1961-05-02',
            date_of_birth_said: 'in_words',
            reason: 'contrôle annuel',
          },
          answers: 'SLOT_TAKEN',
        },
        { role: 'agent', text: '{{book_appointment_say}}' },
        { role: 'user', text: 'Ah, dommage. Alors le premier de ceux-là.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Bastien Corail',
            date_of_birth: '1961-05-02',
            date_of_birth_said: 'in_words',
            reason: 'contrôle annuel',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bonne journée !' },
        { role: 'user', text: 'Merci, au revoir.' },
      ],
      analysis: {
        summary:
          'Bastien Corail a pris rendez-vous avec la cardiologue pour un contrôle ; le premier horaire choisi venait d’être pris.',
        sentiment: 'Neutral',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Bastien Corail', status: 'booked' }],
    timeoutSeconds: 60,
  },
};
