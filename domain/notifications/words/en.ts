import type { CallSummaryWords } from './call-summary-words.ts';

export const en: CallSummaryWords = {
  urgent: 'URGENT',
  headings: {
    'call-summary': { call: 'New call', conversation: 'New conversation' },
    'call-summary-update': { call: 'Call update', conversation: 'Conversation update' },
  },
  outcomes: {
    emergency: 'emergency reported',
    booked: 'appointment booked',
    rescheduled: 'appointment rescheduled',
    cancelled: 'appointment cancelled',
    transferred: 'call transferred',
    waitlisted: 'added to the waitlist',
    info: 'information request',
    abandoned: 'no request made',
    unknown: 'outcome not known',
  },
  notConnected: 'call not connected',
  technicalFailure: 'technical problem',

  started: (date, time) => `${date} at ${time}`,
  ended: (date, time) => `Ended ${date} at ${time}`,
  reported: (date, time) => `Reported ${date} at ${time}`,

  counterpart: { caller: 'Caller', called: 'Person called', correspondent: 'Contact' },
  numberWithheld: 'Number withheld',
  numberUnknown: 'Number not provided',
  type: 'Type',
  types: {
    voice: { inbound: 'Inbound call', outbound: 'Outbound call', unstated: 'Phone call' },
    web: {
      inbound: 'Inbound online conversation',
      outbound: 'Outbound online conversation',
      unstated: 'Online conversation',
    },
    sms: { inbound: 'Inbound text messages', outbound: 'Outbound text messages', unstated: 'Text messages' },
    whatsapp: { inbound: 'WhatsApp, inbound', outbound: 'WhatsApp, outbound', unstated: 'WhatsApp' },
  },
  duration: 'Duration',

  emergencyNotice: 'An emergency was reported during this conversation. Please look at it without delay.',
  updateNotice: 'This message completes the one you already received about this conversation.',
  updateSummaryInRecord: 'The summary is now available in the record.',
  degradedNotice:
    'The summary of this conversation is not available at the moment. Everything we know about it is in the record.',
  degradedThenUpdate: 'Should the summary arrive later, a second message will tell you.',
  degradedThenRecord: 'Should the summary arrive later, it will be added there.',
  failureNotice: 'The conversation was cut short by a technical problem.',
  notConnectedNotice: 'The call did not connect: no conversation took place.',

  summary: 'Summary',
  summaryLabel: 'Written by AI',
  summaryNote:
    'This summary is produced by artificial intelligence and may contain mistakes. For appointments, only your calendar counts.',
  summaryCut: 'The summary is shortened here; it is complete in the record.',
  noSummary: 'No summary was produced for this conversation.',
  transcript: 'Transcript',
  transcriptLabel: 'Automatic',
  transcriptCut: 'The transcript is shortened here; the rest is in the record.',
  noTranscript: 'No transcript is available for this conversation.',
  assistant: 'Assistant',
  transferred: 'Person reached by transfer',

  openRecord: 'Open the record',
  detailsWithheld: 'Your clinic has chosen not to receive the details of conversations by e-mail.',
  personalData: 'This message contains personal data. Share it only with people who are authorized to see it.',
  whyYou: (address) => `Sent automatically to ${address}, a recipient chosen by your clinic.`,
  times: (zone) => `Times are local to the clinic (${zone}).`,
  settings: 'Choose recipients and content',
};
