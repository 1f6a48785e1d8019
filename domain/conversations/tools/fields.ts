import * as z from 'zod';
import { type Weekday, weekdays } from '../../clinics/hours/weekly-hours.ts';
import { languages } from '../../language.ts';
import { foldSpeech } from '../folded-speech.ts';

/** Names and wishes reach the clinic's people: one line, no control characters, however a model wrote them. */
const oneLine = (text: unknown): unknown =>
  typeof text === 'string'
    ? text
        .toWellFormed()
        .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
        .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
        .trim()
    : text;

/** What is longer than anybody says is cut rather than refused: a caller is on the line. */
const text = (max: number, description: string) =>
  z
    .preprocess((value) => {
      const line = oneLine(typeof value === 'number' ? String(value) : value);
      return typeof line === 'string' ? line.slice(0, max).toWellFormed() : line;
    }, z.string().min(1).max(max))
    .describe(description);

/** Flows hand over dates with a time behind them. */
const date = (description: string) =>
  z
    .preprocess((value) => (typeof value === 'string' ? value.trim().replace(/[T ].*$/, '') : value), z.iso.date())
    .describe(description);

/** `9:00`, `14h30`, `9 h`, `2:30 p.m.` and `2026-10-05T09:00` are all a time of day. */
function readTime(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const said = value
    .trim()
    .toLowerCase()
    .replace(/^\d{4}-\d\d-\d\d[t ]/, '');
  const [, hour, minute = '00', half] =
    /^(\d{1,2})(?:\s*(?:[:h.]|heures?)\s*(\d{2})?(?::\d{2}(?:\.\d+)?)?)?\s*(?:([ap])\.?\s?m\.?)?$/.exec(said) ?? [];
  if (hour === undefined) return value;
  const hours = half ? (Number(hour) % 12) + (half === 'p' ? 12 : 0) : Number(hour);
  return `${String(hours).padStart(2, '0')}:${minute}`;
}

const time = (description: string) =>
  z.preprocess(readTime, z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)).describe(description);

/** One of a closed list, also in the words of a flow that thinks in French. */
const oneOf = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
  alsoSaid: Readonly<Record<string, Words[number]>> = {},
) =>
  z
    .preprocess((value) => {
      if (typeof value !== 'string') return value;
      const said = foldSpeech(value);
      return alsoSaid[said] ?? words.find((word) => foldSpeech(word) === said) ?? value;
    }, z.enum(words))
    .describe(description);

/** Flows know only texts. */
const yesOrNo = (description: string) =>
  z
    .preprocess((value) => {
      const said = typeof value === 'string' ? foldSpeech(value) : undefined;
      return said === undefined ? value : ({ true: true, false: false }[said] ?? value);
    }, z.boolean())
    .describe(description);

const frenchDays: Record<string, Weekday> = {
  lundi: 'monday',
  mardi: 'tuesday',
  mercredi: 'wednesday',
  jeudi: 'thursday',
  vendredi: 'friday',
  samedi: 'saturday',
  dimanche: 'sunday',
};

/**
 * Everything a tool can be told, each thing once: a model learns one word for it, and each has its question for when it
 * is missing. Names, never ids; dates and times in digits, so that nothing is read twice in two ways.
 */
export const fields = {
  language: oneOf(languages, 'Language the caller speaks, when it is not the one the call began in.'),

  doctor: text(80, 'The doctor as the caller said it: a name, “any”, a specialty, or “the first” of the list told.'),
  appointment_type: text(80, 'What the visit is for, as the clinic names it, for example “consultation”.'),

  date: date('Day wanted, written YYYY-MM-DD.'),
  until: date('Last day wanted, written YYYY-MM-DD, when several days suit.'),
  weekday: oneOf(weekdays, 'Weekday the caller named, to check the date against.', frenchDays),
  part_of_day: oneOf(['morning', 'afternoon', 'evening', 'any'], 'When in the day.', {
    matin: 'morning',
    'apres midi': 'afternoon',
    soir: 'evening',
    indifferent: 'any',
  }),
  time: time('Time wanted, written HH:mm, 24 hours, local to the clinic.'),
  choice: text(60, 'Which of the times last told: “first”, “second” or “third”.'),
  strategy: oneOf(['soonest', 'spread'], 'soonest: the next free times. spread: times on several days.'),
  urgency: oneOf(
    ['routine', 'same_day'],
    'same_day: urgent without danger to life, such as a swelling or a broken tooth.',
  ),

  current_date: date('Day of the appointment the patient has now, written YYYY-MM-DD.'),
  current_time: time('Time of the appointment the patient has now, written HH:mm.'),
  existing_appointment: oneOf(
    ['replace', 'keep_both'],
    'Only after CHANGE_TO_CONFIRM, with the caller’s answer: move the earlier booking, or keep both.',
  ),

  patient_name: text(120, 'First and last name of the patient, as said by the caller.'),
  date_of_birth: date('Date of birth of the patient, written YYYY-MM-DD.'),
  date_of_birth_said: oneOf(
    ['in_words', 'in_digits', 'confirmed'],
    'How the caller said the month: in words, or only in digits. confirmed: you read it back and the caller agreed.',
  ),
  caller_name: text(120, 'Name of the caller, only when calling for somebody else.'),
  callback_number: text(40, 'Number to call back, as said by the caller.'),
  reason: text(300, 'Why the patient comes, in a few words of the caller.'),

  message: text(1_000, 'The message, in the caller’s words.'),
  consent: yesOrNo('true only if the caller said yes to being contacted when a time comes free.'),
  happening_now: oneOf(
    ['yes', 'no', 'unknown'],
    'The caller’s answer to “is it happening now?”; unknown when there was no clear answer.',
    { oui: 'yes', non: 'no' },
  ),
  topic: oneOf(['hours', 'address', 'phone', 'emergency_numbers', 'all'], 'What the caller wants to know.'),
} as const satisfies Record<string, z.ZodType>;

/** An argument some tool takes. */
export type Argument = keyof typeof fields;

/**
 * The input of a tool from the fields it needs and those it can do with; any tool may be told that the caller changed
 * the language.
 */
export function inputOf<const Needed extends Argument = never, const Optional extends Argument = never>(
  needed: readonly Needed[],
  optional: readonly Optional[] = [],
): z.ZodObject<
  { [K in Needed]: (typeof fields)[K] } & { [K in Optional | 'language']: z.ZodOptional<(typeof fields)[K]> }
> {
  const shape: Record<string, z.ZodType> = {};
  for (const name of needed) shape[name] = fields[name];
  for (const name of [...optional, 'language'] as Argument[]) shape[name] = fields[name].optional();
  return z.object(shape) as ReturnType<typeof inputOf<Needed, Optional>>;
}
