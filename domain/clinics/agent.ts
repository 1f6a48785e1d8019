import * as z from 'zod';

/** An AI agent at a provider. A `shared` agent serves many clinics and therefore identifies none. */
export const Agent = z.strictObject({
  provider: z.literal('retell'),
  id: z.string().regex(/^agent_[A-Za-z0-9]{6,64}$/, 'must be a Retell agent id such as agent_1a2b3c…'),
  kind: z.enum(['shared', 'dedicated']),
});
export type Agent = z.infer<typeof Agent>;
