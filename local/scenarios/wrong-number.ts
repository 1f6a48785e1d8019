import type { Scenario } from './scenario.ts';

export const wrongNumber: Scenario = {
  name: 'wrong-number',
  summary: 'A number no clinic holds rings: a neutral answer, events in quarantine, an e-mail to nobody.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550153',
  dials: '+12025550199',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Ah, pardon, j’ai dû me tromper de numéro.' },
        { role: 'agent', text: 'Il n’y a pas de mal. Bonne journée !' },
        { role: 'user', text: 'Merci, à vous aussi.' },
      ],
      analysis: {
        summary: 'La personne s’est trompée de numéro.',
        sentiment: 'Neutral',
        successful: false,
        custom: { outcome: 'wrong_number', callback_needed: false },
      },
    },
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Oh, sorry, I must have dialed the wrong number.' },
        { role: 'agent', text: 'No harm done. Have a good day!' },
        { role: 'user', text: 'Thanks, you too.' },
      ],
      analysis: {
        summary: 'The caller had dialed a wrong number.',
        sentiment: 'Neutral',
        successful: false,
        custom: { outcome: 'wrong_number', callback_needed: false },
      },
    },
  },
  expects: { answer: 'neutral', email: 'none', timeoutSeconds: 60 },
};
