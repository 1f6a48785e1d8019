import { Misuse } from '../command-line.ts';
import { columns } from '../columns.ts';
import {
  day,
  ifVersion,
  oneLine,
  openDesk,
  type Options,
  patientOf,
  providerOf,
  tell,
  typeOf,
  when,
  words,
} from './desk.ts';
import { appointmentLines, localText, timeCells } from './lines.ts';

export async function times(rest: string[], options: Options): Promise<number> {
  if (rest.length === 0) throw new Misuse('times needs the name of a type');
  const count = Number(options.count ?? 10);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new Misuse('--count needs a whole number from 1 to 100');
  const desk = await openDesk(options);
  const answer = await desk.client.ask({
    action: 'availability',
    typeId: typeOf(desk, rest.join(' ')).id,
    providerId: providerOf(desk, options.with),
    from: day(desk, options.from),
    to: day(desk, options.to),
    notBefore: options.after,
    before: options.before,
    count,
  });
  return tell(options, answer, () => {
    const { offers, next } = answer;
    if (offers.length) return columns(offers.map((offer) => timeCells(offer, desk.clinic)));
    return [next ? `Nothing is free then. The next time is ${localText(next.localStart)}.` : 'Nothing is free.'];
  });
}

export async function book(rest: string[], options: Options): Promise<number> {
  const [type = '', date = '', time = ''] = words('book needs a type, a date and a time', rest, 3);
  const patient = patientOf(options);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({
    action: 'book',
    typeId: typeOf(desk, type).id,
    start: when(desk, date, time),
    providerId: providerOf(desk, options.with),
    reason: options.reason,
    ...patient,
  });
  return tell(options, answer, () => [`Booked  ${oneLine(desk.clinic, answer.appointment)}`]);
}

export async function move(rest: string[], options: Options): Promise<number> {
  const [appointmentId, date = '', time = ''] = words('move needs an appointment, a date and a time', rest, 3);
  const desk = await openDesk(options);
  const answer = await desk.client.ask(
    { action: 'reschedule', appointmentId, start: when(desk, date, time), providerId: providerOf(desk, options.with) },
    ifVersion(options),
  );
  return tell(options, answer, () => [`Moved  ${oneLine(desk.clinic, answer.appointment)}`]);
}

export async function cancel(rest: string[], options: Options): Promise<number> {
  const [appointmentId] = words('cancel needs the id of an appointment', rest, 1);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({ action: 'cancel', appointmentId, reason: options.reason }, ifVersion(options));
  return tell(options, answer, () => [`Cancelled  ${oneLine(desk.clinic, answer.appointment)}`]);
}

export async function mark(rest: string[], options: Options): Promise<number> {
  const [appointmentId, status] = words('mark needs an appointment and a status', rest, 2);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({ action: 'status', appointmentId, status }, ifVersion(options));
  return tell(options, answer, () => [`${answer.appointment.status}  ${oneLine(desk.clinic, answer.appointment)}`]);
}

export async function show(rest: string[], options: Options): Promise<number> {
  const [appointmentId] = words('show needs the id of an appointment', rest, 1);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({ action: 'get', appointmentId });
  return tell(options, answer, () => appointmentLines(answer.appointment, desk.clinic, answer.patient));
}
