import * as z from 'zod';

/** Where numbers may be of that are written to or called. */
export const Countries = z
  .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country code such as BJ'))
  .min(1)
  .max(20);
