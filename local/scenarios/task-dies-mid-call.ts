import type { Scenario } from './scenario.ts';

export const taskDiesMidCall: Scenario = {
  name: 'task-dies-mid-call',
  summary: 'The task that holds the call is killed: another goes on with it, and asks nothing twice.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550185',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, je voudrais faire renouveler mon ordonnance.' },
        { role: 'agent', text: 'Bien sûr. À quel nom, et quelle est votre date de naissance ?' },
        { happens: 'task-dies' },
        { role: 'user', text: 'Au nom d’Odile Pervenche, née le 4 décembre 1962.' },
        { call: 'find_available_times', args: { appointment_type: 'consultation' }, answers: 'OK' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Va pour la première heure, très bien.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Odile Pervenche',
            date_of_birth: '1962-12-04',
            date_of_birth_said: 'in_words',
            reason: 'renouvellement d’ordonnance',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} À très bientôt !' },
        { role: 'user', text: 'Merci, vous êtes bien aimable.' },
      ],
      analysis: {
        summary: 'Odile Pervenche a pris rendez-vous : renouvellement d’ordonnance.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Odile Pervenche', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
