import type { Scenario } from './scenario.ts';

/** The appointment that will be cancelled, made a few days before; far enough ahead for the clinic's notice. */
const booksFirst: Scenario = {
  name: 'books-before-cancelling',
  summary: 'A patient books.',
  clinic: 'lakeside-dental',
  direction: 'inbound',
  connects: true,
  patient: '+12025550165',
  disconnectionReason: 'user_hangup',
  talks: {
    en: {
      script: [
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: "Hi, it's Harper Quill, born June 12, 1984. I need a check-up in a couple of weeks." },
        {
          call: 'verify_patient',
          args: { patient_name: 'Harper Quill', date_of_birth: '1984-06-12', date_of_birth_said: 'in_words' },
          answers: 'OK',
        },
        {
          call: 'find_available_times',
          args: { appointment_type: 'check-up', date: '{{chosen_date}}', until: '{{later_date}}' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'The first one works.' },
        {
          call: 'book_appointment',
          args: { choice: 'first', patient_name: 'Harper Quill', date_of_birth: '1984-06-12' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{book_appointment_say}}' },
      ],
      analysis: { summary: 'Harper Quill booked a check-up.', sentiment: 'Positive', successful: true },
    },
  },
  expects: { answer: 'clinic', email: 'complete', timeoutSeconds: 60 },
};

export const cancels: Scenario = {
  name: 'cancels',
  summary: 'A patient who is known cancels an appointment; its time is free again at once.',
  clinic: 'lakeside-dental',
  direction: 'inbound',
  connects: true,
  patient: '+12025550165',
  disconnectionReason: 'user_hangup',
  talks: {
    en: {
      script: [
        { another: booksFirst, when: 'before' },
        { role: 'agent', text: '{{greeting}}' },
        { role: 'user', text: "Hello, I'm afraid I have to cancel my check-up." },
        { role: 'agent', text: 'No problem. May I have your full name and date of birth, please?' },
        { role: 'user', text: 'Harper Quill, June 12, 1984.' },
        {
          call: 'verify_patient',
          args: { patient_name: 'Harper Quill', date_of_birth: '1984-06-12', date_of_birth_said: 'in_words' },
          answers: 'OK',
        },
        { role: 'agent', text: '{{verify_patient_say}}' },
        { call: 'find_my_appointments', args: {}, answers: 'OK' },
        { role: 'agent', text: '{{find_my_appointments_say}}' },
        { role: 'user', text: "Yes, that's the one. Please cancel it." },
        {
          call: 'cancel_appointment',
          args: {
            current_date: '{{earlier_book_appointment_date}}',
            current_time: '{{earlier_book_appointment_time}}',
            reason: 'travelling',
          },
          answers: 'OK',
        },
        { role: 'agent', text: '{{cancel_appointment_say}} Have a lovely day.' },
        { role: 'user', text: 'Thanks, you too. Bye!' },
      ],
      analysis: { summary: 'Harper Quill cancelled a check-up.', sentiment: 'Neutral', successful: true },
    },
  },
  expects: {
    answer: 'clinic',
    email: 'complete',
    outcome: 'cancelled',
    appointments: [{ patient: 'Harper Quill', status: 'cancelled' }],
    timeoutSeconds: 60,
  },
};
