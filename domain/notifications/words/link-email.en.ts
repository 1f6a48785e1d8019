import type { LinkEmailWords } from './link-email-words.ts';

export const en: LinkEmailWords = {
  invitation: {
    subject: (clinic) => `[${clinic}] Invitation to join the team`,
    kicker: 'Invitation',
    title: (clinic) => `Join ${clinic}`,
    subtitle: (role) => `Proposed role: ${role}`,
    what: 'Somebody who looks after the clinic invites you to join its team in the front desk console. You belong to it only once you have accepted.',
    account:
      'If you have no account yet, it is made when you accept; a second message then gives you a temporary password.',
    button: 'See the invitation',
  },
  recipient: {
    subject: (clinic) => `[${clinic}] Confirm your address`,
    kicker: 'Address confirmation',
    title: 'Confirm your address',
    subtitle: (clinic) => `Messages of ${clinic}`,
    what: 'The clinic would like to send the messages of its telephone front desk to this address: calls, appointments, emergencies.',
    until: 'Nothing is sent to you before you confirm.',
    button: 'Confirm this address',
  },
  about: 'What this is about',
  ends: (date, time) => `This link can be used once, until ${date} at ${time}.`,
  unexpected: 'If you did not expect this message, do nothing: without your click nothing happens.',
  whyYou: (address, clinic) => `Sent automatically to ${address} at the request of ${clinic}.`,
  times: (zone) => `Times are local to the clinic (${zone}).`,
  roles: { owner: 'owner', manager: 'manager', staff: 'staff', auditor: 'auditor' },
};
