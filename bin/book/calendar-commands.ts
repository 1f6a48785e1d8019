import { addDays } from '#domain/scheduling/slots/zoned-time.ts';
import { paint } from '../clinic/paint.ts';
import { columns } from '../columns.ts';
import { Misuse } from '../command-line.ts';
import type { AnswerTo } from './api-client.ts';
import { day, type Desk, openDesk, type Options, providerOf, tell, when, whose, words } from './desk.ts';
import { appointmentCells, catalogueLines, localText, type Person } from './lines.ts';
import { dateOf, weekOf } from './wanted-date.ts';
import { type Span, weekView } from './week-view.ts';

export async function clinic(rest: string[], options: Options): Promise<number> {
  words('clinic takes no argument', rest, 0);
  const desk = await openDesk(options);
  return tell(options, desk.clinic, () => catalogueLines(desk.clinic));
}

export async function block(rest: string[], options: Options): Promise<number> {
  const [who = '', date = '', from = '', to = ''] = words(
    'block needs a provider or a room, a date and two times of day',
    rest,
    4,
  );
  const desk = await openDesk(options);
  const { id, name, field } = whose(desk, who);
  const answer = await desk.client.ask({
    action: 'block',
    [field]: id,
    start: when(desk, date, from),
    end:
      to === '24:00'
        ? when(desk, addDays(dateOf(date, desk.clinic.zone, desk.nowMs), 1), '00:00')
        : when(desk, date, to),
    reason: options.reason,
  });
  return tell(options, answer, () => [`Blocked  ${localText(answer.block.localStart)}  ${name}  ${answer.block.id}`]);
}

export async function unblock(rest: string[], options: Options): Promise<number> {
  const [blockId] = words('unblock needs the id of a block', rest, 1);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({ action: 'unblock', blockId });
  return tell(options, answer, () => ['Free again']);
}

type Listed = Pick<AnswerTo<'list'>, 'appointments' | 'blocks' | 'openings'> & { patients: Person[] };

/** All pages of a list as one. */
async function listAll({ client }: Desk, wanted: Record<string, unknown>): Promise<Listed> {
  const all: Listed = { appointments: [], patients: [] };
  let after: string | undefined;
  do {
    const page = await client.ask({ action: 'list', limit: 100, ...wanted, after });
    all.appointments.push(...page.appointments);
    all.patients.push(...(page.patients ?? []));
    if (after === undefined) Object.assign(all, { blocks: page.blocks, openings: page.openings });
    after = page.next;
  } while (after !== undefined);
  return all;
}

export async function list(rest: string[], options: Options): Promise<number> {
  if (rest.length > 1) throw new Misuse('list takes one date at most');
  const desk = await openDesk(options);
  const from = day(desk, rest[0] ?? 'today');
  const answer = await listAll(desk, {
    from,
    to: day(desk, options.to) ?? from,
    providerId: providerOf(desk, options.with),
    include: ['patients', 'blocks'],
  });
  return tell(options, answer, () => {
    const rows = answer.appointments.map((one) => appointmentCells(one, desk.clinic, answer.patients));
    const blocks = (answer.blocks ?? []).map(({ id, providerId, operatoryId, localStart, reason = '' }) => {
      const { providers, operatories } = desk.clinic;
      const name = [...providers, ...operatories].find((one) => one.id === (providerId ?? operatoryId))?.name ?? '';
      return [localText(localStart), paint('yellow', 'blocked'), reason, name, '', '', id];
    });
    const lines = columns(
      [...rows, ...blocks].toSorted((a, b) => ((a[0] ?? '').slice(4) < (b[0] ?? '').slice(4) ? -1 : 1)),
    );
    return lines.length ? lines : ['Nothing stands then.'];
  });
}

export async function week(rest: string[], options: Options): Promise<number> {
  if (rest.length === 0) throw new Misuse('week needs a provider or a room; put names of several words in quotes');
  const desk = await openDesk(options);
  const dates = weekOf(day(desk, options.from ?? 'today') ?? '');
  const shown: Record<string, Listed> = {};
  for (const name of rest) {
    const who = whose(desk, name);
    shown[who.name] = await listAll(desk, {
      from: dates[0],
      to: dates[6],
      [who.field]: who.id,
      include: ['patients', 'blocks', 'openings'],
    });
  }
  return tell(options, shown, () =>
    Object.entries(shown).flatMap(([name, listed]) => [
      `${paint('bold', name)}, ${desk.clinic.zone}`,
      ...weekView(dates, desk.clinic.zone, spansOf(listed)),
      '',
    ]),
  );
}

/** What is drawn of a week: whatever stands, and where somebody works. */
function spansOf({ appointments, blocks = [], openings = [], patients }: Listed): Span[] {
  const between = ({ start, end }: { start: string; end: string }) => ({
    startMs: Date.parse(start),
    endMs: Date.parse(end),
  });
  const familyName = (patientId: string) => patients.find(({ id }) => id === patientId)?.familyName ?? 'patient';
  return [
    ...openings.map((opening): Span => ({ kind: 'open', text: '', ...between(opening) })),
    ...blocks.map((one): Span => ({ kind: 'blocked', text: one.reason ?? 'blocked', ...between(one) })),
    ...appointments
      .filter(({ status }) => status !== 'cancelled' && status !== 'noshow')
      .map((one): Span => ({ kind: 'booked', text: familyName(one.patientId), ...between(one) })),
  ];
}
