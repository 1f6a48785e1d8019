import * as z from 'zod';
import { ProviderId } from '../../ids.ts';
import { WeeklyHours } from '../hours/weekly-hours.ts';
import { oneLine } from '../one-line.ts';

/** The honorific is a field of its own; in front of a stored name it would be said twice: "Doctor Dr. Sample". */
const honorific = /^(?:(?:dr|docteur|doctor|pr|prof)\.?\s+)+/i;
const personName = (max: number) => oneLine(max).overwrite((name) => name.replace(honorific, ''));

/** A person who treats. The honorific is a field of its own, so that nobody becomes "Doctor Doctor". */
export const Provider = z.strictObject({
  id: ProviderId,
  honorific: z.enum(['Dr', 'Pr', 'M', 'Mme', 'Mr', 'Ms', 'Mx']).optional(),
  givenName: personName(60),
  familyName: personName(60),
  specialties: z.array(oneLine(60)).max(5).default([]),
  /** How the name is said when its spelling misleads the voice. */
  spokenName: personName(80).optional(),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
  /** Own hours are intersected with the clinic's; without them the provider works when the clinic is open. */
  hours: WeeklyHours.optional(),
  /** Works by the own hours even while the clinic is shut; a closure still wins. */
  overridesClinicHours: z.boolean().default(false),
});
export type Provider = z.infer<typeof Provider>;
