import type { Clinic } from '#domain/clinics/clinic.ts';
import { type Closure, closureName } from '#domain/clinics/hours/closure.ts';
import { type Interval, type WeeklyHours, weekdays } from '#domain/clinics/hours/weekly-hours.ts';
import type { HumanLine } from '#domain/clinics/numbers/clinic-number.ts';
import type { AppointmentType } from '#domain/clinics/practice/appointment-type.ts';
import { SchedulingSettings } from '#domain/clinics/practice/scheduling-settings.ts';
import type { ClinicSummary } from '#domain/clinics/clinic-registry.ts';
import { type ClinicProfile, isWrittenTo, type RecipientState } from '#domain/clinics/clinic-store.ts';
import { providerName } from '#domain/clinics/practice/provider-name.ts';
import { typeName } from '#domain/clinics/practice/type-name.ts';
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
    ...labelled('lines', lineLines(clinic)),
    ...labelled('hours', hoursLines(clinic.hours)),
    ...labelled('closures', closureLines(clinic, nowMs)),
    ...labelled('providers', providerLines(clinic)),
    ...labelled('operatories', operatoryLines(clinic)),
    ...labelled('types', typeLines(clinic)),
    ...labelled('scheduling', schedulingLines(clinic)),
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

function lineLines(clinic: Clinic): string[] {
  const { humanLine, emergencyLine } = clinic;
  const hoursText = ({ hours }: HumanLine, otherwise: string) => (hours ? ownHoursText(hours) : otherwise);
  return columns([
    ...(humanLine
      ? [['a person', numberText(humanLine.number, clinic), hoursText(humanLine, 'in the clinic’s hours')]]
      : []),
    ...(emergencyLine
      ? [['in an emergency', numberText(emergencyLine.number, clinic), hoursText(emergencyLine, 'always')]]
      : []),
  ]);
}

/** A week in one line, days with the same hours together. */
function ownHoursText(hours: WeeklyHours): string {
  const days = Map.groupBy(weekdays, (day) => intervalsText(hours[day]));
  days.delete('closed');
  return [...days].map(([intervals, same]) => `${same.join(', ')} ${intervals}`).join('; ') || 'never';
}

function closureLines(clinic: Clinic, nowMs: number): string[] {
  const { closures, zone } = clinic;
  const { date: today } = wallClock(nowMs, zone);
  const coming = closures.filter(({ date }) => date >= today).sort((a, b) => (a.date < b.date ? -1 : 1));
  const past = closures.length - coming.length;
  return [
    ...columns(coming.map((closure) => closureColumns(closure, clinic))),
    ...(past ? [paint('dim', `${past} past`)] : []),
  ];
}

const closureColumns = (closure: Closure, clinic: Clinic): string[] => [
  closureName(closure, (id) => nameOf(id, clinic)),
  closure.open ? 'open' : 'closed',
  closure.reason ?? '',
];

/** Of a provider or operatory. */
function nameOf(id: string, { providers, operatories }: Clinic): string {
  const provider = providers.find((one) => one.id === id);
  if (provider) return providerName(provider);
  return operatories.find((one) => one.id === id)?.name ?? id;
}

const providerLines = (clinic: Clinic): string[] =>
  columns(
    clinic.providers.map(({ id, specialties, hours, overridesClinicHours, active }) => [
      nameOf(id, clinic),
      [...specialties, ...(active ? [] : ['not active'])].join(', '),
      hours ? `${ownHoursText(hours)}${overridesClinicHours ? ', whatever the clinic’s hours' : ''}` : '',
    ]),
  );

const operatoryLines = ({ operatories }: Clinic): string[] =>
  columns(
    operatories.map(({ name, capabilities, externalId, active }) => [
      name,
      [...capabilities, ...(externalId ? [externalId] : []), ...(active ? [] : ['not active'])].join(', '),
    ]),
  );

const typeLines = (clinic: Clinic): string[] =>
  columns(
    clinic.appointmentTypes.map((type) => [
      typeName(type, clinic.defaultLanguage),
      lengthText(type),
      whoText(type, clinic),
      [whereText(type, clinic), ...(type.bookableByAgent ? [] : ['not by agents'])]
        .concat(type.active ? [] : ['not active'])
        .join(', '),
    ]),
  );

/** `5+20+10 min`: the buffers around what the patient hears of. */
const lengthText = ({ durationMin, bufferBeforeMin, bufferAfterMin }: AppointmentType): string =>
  `${bufferBeforeMin ? `${bufferBeforeMin}+` : ''}${durationMin}${bufferAfterMin ? `+${bufferAfterMin}` : ''} min`;

const whoText = ({ providers }: AppointmentType, clinic: Clinic): string =>
  providers
    ?.map(({ id, durationMin }) => `${nameOf(id, clinic)}${durationMin ? ` (${durationMin} min)` : ''}`)
    .join(', ') ?? 'everybody';

function whereText({ needsOperatory, operatories, capabilities }: AppointmentType, clinic: Clinic): string {
  if (!needsOperatory) return 'no room';
  const rooms = operatories?.map((id) => nameOf(id, clinic)).join(' or ') ?? 'any room';
  return capabilities.length ? `${rooms} with ${capabilities.join(' and ')}` : rooms;
}

/** What differs from what a clinic gets without a word. */
function schedulingLines({ scheduling }: Clinic): string[] {
  const usual: Record<string, unknown> = SchedulingSettings.parse({});
  return Object.entries(scheduling)
    .filter(([name, value]) => value !== usual[name])
    .map(([name, value]) => `${name} ${value}`);
}

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
    recipients.map((recipient) => [
      recipient.address,
      [...recipient.events, ...(recipient.alternative ? ['alternative'] : [])].join(', '),
      isWrittenTo(recipient) ? paint('green', 'delivering') : paint('red', whyNot(recipient, zone)),
    ]),
  );

function whyNot({ disabled, awaiting }: RecipientState, zone: string): string {
  const since = (at = 0) => {
    const { date, time } = wallClock(at, zone);
    return `since ${date} ${time}`;
  };
  return disabled
    ? `disabled ${since(disabled.at)} (${disabled.reason})`
    : `awaiting a click ${since(awaiting?.sinceMs)}`;
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
