import type { LinkPageWords } from './link-page-words.ts';

export const fr: LinkPageWords = {
  invitation: (clinic, role) => ({
    title: `Rejoindre ${clinic}`,
    what: `Une place vous attend dans l’équipe de ${clinic}, avec le rôle « ${role} ».`,
    button: 'Accepter l’invitation',
    done: `Vous faites maintenant partie de l’équipe de ${clinic}.`,
    next: 'Si c’est votre première connexion, un message vous donne un mot de passe provisoire.',
  }),
  recipient: (clinic) => ({
    title: 'Confirmer votre adresse',
    what: `${clinic} souhaite vous envoyer à cette adresse les messages de son accueil téléphonique.`,
    button: 'Confirmer cette adresse',
    done: `Votre adresse est confirmée. ${clinic} peut maintenant vous écrire.`,
    next: 'Vous pouvez fermer cette page.',
  }),
  signIn: 'Se connecter à la console',
  unexpected: 'Si vous n’attendiez pas ce message, fermez cette page : sans votre clic, il ne se passe rien.',
  already: { title: 'C’est déjà fait', what: 'Ce lien a déjà servi. Il n’y a plus rien à faire.' },
  gone: {
    title: 'Ce lien ne sert plus',
    what: 'Il a expiré, il a été remplacé ou il est incomplet. Demandez à la clinique de vous en envoyer un autre.',
  },
  later: { title: 'Un instant', what: 'Cela n’a pas abouti de notre côté. Essayez à nouveau dans une minute.' },
  roles: { owner: 'propriétaire', manager: 'gestionnaire', staff: 'équipe', auditor: 'auditeur' },
};
