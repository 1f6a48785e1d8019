import type { LinkEmailWords } from './link-email-words.ts';

export const fr: LinkEmailWords = {
  invitation: {
    subject: (clinic) => `[${clinic}] Invitation à rejoindre l’équipe`,
    kicker: 'Invitation',
    title: (clinic) => `Rejoindre ${clinic}`,
    subtitle: (role) => `Rôle proposé : ${role}`,
    what: 'Une personne responsable de la clinique vous invite à rejoindre son équipe dans la console d’accueil. Vous n’en faites partie qu’après avoir accepté.',
    account:
      'Si vous n’avez pas encore de compte, il est créé quand vous acceptez ; un second message vous donne alors un mot de passe provisoire.',
    button: 'Voir l’invitation',
  },
  recipient: {
    subject: (clinic) => `[${clinic}] Confirmez votre adresse`,
    kicker: 'Confirmation d’adresse',
    title: 'Confirmez votre adresse',
    subtitle: (clinic) => `Messages de ${clinic}`,
    what: 'La clinique souhaite vous envoyer à cette adresse les messages de son accueil téléphonique : appels, rendez-vous, urgences.',
    until: 'Rien ne vous est envoyé avant votre confirmation.',
    button: 'Confirmer cette adresse',
  },
  about: 'De quoi il s’agit',
  ends: (date, time) => `Ce lien sert une seule fois, jusqu’au ${date} à ${time}.`,
  unexpected: 'Si vous n’attendiez pas ce message, ne faites rien : sans votre clic, il ne se passe rien.',
  whyYou: (address, clinic) => `Envoyé automatiquement à ${address} à la demande de ${clinic}.`,
  times: (zone) => `Heures locales de la clinique (${zone}).`,
  roles: { owner: 'propriétaire', manager: 'gestionnaire', staff: 'équipe', auditor: 'auditeur' },
};
