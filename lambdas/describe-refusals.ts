import * as z from 'zod';
import type { HttpAnswer } from './http.ts';

const Refusal = z
  .object({
    error: z.object({
      code: z.string().meta({ description: 'Stable.' }),
      message: z.string().meta({ description: 'What to do.' }),
      fields: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .optional()
        .meta({ description: 'Of `invalid-request`: every field that is wrong, by its place in the body.' }),
    }),
  })
  .meta({ id: 'Refusal' });

/** Answers as they are described, by status. */
type Told = { description: string; content?: { 'application/json': { schema: z.ZodType } } };
type Status = `${4 | 5}${string}`;

export const refused = (description: string): Told => ({
  description,
  content: { 'application/json': { schema: Refusal } },
});

/**
 * What a request may be refused with, by status: each code with its advice, from the very answers that are given.
 * `before` is what any request at that door may be refused with.
 */
export function refusals(
  answers: readonly HttpAnswer[],
  before: Readonly<Record<Status, Told>> = {},
): Record<Status, Told> {
  const lines = new Map<Status, string[]>();
  for (const { status, body } of answers) {
    const { code, message } = (body as z.infer<typeof Refusal>).error;
    const key = String(status) as Status;
    lines.set(key, [...(lines.get(key) ?? []), `- \`${code}\`: ${message}`]);
  }
  const told = [...lines].map(([status, list]) => {
    const first = before[status]?.description ?? 'Refused';
    return [status, refused([first, '', ...list].join('\n'))] as const;
  });
  return { ...before, ...Object.fromEntries(told) };
}
