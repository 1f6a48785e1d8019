import * as z from 'zod';
import { AppointmentId, ClinicId, ConversationId, PatientId } from '../ids.ts';
import { LanguageTag } from '../language.ts';
import { HeldTime, Slot } from '../scheduling/slots/slot.ts';

/** Somebody the caller may speak of. The handle is what a model may know; it dies with the conversation. */
export const KnownPatient = z.object({
  handle: z.string(),
  patientId: PatientId,
  /** `provisional`: told by the caller in this conversation; they may book and hear of nothing else. */
  as: z.enum(['patient', 'authorised-contact', 'provisional']),
  /** Folded, to find the patient a later argument means. */
  foldedName: z.string(),
  dob: z.iso.date().optional(),
  givenName: z.string(),
  /** The name they were verified by, folded. */
  told: z.string().optional(),
  /** The record that verified them is what a caller told, not yet confirmed by the clinic. */
  provisional: z.boolean().optional(),
});
export type KnownPatient = z.infer<typeof KnownPatient>;

/**
 * What the tools of a conversation know, kept outside the model: what was offered, who is verified, whether there is an
 * emergency. Lives as long as the call.
 */
export const DialogueState = z.object({
  clinicId: ClinicId,
  conversationId: ConversationId,
  /** Asked for by the caller, or detected. */
  language: LanguageTag.optional(),
  /** The last times told, in the order they were told: “the first” is index 0. */
  offers: z.array(Slot),
  held: z.array(HeldTime),
  patients: z.array(KnownPatient),
  /** Attempts at verification used up, those under way included. */
  attempts: z.int(),
  /** Booked in this conversation. */
  appointmentIds: z.array(AppointmentId),
  /**
   * `asked`: something was said that sounds like one, and the caller was asked whether it is happening now; any answer
   * but a clear no makes it `active`, which lasts.
   */
  emergency: z.enum(['none', 'asked', 'active', 'cleared']),
  /** How many of the caller's utterances had been judged when the emergency last changed. */
  judgedUtterances: z.int(),
  /** When the caller was asked, in epoch milliseconds: silence after it is no answer. */
  emergencyAskedAtMs: z.int().optional(),
  /** Writing tools that have run; an answer is replayed only while no other has run since. */
  writes: z.int(),
  version: z.int(),
});
export type DialogueState = z.infer<typeof DialogueState>;

/** A conversation of which no tool has run. */
export const freshDialogue = (clinicId: ClinicId, conversationId: ConversationId): DialogueState => ({
  clinicId,
  conversationId,
  offers: [],
  held: [],
  patients: [],
  attempts: 0,
  appointmentIds: [],
  emergency: 'none',
  judgedUtterances: 0,
  writes: 0,
  version: 0,
});

/** What a tool answered, kept so that a repetition hears the same. */
export const KeptAnswer = z.object({
  code: z.string(),
  say: z.string(),
  data: z.record(z.string(), z.unknown()),
  /** `writes` of the dialogue once the tool had run. */
  writes: z.int(),
});
export type KeptAnswer = z.infer<typeof KeptAnswer>;

export interface DialogueStore {
  /** A fresh one when no tool has run yet. */
  get(clinicId: ClinicId, conversationId: ConversationId): Promise<DialogueState>;
  /** Reads, changes and writes under the version that was read, again if somebody wrote in between. */
  change(
    clinicId: ClinicId,
    conversationId: ConversationId,
    change: (current: DialogueState) => DialogueState,
  ): Promise<DialogueState>;
  /** @param toolKey name and hash of the canonical arguments */
  answer(clinicId: ClinicId, conversationId: ConversationId, toolKey: string): Promise<KeptAnswer | undefined>;
  keepAnswer(clinicId: ClinicId, conversationId: ConversationId, toolKey: string, answer: KeptAnswer): Promise<void>;
}
