import type { Message } from '../../conversations/acts.ts';
import type { Channel, Outcome } from '../../conversations/conversation.ts';
import type { SummaryTemplate } from '../../messages/call-completed.ts';
import type { AppointmentFlag } from '../../scheduling/calendar/appointment.ts';

/** A call is spoken on the telephone; everything else is a conversation. */
export type Medium = 'call' | 'conversation';
export type Direction = 'inbound' | 'outbound' | 'unstated';

/** Every sentence of the e-mail about a call. A language that lacks one does not compile. */
export interface CallSummaryWords {
  /** Begins the subject of an emergency. */
  urgent: string;
  headings: Record<SummaryTemplate, Record<Medium, string>>;
  outcomes: Record<Outcome, string>;
  /** In place of an outcome the call could not have. */
  notConnected: string;
  technicalFailure: string;

  started(date: string, time: string): string;
  /** When only the end is known. */
  ended(date: string, time: string): string;
  /** When only the moment we heard of it is known. */
  reported(date: string, time: string): string;

  counterpart: { caller: string; called: string; correspondent: string };
  numberWithheld: string;
  numberUnknown: string;
  type: string;
  types: Record<Channel, Record<Direction, string>>;
  duration: string;
  /** Who proved to be whom during the conversation. */
  identified(count: number): string;

  emergencyNotice: string;
  updateNotice: string;
  updateSummaryInRecord: string;
  degradedNotice: string;
  degradedThenUpdate: string;
  degradedThenRecord: string;
  failureNotice: string;
  objectedNotice: string;
  notConnectedNotice: string;

  appointments(count: number): string;
  appointmentsLabel: string;
  appointmentActs: Record<'booked' | 'rescheduled' | 'cancelled' | 'confirmed', string>;
  appointmentFlags: Record<AppointmentFlag, string>;
  patient: string;
  provider: string;
  room: string;
  /** Before it was moved. */
  before: string;
  messages(count: number): string;
  messagesLabel: string;
  urgencies: Record<Message['urgency'], string>;
  noName: string;
  callback: string;
  /** Not all of a list is in the e-mail. */
  entriesCut: string;

  summary: string;
  summaryLabel: string;
  summaryNote: string;
  summaryCut: string;
  noSummary: string;
  transcript: string;
  transcriptLabel: string;
  transcriptCut: string;
  noTranscript: string;
  assistant: string;
  transferred: string;

  openRecord: string;
  detailsWithheld: string;
  personalData: string;
  whyYou(address: string): string;
  times(zone: string): string;
  settings: string;
}
