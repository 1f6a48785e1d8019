import type { Role } from '../../clinics/members/member.ts';

/** What we write beside a link that somebody is to click: a language that lacks a sentence does not compile. */
export interface LinkEmailWords {
  invitation: {
    subject(clinic: string): string;
    kicker: string;
    title(clinic: string): string;
    /** In which role. */
    subtitle(role: string): string;
    what: string;
    account: string;
    button: string;
  };
  recipient: {
    subject(clinic: string): string;
    kicker: string;
    title: string;
    subtitle(clinic: string): string;
    what: string;
    until: string;
    button: string;
  };
  /** Above what is said. */
  about: string;
  /** Until when the link can be used: a date and a time of the clinic. */
  ends(date: string, time: string): string;
  unexpected: string;
  whyYou(address: string, clinic: string): string;
  times(zone: string): string;
  roles: Record<Role, string>;
}
