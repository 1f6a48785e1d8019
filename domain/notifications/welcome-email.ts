import type { Clinic } from '../clinics/clinic.ts';
import { languageOf } from '../language.ts';
import { displayPhone } from '../phone-number.ts';
import type { EmailDocument } from './email-document.ts';

const words = {
  fr: {
    subject: (clinic: string) => `${clinic} : votre réceptionniste répond`,
    preheader: 'Votre numéro est en service.',
    kicker: 'Bienvenue',
    title: 'Votre réceptionniste répond au téléphone',
    number: 'Numéro',
    heading: 'Et maintenant',
    paragraphs: [
      'Appelez ce numéro et prenez un rendez-vous d’essai : un e-mail sur l’appel arrive ensuite à cette adresse.',
      'Horaires, médecins, types de rendez-vous et consignes se changent à tout moment.',
    ],
    open: 'Ouvrir la console',
    footer: 'Vous recevez ce message car cette adresse reçoit les e-mails sur les appels de la clinique.',
    settings: 'Réglages des e-mails',
  },
  en: {
    subject: (clinic: string) => `${clinic}: your receptionist is answering`,
    preheader: 'Your number is in service.',
    kicker: 'Welcome',
    title: 'Your receptionist answers the telephone',
    number: 'Number',
    heading: 'What comes next',
    paragraphs: [
      'Call this number and book a trial appointment: an e-mail about the call then comes to this address.',
      'Hours, doctors, types of appointment and instructions can be changed at any time.',
    ],
    open: 'Open the console',
    footer: 'You get this message because e-mails about the clinic’s calls come to this address.',
    settings: 'E-mail settings',
  },
};

/** The first e-mail of a clinic: on which numbers it is answered from now on. */
export function welcomeEmail(clinic: Clinic, consoleUrl: string): EmailDocument {
  const language = languageOf(clinic.defaultLanguage);
  const said = words[language];
  const settings = `${consoleUrl.replace(/\/+$/, '')}/clinics/${clinic.slug}/settings`;
  return {
    language,
    clinicName: clinic.name,
    subject: said.subject(clinic.name),
    preheader: said.preheader,
    kicker: said.kicker,
    title: said.title,
    subtitle: clinic.name,
    urgent: false,
    notices: [],
    facts: clinic.numbers.map(({ number }) => ({
      label: said.number,
      value: displayPhone(number, clinic.country),
      dial: number,
    })),
    sections: [{ heading: said.heading, body: { kind: 'prose', paragraphs: said.paragraphs } }],
    button: { label: said.open, href: consoleUrl },
    footer: { paragraphs: [said.footer], link: { label: said.settings, href: settings } },
  };
}
