import type { Scenario } from './scenario.ts';

export const silentCaller: Scenario = {
  name: 'silent-caller',
  summary: 'A caller who says nothing is asked whether they are there; one who falls silent for good is let go kindly.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550182',
  disconnectionReason: 'agent_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { silent: 'until-asked' },
        { role: 'user', text: 'Oui, pardon, je cherchais mes lunettes. Je voudrais laisser un message.' },
        { role: 'agent', text: 'Je vous écoute.' },
        { role: 'user', text: 'Dites au docteur que Rose Galet le remercie pour les lunettes.' },
        {
          call: 'take_message',
          args: { message: 'Rose Galet remercie le docteur pour les lunettes.', caller_name: 'Rose Galet' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{take_message_say}} Puis-je faire autre chose ?' },
        { silent: 'to-the-end' },
      ],
      analysis: {
        summary: 'Rose Galet a laissé un message de remerciement pour le docteur, puis n’a plus rien dit.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    appointments: [],
    message: 'remercie le docteur',
    timeoutSeconds: 180,
  },
};
