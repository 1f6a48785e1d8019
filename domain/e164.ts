import * as z from 'zod';

/** A telephone number as it is stored: `+` and digits only. */
export const E164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form such as +12025550142');
export type E164 = z.infer<typeof E164>;
