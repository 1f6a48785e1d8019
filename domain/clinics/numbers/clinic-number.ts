import * as z from 'zod';
import { E164 } from '../../e164.ts';
import { LanguageTag } from '../../language.ts';
import { WeeklyHours } from '../hours/weekly-hours.ts';

/** A number where a person answers. Without hours: the clinic's for `humanLine`, always for `emergencyLine`. */
export const HumanLine = z.strictObject({ number: E164, hours: WeeklyHours.optional() });
export type HumanLine = z.infer<typeof HumanLine>;

/** A number the clinic answers on. Unique on the platform while it is mapped. */
export const ClinicNumber = z.strictObject({ number: E164, language: LanguageTag.optional() });
export type ClinicNumber = z.infer<typeof ClinicNumber>;
