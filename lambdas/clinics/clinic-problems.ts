import type * as z from 'zod';
import { Clinic } from '#domain/clinics/clinic.ts';
import { clinicNumberProblem, isCountry, normalizePhone } from '#domain/phone-number.ts';
import { sentences } from './clinic-sentences.ts';
import { type Path, pathText } from './written-path.ts';

/** One thing that is wrong with what is to be a clinic, and where. The message does not name the place again. */
export interface PlacedProblem {
  path: Path;
  message: string;
}

/**
 * Everything that is wrong with what is to be a clinic, each place once: what the schema says, countries there are not,
 * and numbers that nobody can call.
 *
 * @param what one of its keys is called by those who read the problems
 */
export function clinicProblems(
  data: unknown,
  result: z.ZodSafeParseResult<Clinic> = Clinic.safeParse(data),
  what?: string,
): PlacedProblem[] {
  const problems = result.success ? [] : sentences(data, result.error.issues, what);
  return onePerPlace([...problems, ...countryProblems(data), ...numberProblems(data)]);
}

/** A value can break several rules; the first says enough, and what was probably meant helps. */
function onePerPlace(problems: PlacedProblem[]): PlacedProblem[] {
  const places = new Map<string, PlacedProblem>();
  for (const { path, message } of problems) {
    const place = pathText(path);
    const first = places.get(place);
    if (!first) places.set(place, { path, message });
    else if (message.startsWith(didYouMean)) places.set(place, { path, message: `${first.message}; ${message}` });
  }
  return [...places.values()];
}

const didYouMean = 'did you mean';

/** By a country that is none no number is read in national form, and nobody is called or written to. */
function countryProblems(data: unknown): PlacedProblem[] {
  const { country, texting, outbound } = (data ?? {}) as Record<string, unknown>;
  const codesOf = (key: string, settings: unknown) => {
    const { countries } = (settings ?? {}) as { countries?: unknown };
    const codes: unknown[] = Array.isArray(countries) ? countries : [];
    return codes.map((code, index) => ({ path: [key, 'countries', index], code }));
  };
  const written = [
    { path: ['country'], code: country },
    ...codesOf('texting', texting),
    ...codesOf('outbound', outbound),
  ];
  return written.flatMap(({ path, code }) => {
    if (typeof code !== 'string' || !/^[A-Z]{2}$/.test(code) || isCountry(code)) return [];
    return [
      { path, message: `${code} is not the ISO 3166 code of a country${code === 'UK' ? '; did you mean GB?' : ''}` },
    ];
  });
}

/** Numbers must exist in the plan of their country; a slip here is a clinic that nobody can call. */
function numberProblems(data: unknown): PlacedProblem[] {
  const { country, phone, numbers, humanLine, emergencyLine } = (data ?? {}) as Record<string, unknown>;
  const numberOf = (entry: unknown) => (entry as { number?: unknown } | null | undefined)?.number;
  const written: { path: Path; number: unknown }[] = [
    { path: ['phone'], number: phone },
    { path: ['humanLine', 'number'], number: numberOf(humanLine) },
    { path: ['emergencyLine', 'number'], number: numberOf(emergencyLine) },
    ...(Array.isArray(numbers) ? numbers : []).map((entry: unknown, index) => ({
      path: ['numbers', index, 'number'],
      number: numberOf(entry),
    })),
  ];
  return written.flatMap(({ path, number }) => {
    if (typeof number !== 'string') return [];
    const isE164 = /^\+[1-9]\d{6,14}$/.test(number);
    const problem = isE164 ? clinicNumberProblem(number) : undefined;
    const { e164, valid } = normalizePhone(number, typeof country === 'string' ? country : '');
    const meant = valid && e164 !== number ? `${didYouMean} "${e164}"?` : '';
    if (problem) return [{ path, message: `${number} ${problem}${meant && `; ${meant}`}` }];
    return meant ? [{ path, message: meant }] : [];
  });
}
