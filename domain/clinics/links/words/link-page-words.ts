import type { Role } from '../../members/member.ts';

interface Asked {
  title: string;
  /** What the click does. */
  what: string;
  button: string;
  done: string;
  /** What comes next. */
  next: string;
}

/** What the page behind a link says: a language that lacks a sentence does not compile. */
export interface LinkPageWords {
  invitation(clinic: string, role: string): Asked;
  recipient(clinic: string): Asked;
  signIn: string;
  unexpected: string;
  already: { title: string; what: string };
  gone: { title: string; what: string };
  later: { title: string; what: string };
  roles: Record<Role, string>;
}
