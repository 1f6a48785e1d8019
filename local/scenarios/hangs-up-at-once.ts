import type { Scenario } from './scenario.ts';

export const hangsUpAtOnce: Scenario = {
  name: 'hangs-up-at-once',
  summary: 'The caller hangs up while the agent is still saying hello.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550128',
  hangUpAfterSeconds: 3.4,
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [{ role: 'agent', text: '{{greeting}}' }],
      analysis: {
        summary: 'La personne a raccroché pendant le message d’accueil, sans parler.',
        sentiment: 'Unknown',
        successful: false,
      },
    },
    en: {
      script: [{ role: 'agent', text: '{{greeting}}' }],
      analysis: {
        summary: 'The caller hung up during the greeting without saying anything.',
        sentiment: 'Unknown',
        successful: false,
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};
