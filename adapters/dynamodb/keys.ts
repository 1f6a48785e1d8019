import type { Slug } from '#domain/clinics/slug.ts';
import type { KeptPart } from '#domain/conversations/retention/kept-parts.ts';
import type { E164 } from '#domain/e164.ts';
import type {
  AppointmentId,
  AppointmentTypeId,
  ClinicId,
  ConversationId,
  OperatoryId,
  OutboundCallId,
  PatientId,
  ProviderId,
  UserId,
  WaitlistEntryId,
} from '#domain/ids.ts';
import type { Resource } from '#domain/scheduling/calendar/cell.ts';

/** Primary key of an item. */
export interface Key {
  PK: string;
  SK: string;
}

/** What the sort keys of clinics that share an agent begin with. */
export const agentUsers = 'USER#';
/** And those of the clinics that had a number before. */
export const formerClinics = 'HIST#';

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
  operatory: (clinicId: ClinicId, operatoryId: OperatoryId): Key => ({
    PK: keys.clinic(clinicId),
    SK: `OPR#${operatoryId}`,
  }),
  appointmentType: (clinicId: ClinicId, typeId: AppointmentTypeId): Key => ({
    PK: keys.clinic(clinicId),
    SK: `TYPE#${typeId}`,
  }),
  recipient: (clinicId: ClinicId, recipientId: string): Key => ({
    PK: keys.clinic(clinicId),
    SK: `RECIPIENT#${recipientId}`,
  }),
  /** Members lie apart from the clinic: a ring reads that partition whole. */
  membersOf: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#MBR`,
  member: (clinicId: ClinicId, userId: UserId): Key => ({ PK: keys.membersOf(clinicId), SK: `USER#${userId}` }),
  /** What is known of a clinic's credentials lies apart from the clinic: a ring reads that partition whole. */
  credentialsOf: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CRED`,
  credential: (clinicId: ClinicId, kind: string): Key => ({ PK: keys.credentialsOf(clinicId), SK: `CRED#${kind}` }),
  /** Who was invited; apart from the clinic for the same reason. */
  invitationsOf: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#INV`,
  invitation: (clinicId: ClinicId, invitationId: string): Key => ({
    PK: keys.invitationsOf(clinicId),
    SK: `INV#${invitationId}`,
  }),
  /** How far a clinic has come in joining or leaving; apart from the clinic, which a ring reads whole. */
  onboarding: (clinicId: ClinicId): Key => ({ PK: `${keys.clinic(clinicId)}#ONBOARDING`, SK: 'META' }),
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
  /** The answer a wish got, permanent: it makes a booking happen once. */
  booking: (clinicId: ClinicId, holder: string, bookingKey: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${holder}`,
    SK: `BOOK#${bookingKey}`,
  }),
  dialogue: (clinicId: ClinicId, conversationId: ConversationId): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: 'DIALOGUE',
  }),
  toolAnswer: (clinicId: ClinicId, conversationId: ConversationId, toolKey: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `TOOL#${toolKey}`,
  }),
  message: (clinicId: ClinicId, conversationId: ConversationId, messageId: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `MSG#${messageId}`,
  }),
  /** What any task of the voice service must know to go on with a talk. */
  talk: (clinicId: ClinicId, conversationId: ConversationId): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: 'TALK',
  }),
  turn: (clinicId: ClinicId, conversationId: ConversationId, seq: number): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `TURN#${String(seq).padStart(10, '0')}`,
  }),
  /** Instructions lie apart from the clinic: a ring reads that partition whole. */
  instructionsOf: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#INSTR`,
  instructions: (clinicId: ClinicId, channel: string, scope: string, version: number): Key => ({
    PK: keys.instructionsOf(clinicId),
    SK: `INSTR#${channel}#${scope}#v${String(version).padStart(6, '0')}`,
  }),
  /** The text that is published now. */
  currentInstructions: (clinicId: ClinicId, channel: string, scope: string): Key => ({
    PK: keys.instructionsOf(clinicId),
    SK: `CURRENT#${channel}#${scope}`,
  }),
  /** The text that somebody is writing, and how often it was changed. */
  instructionDraft: (clinicId: ClinicId, channel: string, scope: string): Key => ({
    PK: keys.instructionsOf(clinicId),
    SK: `DRAFT#${channel}#${scope}`,
  }),
  conversationsByTime: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CONV`,
  openConversations: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CONV#open`,
  /** Closed conversations whose vendor must give up at once what it keeps of them. */
  objectedConversations: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#CONV#objected`,
  /** Closed conversations of which exactly these parts are still kept, by the time they ended. */
  keptConversations: (clinicId: ClinicId, held: readonly KeptPart[]): string =>
    `${keys.clinic(clinicId)}#CONV#kept#${held.join('+')}`,

  /** The calendar of one provider or operatory: an item for each occupied step of the grid. */
  calendar: (clinicId: ClinicId, { kind, id }: Resource): string =>
    `${keys.clinic(clinicId)}#CAL#${kind === 'provider' ? 'PRV' : 'OPR'}#${id}`,
  /** `yyyymmddThhmm` in UTC, so that no change of a zone's offset doubles or drops a cell. */
  cellTime: (startMs: number): string => new Date(startMs).toISOString().slice(0, 16).replace(/[-:]/g, ''),
  cell: (clinicId: ClinicId, resource: Resource, startMs: number): Key => ({
    PK: keys.calendar(clinicId, resource),
    SK: keys.cellTime(startMs),
  }),
  appointment: (clinicId: ClinicId, appointmentId: AppointmentId): Key => ({
    PK: `${keys.clinic(clinicId)}#APT#${appointmentId}`,
    SK: 'META',
  }),
  appointmentsByTime: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#APT`,
  appointmentsOfPatient: (clinicId: ClinicId, patientId: PatientId): string =>
    `${keys.clinic(clinicId)}#PAT#${patientId}`,
  block: (clinicId: ClinicId, blockId: string): Key => ({ PK: `${keys.clinic(clinicId)}#BLK#${blockId}`, SK: 'META' }),
  blocksByTime: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#BLK`,
  unfinishedMoves: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#SWEEP`,
  /** A long move whose former cells are still to be given back. */
  unfinishedMove: (clinicId: ClinicId, appointmentId: AppointmentId, version: number): Key => ({
    PK: keys.unfinishedMoves(clinicId),
    SK: `APT#${appointmentId}#${version}`,
  }),
  patient: (clinicId: ClinicId, patientId: PatientId): Key => ({
    PK: `${keys.clinic(clinicId)}#PAT#${patientId}`,
    SK: 'META',
  }),
  /** The future appointments of a patient, who cannot be in two places. */
  patientGuard: (clinicId: ClinicId, patientId: PatientId): Key => ({
    PK: `${keys.clinic(clinicId)}#PAT#${patientId}`,
    SK: 'GUARD',
  }),
  phone: (clinicId: ClinicId, phone: E164): string => `${keys.clinic(clinicId)}#PHONE#${phone}`,
  patientPhone: (clinicId: ClinicId, phone: E164, patientId: PatientId): Key => ({
    PK: keys.phone(clinicId, phone),
    SK: `PAT#${patientId}`,
  }),
  bornOn: (clinicId: ClinicId, dob: string): string => `${keys.clinic(clinicId)}#DOB#${dob}`,
  patientDob: (clinicId: ClinicId, dob: string, patientId: PatientId): Key => ({
    PK: keys.bornOn(clinicId, dob),
    SK: `PAT#${patientId}`,
  }),
  /** Attempts of a number, or from the network of a visitor, to prove who is asking, on one local date. */
  verificationAttempts: (clinicId: ClinicId, who: string, date: string): Key => ({
    PK: who.startsWith('+') ? keys.phone(clinicId, who) : `${keys.clinic(clinicId)}#NETWORK#${who}`,
    SK: `VERIFY#${date}`,
  }),
  /** The conversations in which a number holds times. */
  callerHolds: (clinicId: ClinicId, phone: E164): Key => ({ PK: keys.phone(clinicId, phone), SK: 'HOLDS' }),
  /** What a number refused: messages, calls. */
  suppression: (clinicId: ClinicId, phone: E164): Key => ({ PK: keys.phone(clinicId, phone), SK: 'SUPPRESSED' }),
  /** A message written to a number, once by its name. */
  sentText: (clinicId: ClinicId, phone: E164, name: string): Key => ({
    PK: keys.phone(clinicId, phone),
    SK: `TEXT#${name}`,
  }),
  /** The offer a number was written last. */
  offeredTime: (clinicId: ClinicId, phone: E164): Key => ({ PK: keys.phone(clinicId, phone), SK: 'OFFER' }),
  /** A message somebody wrote to us, and what it was answered. */
  incomingText: (clinicId: ClinicId, conversationId: ConversationId, name: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CONV#${conversationId}`,
    SK: `TEXT#${name}`,
  }),
  /** Chats begun at a clinic in one hour, by an address or by all. */
  begunChats: (clinicId: ClinicId, hour: number, who: string): Key => ({
    PK: `${keys.clinic(clinicId)}#CHATS#${hour}`,
    SK: who,
  }),
  /** Replies of a clinic to numbers abroad, on one day. */
  repliesAbroad: (clinicId: ClinicId, day: number): Key => ({
    PK: `${keys.clinic(clinicId)}#ABROAD#${day}`,
    SK: 'COUNT',
  }),
  /** A call of ours, named before a vendor is asked for it. */
  outboundCall: (clinicId: ClinicId, callId: OutboundCallId): Key => ({
    PK: `${keys.clinic(clinicId)}#OUT#${callId}`,
    SK: 'META',
  }),
  /** How many calls of ours a clinic made on one of its dates. */
  callsOfDay: (clinicId: ClinicId, date: string): Key => ({
    PK: `${keys.clinic(clinicId)}#OUTDAY#${date}`,
    SK: 'COUNT',
  }),
  /** The same to one number. */
  callsToNumber: (clinicId: ClinicId, phone: E164, date: string): Key => ({
    PK: keys.phone(clinicId, phone),
    SK: `CALLED#${date}`,
  }),
  /** That a patient may be called by a machine. */
  callConsent: (clinicId: ClinicId, patientId: PatientId): Key => ({
    PK: `${keys.clinic(clinicId)}#PAT#${patientId}`,
    SK: 'CONSENT#calls',
  }),
  /** What became of the reminder of an appointment at one start. */
  reminder: (clinicId: ClinicId, appointmentId: AppointmentId, start: string): Key => ({
    PK: `${keys.clinic(clinicId)}#APT#${appointmentId}`,
    SK: `REMINDER#${start}`,
  }),
  /** Sparse: reminders that wait for the end of a night. */
  waitingReminders: (clinicId: ClinicId): string => `${keys.clinic(clinicId)}#REMIND`,
  /** Up to when a clinic's reminders were looked for. */
  remindersMark: (clinicId: ClinicId): Key => ({ PK: `${keys.clinic(clinicId)}#REMIND`, SK: 'MARK' }),
  /** Calls begun from browsers, by person and hour or by day. */
  begunWebCalls: (clinicId: ClinicId, who: string): Key => ({ PK: `${keys.clinic(clinicId)}#WEBCALLS`, SK: who }),
  /** By folded family name, for the console. */
  patientsByName: (clinicId: ClinicId, foldedName: string): string =>
    `${keys.clinic(clinicId)}#NAME#${foldedName.slice(0, 1)}`,
  waitlist: (clinicId: ClinicId, typeId: AppointmentTypeId): string => `${keys.clinic(clinicId)}#WAIT#${typeId}`,
  /** The entry itself, oldest first in its list. */
  waitlistPlace: (clinicId: ClinicId, typeId: AppointmentTypeId, createdAt: string, entryId: WaitlistEntryId): Key => ({
    PK: keys.waitlist(clinicId, typeId),
    SK: `${createdAt}#${entryId}`,
  }),
  /** Where in its list an entry lies. */
  waitlistEntry: (clinicId: ClinicId, entryId: WaitlistEntryId): Key => ({
    PK: `${keys.clinic(clinicId)}#WAITENTRY#${entryId}`,
    SK: 'META',
  }),
  /** What a request of clinic software was answered, under the key it chose. */
  idempotency: (clinicId: ClinicId, apiKeyId: string, keyHash: string): Key => ({
    PK: `${keys.clinic(clinicId)}#IDEM#${apiKeyId}`,
    SK: keyHash,
  }),

  /** routing: the look-ups that find a clinic */
  number: (number: E164 | string): Key => ({ PK: `NUM#${number}`, SK: 'META' }),
  /** A number's former clinic, by the instant it was released. */
  formerNumber: (number: E164, releasedAt: string, clinicId: ClinicId): Key => ({
    PK: `NUM#${number}`,
    SK: `${formerClinics}${releasedAt}#${clinicId}`,
  }),
  slug: (slug: Slug | string): Key => ({ PK: `SLUG#${slug}`, SK: 'META' }),
  /** Sparse: the current slug of every clinic, in order. */
  clinicsBySlug: 'CLINICS',
  agent: (provider: string, agentId: string): Key => ({ PK: `AGT#${provider}#${agentId}`, SK: 'META' }),
  /** A clinic that shares an agent. */
  agentUser: (provider: string, agentId: string, clinicId: ClinicId): Key => ({
    PK: `AGT#${provider}#${agentId}`,
    SK: `${agentUsers}${clinicId}`,
  }),
  /** Where the agent sent its events before the clinic connected it. */
  agentWebhook: (provider: string, agentId: string, clinicId: ClinicId): Key => ({
    PK: `AGT#${provider}#${agentId}`,
    SK: `WEBHOOK#${clinicId}`,
  }),
  /** An API key of a clinic's software, by the part of it that is no secret. */
  apiKey: (apiKeyId: string): Key => ({ PK: `KEY#${apiKeyId}`, SK: 'META' }),
  apiKeysOfClinic: (clinicId: ClinicId): string => `KEYS#${clinicId}`,
  /** The calendar feed of a provider, by the hash of its secret. */
  feed: (tokenHash: string): Key => ({ PK: `FEED#${tokenHash}`, SK: 'META' }),
  /** The key in the address of a clinic's LLM socket, by the hash of it. */
  socketKey: (keyHash: string): Key => ({ PK: `SOCKET#${keyHash}`, SK: 'META' }),
  socketKeysOfClinic: (clinicId: ClinicId): string => `SOCKETS#${clinicId}`,
  relaySecretsOf: (clinicId: ClinicId): string => `RELAY#${clinicId}`,
  /** The secret of a clinic's relay, by the hash of it. */
  relaySecret: (clinicId: ClinicId, secretHash: string): Key => ({
    PK: keys.relaySecretsOf(clinicId),
    SK: `SECRET#${secretHash}`,
  }),
  feedsOfClinic: (clinicId: ClinicId): string => `FEEDS#${clinicId}`,
  /** An account or service at a vendor that is one clinic's alone. */
  vendorAccount: (provider: string, accountId: string): Key => ({ PK: `ACC#${provider}#${accountId}`, SK: 'META' }),
  clinicsOfUser: (userId: UserId): string => `USER#${userId}`,
  /** That a person is or was a member of a clinic; in which role, the clinic says. */
  membership: (userId: UserId, clinicId: ClinicId): Key => ({
    PK: keys.clinicsOfUser(userId),
    SK: `CLINIC#${clinicId}`,
  }),
  /** A link sent by e-mail, by the hash of its secret. */
  link: (linkHash: string): Key => ({ PK: `LINK#${linkHash}`, SK: 'META' }),
  linksOfClinic: (clinicId: ClinicId): string => `LINKS#${clinicId}`,
  /** That a link was asked for about an invitation or a recipient of a clinic. */
  linkAsk: (clinicId: ClinicId, purpose: string, id: string): Key => ({
    PK: keys.linksOfClinic(clinicId),
    SK: `${purpose}#${id}`,
  }),
  /** Sparse: asked for and not sent yet. */
  owedLinks: 'LINKS-OWED',
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
