import type { Scenario } from './scenario.ts';

export const supervisorBooks: Scenario = {
  name: 'supervisor-books',
  summary: 'A light model speaks and a larger one behind it does the work: one talk, one appointment.',
  clinic: 'cabinet-du-parc',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+33199001262',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, je voudrais voir le médecin généraliste pour un certificat de sport.' },
        { role: 'agent', text: 'Volontiers. Votre nom et votre date de naissance, s’il vous plaît ?' },
        { role: 'user', text: 'Élise Brunel-Fontaine, née le 6 avril 1993.' },
        {
          call: 'verify_patient',
          args: { patient_name: 'Élise Brunel-Fontaine', date_of_birth: '1993-04-06', date_of_birth_said: 'in_words' },
          answers: 'OK',
        },
        {
          call: 'find_available_times',
          args: { appointment_type: 'consultation de médecine générale' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'La première heure que vous avez dite me convient.' },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Élise Brunel-Fontaine',
            date_of_birth: '1993-04-06',
            reason: 'certificat de sport',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Bonne saison sportive !' },
        { role: 'user', text: 'Merci, j’apporterai mes baskets.' },
      ],
      analysis: {
        summary: 'Élise Brunel-Fontaine a pris rendez-vous chez le généraliste pour un certificat de sport.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Élise Brunel-Fontaine', status: 'booked' }],
    timeoutSeconds: 120,
  },
};
