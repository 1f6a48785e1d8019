import type { Language } from '../language.ts';

/** What an e-mail says, before anybody decides how it looks: plain text throughout, nothing of it is markup. */
export interface EmailDocument {
  language: Language;
  /** In whose name it is sent: letterhead and display name of the sender. */
  clinicName: string;
  /** One line of at most 150 characters, without patient data. */
  subject: string;
  /** What a mailbox shows beside the subject, also on locked screens: no patient data either. */
  preheader: string;
  /** Small line above the title. */
  kicker: string;
  title: string;
  /** The moment it is about. */
  subtitle: string;
  /** Sent with high priority and set off by colour. */
  urgent: boolean;
  notices: EmailNotice[];
  facts: EmailFact[];
  sections: EmailSection[];
  button: EmailLink;
  footer: { paragraphs: string[]; link?: EmailLink };
}

export interface EmailNotice {
  tone: 'plain' | 'urgent';
  text: string;
}

export interface EmailFact {
  label: string;
  value: string;
  /** A number that can be dialled from the e-mail, in E.164 form. */
  dial?: string;
}

export interface EmailLink {
  label: string;
  href: string;
}

/** A part under its own heading; `label` says where it comes from, `note` what to make of it. */
export interface EmailSection {
  heading: string;
  label?: string;
  body:
    | { kind: 'prose'; paragraphs: string[] }
    | { kind: 'turns'; turns: EmailTurn[] }
    | { kind: 'entries'; entries: EmailEntry[] };
  note?: string;
}

/** One of several things of a kind, such as an appointment: a small line above its title, what is known of it below. */
export interface EmailEntry {
  kicker: string;
  title: string;
  facts: EmailFact[];
  paragraphs: string[];
}

/** Something one side of a conversation said; its lines are parted by `\n`. */
export interface EmailTurn {
  speaker?: string;
  /** Said by our assistant. */
  ours: boolean;
  text: string;
}
