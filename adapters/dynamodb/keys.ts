import type { E164, Slug } from '#domain/clinics/clinic.ts';
import type { ClinicId, ConversationId, ProviderId } from '#domain/ids.ts';

/** Primary key of an item. */
export interface Key {
  PK: string;
  SK: string;
}

/**
 * Every key of every table, so that isolation can be read on one page: whatever belongs to a clinic lies in a
 * partition that starts with `CLINIC#{clinicId}`, which is also what the rights of a session are cut to.
 */
export const keys = {
  /** core */
  clinic: (clinicId: ClinicId): string => `CLINIC#${clinicId}`,
  clinicMeta: (clinicId: ClinicId): Key => ({ PK: keys.clinic(clinicId), SK: 'META' }),
  clinicSettings: (clinicId: ClinicId): Key => ({ PK: keys.clinic(clinicId), SK: 'SETTINGS' }),
  weeklyHours: (clinicId: ClinicId): Key => ({ PK: keys.clinic(clinicId), SK: 'HOURS#WEEKLY' }),
  /** `n` tells the closures of one date apart. */
  closure: (clinicId: ClinicId, date: string, n: number): Key => ({
    PK: keys.clinic(clinicId),
    SK: `CLOSURE#${date}#${String(n).padStart(3, '0')}`,
  }),
  provider: (clinicId: ClinicId, providerId: ProviderId): Key => ({
    PK: keys.clinic(clinicId),
    SK: `PRV#${providerId}`,
  }),
  recipient: (clinicId: ClinicId, recipientId: string): Key => ({
    PK: keys.clinic(clinicId),
    SK: `RECIPIENT#${recipientId}`,
  }),
  conversation: (clinicId: ClinicId, conversationId: ConversationId): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: 'META',
  }),
  /** One e-mail to one recipient: claimed, then sent. */
  delivery: (clinicId: ClinicId, conversationId: ConversationId, template: string, recipientId: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `EMAIL#${template}#${recipientId}`,
  }),
  /** SES's word that it accepted one attempt. */
  acceptance: (
    clinicId: ClinicId,
    conversationId: ConversationId,
    template: string,
    recipientId: string,
    attempt: number,
  ): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `ACCEPTED#${template}#${recipientId}#${attempt}`,
  }),
  conversationsByTime: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CONV`,
  openConversations: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CONV#open`,

  /** routing: the look-ups that find a clinic */
  number: (number: E164 | string): Key => ({ PK: `NUM#${number}`, SK: 'META' }),
  /** A number's former clinic, by the instant it was released. */
  formerNumber: (number: E164, releasedAt: string, clinicId: ClinicId): Key => ({
    PK: `NUM#${number}`,
    SK: `HIST#${releasedAt}#${clinicId}`,
  }),
  slug: (slug: Slug): Key => ({ PK: `SLUG#${slug}`, SK: 'META' }),
  /** Sparse: the current slug of every clinic, in order. */
  clinicsBySlug: 'CLINICS',
  agent: (provider: string, agentId: string): Key => ({ PK: `AGT#${provider}#${agentId}`, SK: 'META' }),
  session: (conversationId: ConversationId): Key => ({ PK: `SES#${conversationId}`, SK: 'META' }),

  /** audit: acts not yet chained, oldest first */
  pendingAudit: (clinicId: ClinicId, occurredAt: string, eventId: string): Key => ({
    PK: `${keys.clinic(clinicId)}#PEND`,
    SK: `${occurredAt}#${eventId}`,
  }),

  /** inbox */
  event: (eventKey: string): Key => ({ PK: `EVT#${eventKey}`, SK: 'EVENT' }),
  /** Sparse: stored and not merged yet. */
  pendingEvents: 'INBOX#received',
  quarantinedEvents: 'QUAR#quarantined',
  poisonEvents: 'QUAR#poison',
} as const;
