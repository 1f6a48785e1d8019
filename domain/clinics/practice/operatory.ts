import * as z from 'zod';
import { OperatoryId } from '../../ids.ts';
import { oneLine } from '../one-line.ts';

/** A room or chair. It holds at most one occupation at a time. */
export const Operatory = z.strictObject({
  id: OperatoryId,
  name: oneLine(60),
  /** What can be done in it, in the clinic's own words: `echography`, `surgery`. */
  capabilities: z.array(oneLine(40)).max(20).default([]),
  active: z.boolean().default(true),
  displayOrder: z.int().min(0).max(999).default(0),
  /** The number of the room in a practice system, such as `Op 3`. */
  externalId: oneLine(40).optional(),
});
export type Operatory = z.infer<typeof Operatory>;
