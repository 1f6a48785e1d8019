import type { Scenario } from './scenario.ts';

export const longTool: Scenario = {
  name: 'long-tool',
  summary: 'A look-up takes its time: the caller hears that somebody is looking, and then the answer.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550184',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { happens: 'tools-slow' },
        { role: 'user', text: 'Bonjour, il me faut une échographie, regardez quand vous pourriez me prendre.' },
        { call: 'find_available_times', args: { appointment_type: 'échographie' }, answers: 'OK' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'La toute première. Colin Verger, né le 21 janvier 1968.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Colin Verger',
            date_of_birth: '1968-01-21',
            date_of_birth_said: 'in_words',
            reason: 'échographie de contrôle',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bonne fin de journée !' },
        { role: 'user', text: 'Merci d’avoir cherché, au revoir.' },
      ],
      analysis: {
        summary: 'Colin Verger a pris rendez-vous pour une échographie de contrôle.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Colin Verger', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
