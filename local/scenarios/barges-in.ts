import type { Scenario } from './scenario.ts';

export const bargesIn: Scenario = {
  name: 'barges-in',
  summary: 'A caller breaks into the middle of a sentence: the agent falls silent at once and takes up what was said.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550181',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, comment se passe une première visite chez vous ?' },
        {
          role: 'agent',
          text: 'Très simplement. Venez un quart d’heure plus tôt avec une pièce d’identité, vos ordonnances en cours, vos derniers résultats d’analyse et votre carnet de vaccination si vous en avez un, puis on vous installe en salle d’attente, on remplit ensemble une fiche, et le médecin vous reçoit ensuite pour faire le point sur tout cela avec vous, sans se presser.',
        },
        {
          role: 'user',
          text: 'Pardon, je vous coupe, donnez-moi plutôt un rendez-vous un matin.',
          bargesIn: true,
        },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation', part_of_day: 'morning' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Je prends la première heure. Ambre Falaise, née le 7 juillet 1979.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Ambre Falaise',
            date_of_birth: '1979-07-07',
            date_of_birth_said: 'in_words',
            reason: 'première visite',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} À bientôt !' },
        { role: 'user', text: 'Merci, et pardon de vous avoir coupé la parole.' },
      ],
      analysis: {
        summary: 'Ambre Falaise a pris rendez-vous pour une première visite, un matin.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Ambre Falaise', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
