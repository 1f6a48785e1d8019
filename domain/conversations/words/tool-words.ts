import type { Argument } from '../tools/fields.ts';
import type { ToolCode } from '../tools/tool.ts';

export type PartOfDay = 'morning' | 'afternoon' | 'evening';

/** A time as it is spoken of: `date` may begin with “today” or “tomorrow”, all parts are already in the language. */
export interface SpokenTime {
  date: string;
  time: string;
  provider: string;
}

/**
 * Every sentence of the tools. A language that lacks one does not compile. Parts in parameters are already in the
 * language; nothing here is ever an id, a bullet or a number nobody asked for.
 */
export interface ToolWords {
  /** What each code says when nothing better is known. */
  codes: Record<ToolCode, string>;
  /** The question for an argument that is missing or cannot be understood. */
  ask: Record<Argument, string>;

  /** Relative words are always followed by the date. */
  today(date: string): string;
  tomorrow(date: string): string;

  offerItem(slot: SpokenTime): string;
  /** Several times of one day, with one provider or with one each. */
  offerDay(date: string, times: string): string;
  offerTimeWith(time: string, provider: string): string;
  /** After a list of times that share their provider. */
  offerAllWith(list: string, provider: string): string;
  /** Between choices that are lists themselves. */
  or: string;
  offer(list: string): string;

  /** Where nothing is left: on a day, between two, later than anybody books. */
  onDay(date: string): string;
  betweenDays(from: string, to: string): string;
  partsOfDay: Record<PartOfDay, string>;
  withProvider(provider: string): string;
  offerNone(when: string, slot: string): string;
  nothingLeft(when: string): string;
  nothingAtAll(whom: string): string;
  /** After a time that is the only one. */
  doesItSuit: string;
  waitlistInstead: string;
  callbackInstead: string;

  slotTaken(offer: string): string;
  tooLate(lastDate: string): string;
  whichDay(date: string): string;
  held(slot: SpokenTime): string;
  /** Of a time that is free and not held. */
  free(slot: string): string;
  readback(booking: SpokenTime & { type: string; firstName: string }): string;
  booked(date: string, time: string): string;
  changeToConfirm(before: string, after: string): string;
  moved(slot: SpokenTime): string;
  cancelled(date: string, time: string): string;
  confirmed(date: string, time: string): string;
  callbackNoted: string;

  noAppointments: string;
  oneAppointment(item: string): string;
  appointments(list: string): string;
  andMore(count: number): string;
  whichAppointment(list: string): string;

  verified: string;
  verifyAgain: string;
  verifyFail: string;
  /** To somebody who writes: there is no line to put through. */
  verifyFailWritten(phone?: string): string;
  isBornOn(date: string): string;

  messageTaken: string;
  messageWithoutNumber: string;
  waitlisted: string;
  notWaitlisted: string;
  transferring: string;
  goodbye: string;

  emergency(number1: string, number2?: string): string;
  /** To somebody who writes: there is nothing to hang up. */
  emergencyWritten(number1: string, number2?: string): string;
  emergencyTransfer: string;
  notAnEmergency(number1: string, number2?: string): string;

  providerUnknown(list: string): string;
  whichProvider(list: string): string;
  providers(list: string): string;
  providersAmongOthers(list: string, count: number): string;
  typeUnknown(list: string): string;
  whichType(list: string): string;
  types(list: string): string;
  typesAmongOthers(list: string, count: number): string;
  noTypes: string;

  hoursUnknown: string;
  hours(hours: string): string;
  address(address: string): string;
  phone(phone: string): string;
  phoneUnknown: string;
  emergencyNumbers(list: string): string;
}
