import * as z from 'zod';
import { E164 } from '../../e164.ts';
import { ClinicId, PatientId } from '../../ids.ts';
import { LanguageTag } from '../../language.ts';

/** Somebody who may speak for a patient: a parent, a carer. */
export const AuthorisedContact = z.object({
  name: z.string().max(120),
  phone: E164.optional(),
  relation: z.string().max(40).optional(),
});
export type AuthorisedContact = z.infer<typeof AuthorisedContact>;

/** A person treated by one clinic. Names are hostile text until they are shown as text. */
export const Patient = z.object({
  clinicId: ClinicId,
  patientId: PatientId,
  givenName: z.string().max(80),
  familyName: z.string().max(80),
  /** Calendar date without a zone, `YYYY-MM-DD`. */
  dob: z.iso.date().optional(),
  phones: z.array(E164).max(5),
  language: LanguageTag.optional(),
  authorisedContacts: z.array(AuthorisedContact).max(10),
  /** Told by a caller and not yet confirmed by the clinic; never merged with another by a machine. */
  provisional: z.boolean(),
  createdAtMs: z.int(),
  updatedAtMs: z.int(),
  version: z.int(),
});
export type Patient = z.infer<typeof Patient>;
