import type { Scenario } from './scenario.ts';

export const noisyLine: Scenario = {
  name: 'noisy-line',
  summary: 'A line that hums, and somebody coughs while the agent speaks: nothing is lost and nothing is made of it.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550183',
  hum: true,
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        {
          role: 'user',
          text: 'Bonjour, je suis dans le car, la ligne est mauvaise. Avez-vous une heure l’après-midi ?',
        },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation', part_of_day: 'afternoon' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { noise: 'cough' },
        { role: 'user', text: 'La première de l’après-midi, c’est entendu. Firmin Chantourne, né le 30 octobre 1955.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Firmin Chantourne',
            date_of_birth: '1955-10-30',
            date_of_birth_said: 'in_words',
            reason: 'toux',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bon voyage !' },
        { role: 'user', text: 'Merci, je descends ici.' },
      ],
      analysis: {
        summary: 'Firmin Chantourne a pris rendez-vous un après-midi, pour une toux.',
        sentiment: 'Neutral',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Firmin Chantourne', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
