import * as z from 'zod';
import { ClinicId, ConversationId } from '../ids.ts';

/** Everything that goes on record. */
export const AuditAct = z.enum([
  'identity.verify',
  'phi.disclose',
  'transcript.read',
  'recording.play',
  'patient.read',
  'patient.create',
  'patient.update',
  'patient.merge',
  'patient.erase',
  'appointment.book',
  'appointment.reschedule',
  'appointment.cancel',
  'appointment.confirm',
  'appointment.override',
  'export.create',
  'export.download',
  'settings.update',
  'clinic.join',
  'clinic.leave',
  'credential.rotate',
  'number.map',
  'agent.connect',
  'event.quarantine',
  'event.replay',
  'email.send',
  'member.invite',
  'member.role',
  'breakglass.open',
  'breakglass.close',
  'login.success',
  'login.failure',
  'emergency.detected',
  'consent.notice',
  'consent.give',
  'contact.refuse',
  'contact.allow',
  'contact.consent',
  'call.make',
  'reminder.settle',
  'retention.apply',
]);
export type AuditAct = z.infer<typeof AuditAct>;

/**
 * An act that happened and waits to be chained into its clinic's record. It is written in the same transaction as what
 * it tells of. Ids and names of fields only, never a value.
 */
export const PendingAuditEvent = z.object({
  v: z.literal(1),
  clinicId: ClinicId,
  occurredAt: z.iso.datetime({ precision: 3 }),
  actorType: z.enum(['user', 'agent', 'system', 'platform', 'provider']),
  actorId: z.string(),
  onBehalfOf: z.string().optional(),
  act: AuditAct,
  outcome: z.enum(['success', 'denied', 'error']),
  resourceType: z.string(),
  resourceId: z.string(),
  patientId: z.string().optional(),
  conversationId: ConversationId.optional(),
  /** Names of the fields that were read or changed. */
  fields: z.array(z.string()).optional(),
  reason: z.string().optional(),
  /** Of a list that was read: how many things stood in it. */
  count: z.int().optional(),
  ip: z.string().optional(),
  /** One per request, run of a command or event: what was done at one go. */
  requestId: z.string(),
});
export type PendingAuditEvent = z.infer<typeof PendingAuditEvent>;
