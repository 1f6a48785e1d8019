import type { Scenario } from './scenario.ts';

export const analysisNeverComes: Scenario = {
  name: 'analysis-never-comes',
  summary: 'The call is never analysed: after its patience the clinic gets an honest e-mail without a summary.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550145',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { happens: 'analysis-fails' },
        { role: 'user', text: 'Bonjour, c’est pour savoir si mes résultats sont arrivés. Au nom de Martin Delmas.' },
        {
          role: 'agent',
          text: 'Bonjour. Les résultats, c’est l’équipe de {{clinic_name}} qui vous les donne elle-même. Je lui laisse un message pour qu’elle vous rappelle ?',
        },
        { role: 'user', text: 'Oui, s’il vous plaît. Je suis joignable toute la journée.', pauseSeconds: 1.1 },
        { role: 'agent', text: 'C’est noté, je transmets votre message tout de suite. Bonne journée, et à bientôt.' },
        { role: 'user', text: 'Merci bien, au revoir.' },
      ],
    },
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { happens: 'analysis-fails' },
        { role: 'user', text: "Hello, I'm calling to see if my results are in. The name is Martin Delmas." },
        {
          role: 'agent',
          text: 'Hello. The team at {{clinic_name}} shares results in person. Shall I leave them a message so that they call you back?',
        },
        { role: 'user', text: 'Yes, please. You can reach me all day.', pauseSeconds: 1.1 },
        { role: 'agent', text: "Noted, I'm passing your message on right away. Have a good day, and talk soon." },
        { role: 'user', text: 'Thanks a lot, bye.' },
      ],
    },
  },
  // The workflow first waits for the analysis, then asks Retell for it.
  expects: { answer: 'clinic', email: 'degraded', timeoutSeconds: 90 },
};
