import type { Scenario } from './scenario.ts';

export const booksInFrench: Scenario = {
  name: 'books-in-french',
  summary: 'A mother asks in French for an appointment for her son and leaves what the clinic needs to confirm it.',
  clinic: 'clinique-benin',
  direction: 'inbound',
  connects: true,
  patient: '+12025550117',
  disconnectionReason: 'user_hangup',
  talks: {
    fr: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: 'Oui, bonjour. Je voudrais prendre un rendez-vous pour mon fils, s’il vous plaît.' },
        { node: 'Prise de rendez-vous' },
        { role: 'agent', text: 'Avec plaisir. Qu’est-ce qui l’amène, en quelques mots ?' },
        {
          role: 'user',
          text: 'Il tousse depuis une dizaine de jours, surtout la nuit. Il n’a pas de fièvre, mais il est fatigué, et moi aussi.',
        },
        {
          role: 'agent',
          text: 'Je comprends, les nuits courtes sont fatigantes pour tout le monde. Est-ce qu’il respire normalement en ce moment, sans effort ?',
        },
        { role: 'user', text: 'Oui, oui, il joue là, à côté de moi. C’est juste cette toux qui ne passe pas.' },
        {
          role: 'agent',
          text: 'Très bien. Si cela changeait, s’il avait du mal à respirer, appelez tout de suite le {{emergency_numbers}}. À {{clinic_name}}, je peux noter une demande avec {{chosen_doctor}}. Cela vous convient ?',
        },
        { role: 'user', text: 'Oui, parfait. C’est possible {{chosen_day}}, dans la matinée ?', pauseSeconds: 1.4 },
        { node: 'Coordonnées' },
        {
          role: 'agent',
          text: 'Je note {{chosen_day}}, le matin. À quel nom, s’il vous plaît ?',
          pauseSeconds: 1.2,
        },
        { role: 'user', text: 'Au nom de Rivière. Mon fils s’appelle Théo Rivière, il a six ans. Moi, c’est Inès.' },
        { role: 'agent', text: 'Merci, Inès. Le numéro qui s’affiche est-il le bon pour vous rappeler ?' },
        { role: 'user', text: 'Oui, c’est le mien. Le matin, de préférence avant neuf heures.', pauseSeconds: 0.6 },
        { node: 'Récapitulatif' },
        {
          role: 'agent',
          text: 'Je récapitule : une consultation pour Théo Rivière, six ans, avec {{chosen_doctor}}, {{chosen_day}} dans la matinée, pour une toux qui dure depuis dix jours. C’est bien cela ?',
        },
        { role: 'user', text: 'C’est exactement cela.' },
        {
          role: 'agent',
          text: 'Votre demande part à l’équipe à l’instant. Elle vous rappelle avant neuf heures pour vous confirmer l’heure. Est-ce que je peux faire autre chose pour vous ?',
        },
        { role: 'user', text: 'Non, c’est parfait. Merci beaucoup pour votre gentillesse.' },
        { role: 'agent', text: 'Merci à vous. Prompt rétablissement à Théo, et une meilleure nuit. Au revoir !' },
        { role: 'user', text: 'Au revoir, bonne journée.' },
      ],
      analysis: {
        summary:
          'Inès Rivière demande une consultation pour son fils Théo, six ans, qui tousse depuis dix jours, sans fièvre ni gêne respiratoire. Elle souhaite {{chosen_day}} dans la matinée, avec {{chosen_doctor}}. À rappeler avant 9 h au numéro affiché pour confirmer l’heure.',
        sentiment: 'Positive',
        successful: true,
        custom: { outcome: 'booking_requested', visit_reason: 'toux persistante', callback_needed: true },
      },
      collected: {
        chosen_doctor_name: '{{chosen_doctor}}',
        preferred_date: '{{chosen_date}}',
        preferred_period: 'matin',
        visit_reason: 'toux persistante',
        patient_full_name: 'Théo Rivière',
        current_node: 'Récapitulatif',
      },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};
