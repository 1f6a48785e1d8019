import type { Scenario } from './scenario.ts';

export const deployDuringCall: Scenario = {
  name: 'deploy-during-call',
  summary: 'New tasks replace the running ones while somebody talks: the call stays where it is, to its end.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550187',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, il me faudrait une visite médicale pour mon permis bateau.' },
        { role: 'agent', text: 'Avec plaisir. Quel nom dois-je noter, et quelle date de naissance ?' },
        { happens: 'deploy' },
        { role: 'user', text: 'Mireille Alezan, et je suis née le 25 juin 1984.' },
        { call: 'find_available_times', args: { appointment_type: 'consultation' }, answers: 'OK' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'La première fera parfaitement l’affaire.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Mireille Alezan',
            date_of_birth: '1984-06-25',
            date_of_birth_said: 'in_words',
            reason: 'visite pour le permis bateau',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bon vent !' },
        { role: 'user', text: 'Merci, à la prochaine.' },
      ],
      analysis: {
        summary: 'Mireille Alezan a pris rendez-vous : visite pour le permis bateau.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Mireille Alezan', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
