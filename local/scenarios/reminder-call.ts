import type { Reached } from '#domain/conversations/conversation.ts';
import type { Scenario, ScriptStep } from './scenario.ts';

/** Somebody who is in three countries by turns: in one of them it is always day, so that this can be played at any hour. */
const marlow = {
  patientId: '0b5f7a3e-6c1d-4e8f-9a2b-3c4d5e6f7a81',
  typeId: 'b8240404-415c-48e7-92ff-8a9421b1eb8d',
  phones: ['+12025550167', '+61491570156', '+33199001267'],
};

/** Nothing of the appointment is said before the patient has told who they are. */
const opening: readonly ScriptStep[] = [
  { role: 'agent', text: '{{greeting}}' },
  { role: 'user', text: 'Yes, this is Marlow Specimen, born on March 3, 1979.' },
  {
    call: 'verify_patient',
    args: { patient_name: 'Marlow Specimen', date_of_birth: '1979-03-03', date_of_birth_said: 'in_words' },
    answers: 'OK',
  },
  { call: 'find_my_appointments', args: {}, answers: 'OK' },
  { role: 'agent', text: '{{find_my_appointments_say}} Will you be there?' },
];

const common = {
  clinic: 'lakeside-dental',
  direction: 'outbound',
  ours: marlow,
  connects: true,
  patient: '+12025550167',
  disconnectionReason: 'user_hangup',
} as const satisfies Partial<Scenario>;

const expects = {
  answer: 'clinic',
  email: 'complete',
  reached: 'answered' satisfies Reached,
  timeoutSeconds: 120,
} as const;

export const reminderCall: Scenario = {
  ...common,
  name: 'reminder-call',
  summary: 'The clinic calls a patient the day before, who tells who they are and confirms the appointment.',
  talks: {
    en: {
      script: [
        ...opening,
        { role: 'user', text: 'Oh right, thank you for reminding me. I will certainly be there.' },
        { call: 'confirm_appointment', args: {}, answers: 'OK' },
        { role: 'agent', text: '{{confirm_appointment_say}} Have a nice day.' },
        { role: 'user', text: 'You too, thanks, goodbye.' },
      ],
      analysis: { summary: 'Marlow Specimen confirmed a check-up.', sentiment: 'Positive', successful: true },
    },
  },
  expects: { ...expects, outcome: 'confirmed', appointments: [{ patient: 'Marlow Specimen', status: 'confirmed' }] },
};

export const reminderCallMoves: Scenario = {
  ...common,
  name: 'reminder-call-moves',
  summary: 'The same, and the patient moves the appointment to another day.',
  talks: {
    en: {
      script: [
        ...opening,
        { role: 'user', text: 'That one I cannot make, sadly. Could I come some weeks later instead?' },
        {
          call: 'find_available_times',
          args: { appointment_type: 'check-up', date: '{{later_date}}' },
          answers: ['OK', 'NONE_FREE'],
        },
        { role: 'agent', text: '{{find_available_times_say}}' },
        { role: 'user', text: 'The first of those suits me well.' },
        { call: 'reschedule_appointment', args: { choice: 'first' }, answers: 'OK' },
        { role: 'agent', text: '{{reschedule_appointment_say}} Have a nice day.' },
        { role: 'user', text: 'You too, thanks, goodbye.' },
      ],
      analysis: { summary: 'Marlow Specimen moved a check-up.', sentiment: 'Neutral', successful: true },
    },
  },
  expects: { ...expects, outcome: 'rescheduled', appointments: [{ patient: 'Marlow Specimen', status: 'booked' }] },
};

export const reminderCallCancels: Scenario = {
  ...common,
  name: 'reminder-call-cancels',
  summary: 'The same, and the patient cancels the appointment.',
  talks: {
    en: {
      script: [
        ...opening,
        { role: 'user', text: 'No, I have moved away, so please take it out of your calendar.' },
        { call: 'cancel_appointment', args: { reason: 'moved away' }, answers: 'OK' },
        { role: 'agent', text: '{{cancel_appointment_say}} Have a nice day.' },
        { role: 'user', text: 'You too, thanks, goodbye.' },
      ],
      analysis: { summary: 'Marlow Specimen cancelled a check-up.', sentiment: 'Neutral', successful: true },
    },
  },
  expects: { ...expects, outcome: 'cancelled', appointments: [{ patient: 'Marlow Specimen', status: 'cancelled' }] },
};
