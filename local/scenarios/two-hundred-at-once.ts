import type { Scenario } from './scenario.ts';

export const twoHundredAtOnce: Scenario = {
  name: 'two-hundred-at-once',
  summary: 'Two hundred people call all clinics at the same moment, and each is spoken to as the only one.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  callers: 200,
  patient: '+12025550188',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, puis-je venir sans rendez-vous pour un vaccin ?' },
        { role: 'agent', text: 'Pour un vaccin, mieux vaut prendre un rendez-vous, c’est plus court pour vous.' },
        { role: 'user', text: 'Entendu, je rappellerai avec mon carnet.' },
      ],
      analysis: { summary: 'Une question sur les vaccins.', sentiment: 'Neutral', successful: true },
    },
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Hello, can I walk in to have a retainer looked at?' },
        { role: 'agent', text: 'For a retainer it is better to have an appointment, so that you do not wait.' },
        { role: 'user', text: "All right, I'll call again with my calendar." },
      ],
      analysis: { summary: 'A question about a retainer.', sentiment: 'Neutral', successful: true },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 300 },
};
