import * as z from 'zod';

/** Languages with a complete catalogue of sentences. */
export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

/** A BCP 47 tag whose primary language we speak: `fr`, `fr-BJ`, `en-GB`. */
export const LanguageTag = z
  .string()
  .regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'must be a language tag such as fr, fr-BJ or en')
  .refine((tag) => languages.includes(tag.slice(0, 2) as Language), {
    message: `must be one of the languages spoken here: ${languages.join(', ')}`,
  });
export type LanguageTag = z.infer<typeof LanguageTag>;

/** What is spoken that comes nearest to a wanted tag: the same, else the same language of any region. */
export const nearestTag = (spoken: readonly LanguageTag[], wanted: string | undefined): LanguageTag | undefined =>
  spoken.find((tag) => tag === wanted) ?? spoken.find((tag) => tag.slice(0, 2) === wanted?.slice(0, 2).toLowerCase());

/** The catalogue of a tag: `fr-BJ` speaks `fr`. Tags we do not speak fall through to the next in the chain, at last `en`. */
export function languageOf(...chain: (string | undefined)[]): Language {
  for (const tag of chain) {
    const primary = tag?.toLowerCase().slice(0, 2) as Language | undefined;
    if (primary && languages.includes(primary)) return primary;
  }
  return 'en';
}
