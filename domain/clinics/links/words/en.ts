import type { LinkPageWords } from './link-page-words.ts';

export const en: LinkPageWords = {
  invitation: (clinic, role) => ({
    title: `Join ${clinic}`,
    what: `You are invited to the team of ${clinic}, in the role “${role}”.`,
    button: 'Accept the invitation',
    done: `You are now on the team of ${clinic}.`,
    next: 'If you have never signed in, a message gives you a temporary password.',
  }),
  recipient: (clinic) => ({
    title: 'Confirm your address',
    what: `${clinic} would like to send the messages of its telephone front desk to this address.`,
    button: 'Confirm this address',
    done: `Your address is confirmed. ${clinic} can write to you now.`,
    next: 'You can close this page.',
  }),
  signIn: 'Sign in to the console',
  unexpected: 'If you did not expect this message, close this page: without your click nothing happens.',
  already: { title: 'This is done', what: 'This link was used before. There is nothing left to do.' },
  gone: {
    title: 'This link is of no use any more',
    what: 'It has ended, was replaced or is incomplete. Ask the clinic to send you another.',
  },
  later: { title: 'One moment', what: 'This did not work on our side. Try again in a minute.' },
  roles: { owner: 'owner', manager: 'manager', staff: 'staff', auditor: 'auditor' },
};
