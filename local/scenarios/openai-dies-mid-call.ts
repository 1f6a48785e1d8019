import type { Scenario } from './scenario.ts';

export const openaiDiesMidCall: Scenario = {
  name: 'openai-dies-mid-call',
  summary: 'The model’s connection is cut and its next requests fail: the call goes on where it was.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550186',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, mon oreille bourdonne, je voudrais la montrer à un médecin.' },
        { role: 'agent', text: 'Je comprends. À quel nom dois-je chercher, et quelle est la date de naissance ?' },
        { happens: 'model-dies' },
        { role: 'user', text: 'C’est pour Gaspard Loriot, né le 17 février 1948.' },
        { call: 'find_available_times', args: { appointment_type: 'consultation' }, answers: 'OK' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'La première que vous me proposez, volontiers.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Gaspard Loriot',
            date_of_birth: '1948-02-17',
            date_of_birth_said: 'in_words',
            reason: 'oreille qui bourdonne',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bon courage !' },
        { role: 'user', text: 'Merci, j’espère bien vous entendre mieux.' },
      ],
      analysis: {
        summary: 'Gaspard Loriot a pris rendez-vous : oreille qui bourdonne.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Gaspard Loriot', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
