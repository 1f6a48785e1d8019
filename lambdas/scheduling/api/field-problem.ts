import { type Answered, refuse } from './refusals.ts';

/** A field that no schema can judge, because its rules are the clinic's. */
export const fieldProblem = (path: string, message: string): Answered =>
  refuse('invalid-request', { fields: [{ path, message }] });
