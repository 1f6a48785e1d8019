import {
  type Clinic,
  type Closure,
  closureName,
  type Interval,
  type WeeklyHours,
  weekdays,
} from '#domain/clinics/clinic.ts';
import type { ClinicSummary } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile, RecipientState } from '#domain/clinics/clinic-store.ts';
import { displayPhone } from '#domain/phone-number.ts';
import { wallClock } from '#domain/wall-time.ts';
import { paint } from './paint.ts';

/** A line per clinic: slug, status, number, name. */
export function listLines(clinics: ClinicSummary[]): string[] {
  const rows = clinics.map(({ slug, status, defaultLanguage, zone, numbers, name }) => [
    slug,
    status,
    defaultLanguage,
    zone,
    numbers.map(({ number }) => number).join(' '),
    name,
  ]);
  return columns([['slug', 'status', 'language', 'zone', 'numbers', 'name'], ...rows]).map((line, index) =>
    index ? line : paint('dim', line),
  );
}

/** Everything about a clinic that an operator asks for, in the clinic's own time. */
export function profileLines(clinic: ClinicProfile, nowMs: number): string[] {
  const status = clinic.status === 'active' ? '' : paint('red', ` ${clinic.status}`);
  return [
    `${paint('bold', clinic.name)} (${clinic.slug})${status}`,
    ...labelled('id', [`${clinic.id}, version ${clinic.version}`]),
    ...labelled('languages', [languagesText(clinic)]),
    ...labelled('zone', [clinic.zone]),
    ...labelled('address', [clinic.address]),
    ...labelled('phone', clinic.phone ? [numberText(clinic.phone, clinic)] : []),
    ...labelled(
      'numbers',
      clinic.numbers.map(({ number, language }) => `${numberText(number, clinic)}${language ? `, ${language}` : ''}`),
    ),
    ...labelled(
      'agents',
      clinic.agents.map(({ provider, id, kind }) => `${id} (${provider}, ${kind})`),
    ),
    ...labelled('emergency', [clinic.emergencyNumbers.join(', ')]),
    ...labelled('hours', hoursLines(clinic.hours)),
    ...labelled('closures', closureLines(clinic, nowMs)),
    ...labelled('providers', providerLines(clinic)),
    ...labelled('e-mail', [emailText(clinic)]),
    ...labelled('recipients', recipientLines(clinic)),
  ];
}

const labelled = (label: string, lines: string[]): string[] =>
  lines.map((line, index) => `  ${paint('dim', (index ? '' : label).padEnd(11))} ${line}`);

const languagesText = ({ languages, defaultLanguage }: Clinic): string =>
  languages.length > 1 ? `${languages.join(', ')}; first ${defaultLanguage}` : defaultLanguage;

const numberText = (number: string, { country }: Clinic): string => `${number} (${displayPhone(number, country)})`;

const intervalsText = (intervals: Interval[]): string =>
  intervals.map(({ from, to }) => `${from}-${to}`).join(', ') || 'closed';

function hoursLines(hours: WeeklyHours | undefined): string[] {
  if (!hours) return ['unknown: the agent says so and takes a message'];
  return columns(weekdays.map((day) => [day, intervalsText(hours[day])]));
}

function closureLines({ closures, zone }: Clinic, nowMs: number): string[] {
  const { date: today } = wallClock(nowMs, zone);
  const coming = closures.filter(({ date }) => date >= today).sort((a, b) => (a.date < b.date ? -1 : 1));
  const past = closures.length - coming.length;
  return [...columns(coming.map(closureColumns)), ...(past ? [paint('dim', `${past} past`)] : [])];
}

const closureColumns = (closure: Closure): string[] => [
  closureName(closure),
  closure.open ? 'open' : 'closed',
  closure.reason ?? '',
];

const providerLines = ({ providers }: Clinic): string[] =>
  columns(
    providers.map(({ honorific, givenName, familyName, specialties, active }) => [
      [honorific, givenName, familyName].filter(Boolean).join(' '),
      [...specialties, ...(active ? [] : ['not active'])].join(', '),
    ]),
  );

function emailText({ email }: Clinic): string {
  return [
    email.content,
    ...(email.sendUpdate ? ['update when the analysis comes late'] : []),
    ...(email.notConnected ? ['also calls that never connected'] : []),
    ...(email.replyTo ? [`replies to ${email.replyTo}`] : []),
  ].join('; ');
}

const recipientLines = ({ recipients, zone }: ClinicProfile): string[] =>
  columns(
    recipients.map(({ address, events, alternative, disabled }) => [
      address,
      [...events, ...(alternative ? ['alternative'] : [])].join(', '),
      disabled ? paint('red', disabledText(disabled, zone)) : paint('green', 'delivering'),
    ]),
  );

function disabledText({ reason, at }: NonNullable<RecipientState['disabled']>, zone: string): string {
  const { date, time } = wallClock(at, zone);
  return `disabled since ${date} ${time} (${reason})`;
}

/** Cells under each other; the last column may be as long as it is. */
function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
