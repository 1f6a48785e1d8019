import type { Scenario } from './scenario.ts';

export const emergencyInFrench: Scenario = {
  name: 'emergency-in-french',
  summary: 'A caller who wants an appointment says something that sounds like an emergency. No appointment is made.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550156',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        {
          role: 'user',
          text: 'Bonjour, je voudrais un rendez-vous pour mon mari. Il a une douleur dans la poitrine depuis ce matin.',
        },
        { call: 'find_available_times', args: { appointment_type: 'consultation' }, answers: 'EMERGENCY_TO_CONFIRM' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'Oui, là, maintenant, et il transpire beaucoup.' },
        { call: 'report_emergency', args: { happening_now: 'yes' }, answers: 'OK' },
        { role: 'agent', text: '{{report_emergency_say}}' },
        { role: 'user', text: 'Mais donnez-moi quand même un rendez-vous pour demain !' },
        { call: 'find_available_times', args: { appointment_type: 'consultation' }, answers: 'EMERGENCY_ACTIVE' },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'D’accord, j’appelle.' },
      ],
      analysis: {
        summary:
          'Une personne décrit une douleur dans la poitrine de son mari. Elle a été invitée à appeler les secours.',
        sentiment: 'Neutral',
        successful: true,
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', outcome: 'emergency', appointments: [], timeoutSeconds: 60 },
};
