import * as z from 'zod';

/** Labels that would be taken for the platform's own pages. */
const reservedSlugs = new Set(
  'admin api app default default-clinic internal platform root support test www'.split(' '),
);

/** Human label for consoles and URLs. Never authentication, never routing. */
export const Slug = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])$/,
    'must be 3 to 48 of a-z, 0-9 and hyphens, not starting or ending with a hyphen',
  )
  .refine((slug) => !reservedSlugs.has(slug), { message: 'is reserved for the platform; choose another' });
export type Slug = z.infer<typeof Slug>;
