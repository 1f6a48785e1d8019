import { localDay } from '#domain/scheduling/slots/zoned-time.ts';
import { wallClock } from '#domain/wall-time.ts';
import { paint } from '../clinic/paint.ts';
import { weekday } from './lines.ts';

/** Something that stands in a calendar, or the time it is open. Instants are epoch milliseconds. */
export interface Span {
  kind: 'booked' | 'blocked' | 'open';
  startMs: number;
  endMs: number;
  /** What is written where it begins. */
  text: string;
}

const rowMinutes = 30;
const rowMs = rowMinutes * 60_000;
const columnWidth = 13;
/** The finest grid there is: whatever the offset of a zone, no row is stepped over. */
const finestMs = 5 * 60_000;
const hourMs = 60 * 60_000;

type Paper = Map<string, Cell>;
interface Cell {
  kind: Span['kind'];
  /** Those that begin in this half hour. */
  texts: string[];
}

/**
 * A week of one calendar as a grid of half hours by days, on the clock of the zone. On a day on which clocks change, what
 * happens in the hour that comes twice stands in one row, and the hour that is missing is crossed out.
 *
 * @param dates local dates of the seven days
 */
export function weekView(dates: readonly string[], zone: string, spans: readonly Span[]): string[] {
  const paper: Paper = new Map();
  for (const kind of ['open', 'blocked', 'booked'] as const) {
    for (const span of spans) if (span.kind === kind) draw(paper, span, zone);
  }
  const times = [...paper.keys()].map((key) => key.slice(11)).toSorted();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined)
    return [...header(dates, zone), 'Nothing stands here, and nobody works.'];
  const rows: string[] = [];
  for (let minutes = minutesOf(first); minutes <= minutesOf(last); minutes += rowMinutes) {
    const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const cells = dates.map((date) => cellText(paper.get(`${date} ${time}`), date, time, zone));
    rows.push(`${time} ${cells.join(' ')}`.trimEnd());
  }
  return [...header(dates, zone), ...rows, ...changes(dates, zone)];
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

function draw(paper: Paper, { kind, startMs, endMs, text }: Span, zone: string): void {
  let isFirst = true;
  for (let at = startMs; at < endMs; at += finestMs) {
    const { date, time } = wallClock(at, zone);
    const key = `${date} ${time.slice(0, 3)}${Number(time.slice(3)) < rowMinutes ? '00' : '30'}`;
    const known = paper.get(key);
    const texts = known?.kind === kind ? known.texts : [];
    paper.set(key, { kind, texts: isFirst && text ? [...texts, `${time} ${text}`] : texts });
    isFirst = false;
  }
}

function cellText(cell: Cell | undefined, date: string, time: string, zone: string): string {
  if (!cell) return isSkipped(date, time, zone) ? paint('dim', '╳'.repeat(columnWidth)) : ' '.repeat(columnWidth);
  const [text, ...others] = cell.texts;
  const shown = text && (others.length ? `${cut(text, columnWidth - 3)} +${others.length}` : cut(text, columnWidth));
  switch (cell.kind) {
    case 'open':
      return paint('dim', '·'.padEnd(columnWidth));
    case 'booked':
      return paint('cyan', (shown ?? '│').padEnd(columnWidth));
    case 'blocked':
      return paint('yellow', (shown ?? '▒').padEnd(columnWidth));
  }
}

const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

/** Whether clocks never show this half hour that day. */
function isSkipped(date: string, time: string, zone: string): boolean {
  const { startMs, endMs, isPlain } = localDay(date, zone);
  if (isPlain) return false;
  for (let at = startMs; at < endMs; at += rowMs) {
    const shown = wallClock(at, zone);
    if (Math.floor(minutesOf(shown.time) / rowMinutes) === Math.floor(minutesOf(time) / rowMinutes)) return false;
  }
  return true;
}

const hoursOf = (date: string, zone: string): number => {
  const { startMs, endMs } = localDay(date, zone);
  return (endMs - startMs) / hourMs;
};

function header(dates: readonly string[], zone: string): string[] {
  const days = dates.map((date) => {
    const mark = hoursOf(date, zone) === 24 ? '' : ' ±';
    return `${weekday(date)} ${date.slice(5)}${mark}`.padEnd(columnWidth);
  });
  return [paint('bold', `      ${days.join(' ')}`.trimEnd())];
}

function changes(dates: readonly string[], zone: string): string[] {
  return dates.flatMap((date) => {
    const hours = hoursOf(date, zone);
    if (hours === 24) return [];
    return [`± ${date}: clocks go ${hours < 24 ? 'forward' : 'back'}, the day has ${hours} hours`];
  });
}
