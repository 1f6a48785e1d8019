import type { Scenario } from './scenario.ts';

export const tasksDieAllTheTime: Scenario = {
  name: 'tasks-die-all-the-time',
  summary: 'A card is asked for, and a message left: what `npm run bench:deaths` plays while it kills every task.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  vendors: ['twilio', 'retell-llm'],
  patient: '+12025550189',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Bonjour, il me faudrait un double de mon carnet de suivi.' },
        { role: 'agent', text: 'Volontiers. À quel nom ce carnet a-t-il été établi ?' },
        { role: 'user', text: 'Au nom de Solène Garrigue, avec deux r.' },
        {
          call: 'take_message',
          args: { message: 'Un double du carnet de suivi de Solène Garrigue.', caller_name: 'Solène Garrigue' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{take_message_say}} Faut-il vous l’envoyer par la poste ou le garder ici ?' },
        { role: 'user', text: 'Gardez-le plutôt, quelqu’un de la famille passera samedi.' },
        { role: 'agent', text: 'Entendu. Et qui viendra le chercher chez nous ?' },
        { role: 'user', text: 'Mon frère Baptiste, il aura une procuration.' },
        { role: 'agent', text: 'Parfait, tout sera prêt à l’accueil.' },
        { role: 'user', text: 'Merci beaucoup, au revoir.' },
      ],
      analysis: {
        summary: 'Solène Garrigue demande un double de son carnet de suivi.',
        sentiment: 'Positive',
        successful: true,
      },
    },
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Hello, I would need a copy of my vaccination card.' },
        { role: 'agent', text: 'Certainly. Which name is written on that card?' },
        { role: 'user', text: 'Rosalind Quillfeather, as one word.' },
        {
          call: 'take_message',
          args: {
            message: 'A copy of the vaccination card of Rosalind Quillfeather.',
            caller_name: 'Rosalind Quillfeather',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{take_message_say}} Should we mail it to you or keep it here?' },
        { role: 'user', text: 'Please keep it, somebody of ours stops by on Saturday.' },
        { role: 'agent', text: 'Very well. And who will be picking it up from us?' },
        { role: 'user', text: 'My brother Ambrose, he will have a letter from me.' },
        { role: 'agent', text: 'Perfect, it will be ready at the front desk.' },
        { role: 'user', text: 'Thanks a lot, goodbye.' },
      ],
      analysis: {
        summary: 'Rosalind Quillfeather asks for a copy of her vaccination card.',
        sentiment: 'Positive',
        successful: true,
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', appointments: [], timeoutSeconds: 120 },
};
