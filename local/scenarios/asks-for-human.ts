import type { Scenario } from './scenario.ts';

export const asksForHuman: Scenario = {
  name: 'asks-for-human',
  summary: 'A caller wants a person: put through while the reception answers, otherwise a message is taken.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550157',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour. Je préfère parler à quelqu’un, s’il vous plaît. C’est pour une facture.' },
        {
          call: 'transfer_to_human',
          args: { reason: 'une question sur une facture' },
          answers: ['OK', 'NOBODY_AVAILABLE'],
        },
        { role: 'agent', text: '{{transfer_to_human_say}}' },
        {
          role: 'user',
          text: 'Si personne ne répond, dites-leur de me rappeler au sujet de la facture de mardi. Camille Brume.',
        },
        {
          call: 'take_message',
          args: { message: 'À rappeler au sujet de la facture de mardi.', caller_name: 'Camille Brume' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{take_message_say}} Au revoir !' },
        { role: 'user', text: 'Merci, au revoir.' },
      ],
      analysis: {
        summary: 'Camille Brume souhaite parler à l’équipe au sujet d’une facture.',
        sentiment: 'Neutral',
        successful: true,
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', appointments: [], message: 'facture de mardi', timeoutSeconds: 60 },
};
