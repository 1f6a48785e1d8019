import type { Clinic } from '../clinics/clinic.ts';
import type { Role } from '../clinics/members/member.ts';
import { type Language, languageOf } from '../language.ts';
import { spokenDate, wallClock, writtenTime } from '../wall-time.ts';
import type { EmailDocument } from './email-document.ts';
import { oneLine } from './hostile-text.ts';
import { en } from './words/link-email.en.ts';
import { fr } from './words/link-email.fr.ts';
import type { LinkEmailWords } from './words/link-email-words.ts';

const linkEmailWords: Record<Language, LinkEmailWords> = { fr, en };

export interface LinkEmail {
  clinic: Clinic;
  /** What the click is for; of an invitation, as what somebody is invited. */
  about: { purpose: 'invitation'; role: Role } | { purpose: 'recipient' };
  address: string;
  href: string;
  /** Epoch milliseconds. */
  untilMs: number;
}

/** The e-mail around a link, in the language of the clinic. It tells of nothing but the clinic that asked for it. */
export function linkEmail({ clinic, about, address, href, untilMs }: LinkEmail): EmailDocument {
  const language = languageOf(clinic.defaultLanguage);
  const words = linkEmailWords[language];
  const clinicName = oneLine(clinic.name);
  const { date, time } = wallClock(untilMs, clinic.zone);
  const ends = words.ends(spokenDate(date, clinic.defaultLanguage), writtenTime(time, clinic.defaultLanguage));
  const shared = {
    language,
    clinicName,
    urgent: false,
    notices: [],
    facts: [],
    footer: {
      paragraphs: [
        words.unexpected,
        `${words.whyYou(oneLine(address), clinicName)} ${words.times(clinic.zone.replaceAll('_', ' '))}`,
      ],
    },
  };
  const prose = (...paragraphs: string[]) => ({ heading: words.about, body: { kind: 'prose' as const, paragraphs } });
  if (about.purpose === 'recipient') {
    const said = words.recipient;
    return {
      ...shared,
      subject: said.subject(clinicName),
      preheader: said.subtitle(clinicName),
      kicker: said.kicker,
      title: said.title,
      subtitle: said.subtitle(clinicName),
      sections: [prose(said.what, said.until, ends)],
      button: { label: said.button, href },
    };
  }
  const said = words.invitation;
  return {
    ...shared,
    subject: said.subject(clinicName),
    preheader: said.subtitle(words.roles[about.role]),
    kicker: said.kicker,
    title: said.title(clinicName),
    subtitle: said.subtitle(words.roles[about.role]),
    sections: [prose(said.what, said.account, ends)],
    button: { label: said.button, href },
  };
}
