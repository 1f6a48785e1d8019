import type { Scenario } from './scenario.ts';

export const asksAQuestionInEnglish: Scenario = {
  name: 'asks-a-question-in-english',
  summary: 'A new patient asks in English when and where the clinic is open and who works there.',
  clinic: 'lakeside-dental',
  direction: 'inbound',
  connects: true,
  patient: '+12025550164',
  disconnectionReason: 'agent_hangup',
  talks: {
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: "Hi there! We've just moved to the neighborhood. When are you folks open?" },
        { node: 'Questions' },
        { role: 'agent', text: 'Welcome to the neighborhood! {{clinic_name}} is open as follows: {{business_hours}}.' },
        { role: 'user', text: 'Great. And where exactly are you?', pauseSeconds: 0.8 },
        { role: 'agent', text: "We're at {{clinic_address}}." },
        {
          role: 'user',
          text: "Oh, that's just around the corner. My daughter is a little nervous about the dentist. Who would she see?",
        },
        {
          role: 'agent',
          text: "That's very common, and we take our time. She could see {{chosen_doctor}}, for instance. You're welcome to stay with her the whole visit.",
          pauseSeconds: 0.7,
        },
        { role: 'user', text: "That's really good to hear. I'll talk it over at home and call you back." },
        { role: 'agent', text: 'Of course, whenever suits you. Is there anything else I can help you with?' },
        { role: 'user', text: "No, that's all. Thanks so much, you've been really helpful!" },
        { role: 'agent', text: 'My pleasure. Have a lovely day, and say hello to your daughter from us. Goodbye!' },
      ],
      analysis: {
        summary:
          'A new patient in the neighborhood asked for the opening hours and the address, and who could see a daughter who is nervous about the dentist. {{chosen_doctor}} was mentioned. The caller will call back to book.',
        sentiment: 'Positive',
        successful: true,
        custom: { outcome: 'question_answered', visit_reason: 'opening hours and address', callback_needed: false },
      },
      collected: { current_node: 'Questions' },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};
