import type { Scenario } from './scenario.ts';

export const booksInFrench: Scenario = {
  name: 'books-in-french',
  summary:
    'A mother asks in French for an appointment for her son, proves who she is, and gets the first morning there is.',
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
          text: 'Très bien. Si cela changeait, s’il avait du mal à respirer, appelez tout de suite le {{emergency_numbers}}. À {{clinic_name}}, je peux vous proposer un rendez-vous avec {{chosen_doctor}}. Cela vous convient ?',
        },
        { role: 'user', text: 'Oui, parfait. Le plus tôt possible, dans la matinée ?', pauseSeconds: 1.4 },
        { node: 'Identité' },
        {
          role: 'agent',
          text: 'Très bien. Me donnez-vous le nom et la date de naissance de votre fils, ainsi que votre nom ?',
        },
        { role: 'user', text: 'Théo Rivière, né le 14 mars 2020. Et moi, c’est Inès Rivière, sa mère.' },
        {
          call: 'verify_patient',
          args: {
            patient_name: 'Théo Rivière',
            date_of_birth: '2020-03-14',
            date_of_birth_said: 'in_words',
            caller_name: 'Inès Rivière',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{verify_patient_say}}' },
        { node: 'Choix du créneau' },
        {
          call: 'find_available_times',
          args: { doctor: '{{chosen_doctor}}', appointment_type: 'consultation', part_of_day: 'morning' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}', pauseSeconds: 0.4 },
        { role: 'user', text: 'Le premier, ce sera très bien.', pauseSeconds: 0.6 },
        {
          call: 'book_appointment',
          args: {
            choice: 'le premier',
            patient_name: 'Théo Rivière',
            date_of_birth: '2020-03-14',
            reason: 'toux depuis dix jours, surtout la nuit',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}} Est-ce que je peux faire autre chose pour vous ?' },
        { role: 'user', text: 'Non, c’est parfait. Merci beaucoup pour votre gentillesse.' },
        { role: 'agent', text: 'Merci à vous. Prompt rétablissement à Théo, et une meilleure nuit. Au revoir !' },
        { role: 'user', text: 'Au revoir, bonne journée.' },
      ],
      analysis: {
        summary:
          'Inès Rivière a pris rendez-vous pour son fils Théo, six ans, qui tousse depuis dix jours, sans fièvre ni gêne respiratoire, avec {{chosen_doctor}}, le matin.',
        sentiment: 'Positive',
        successful: true,
        custom: { outcome: 'booked', visit_reason: 'toux persistante', callback_needed: false },
      },
      collected: {
        chosen_doctor_name: '{{chosen_doctor}}',
        preferred_period: 'matin',
        visit_reason: 'toux persistante',
        patient_full_name: 'Théo Rivière',
        current_node: 'Choix du créneau',
      },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'booked',
    appointments: [{ patient: 'Théo Rivière', status: 'booked' }],
    timeoutSeconds: 60,
  },
};
