import { type ClinicId, derivedUuid } from '../../ids.ts';

/** Of one clinic, in an hour. A waiting room behind one address has room, a script that costs a model each time has not. */
export const mostChats = { ofAddress: 30, ofClinic: 600 };
export const chatHourMs = 60 * 60 * 1000;

/** How many chats were begun, so that nobody can spend a clinic's money or keep its visitors out for long. */
export interface BegunChats {
  /**
   * Counts one more, and says whether it may begin. `address`: from where, as the gateway saw it; kept as a digest that
   * differs from clinic to clinic, for two hours.
   */
  count(clinicId: ClinicId, address: string): Promise<'room' | 'too-many'>;
}

/** Who has an IPv6 address has the 2⁶⁴ next to it. */
export const networkOf = (address: string): string =>
  address.includes(':') && !address.includes('.') ? expanded(address).slice(0, 4).join(':') : address;

/** Whoever writes from one network, as a digest that differs from clinic to clinic. */
export const visitorNetworkOf = (clinicId: ClinicId, address: string): string =>
  derivedUuid('chat address', clinicId, networkOf(address));

/** The eight groups of an address in which `::` stands for those that are zero. */
function expanded(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
