import type * as z from 'zod';
import type { EntryAnswer } from '#lambdas/scheduling/api/answers.ts';
import { columns } from '../columns.ts';
import { Misuse } from '../command-line.ts';
import { day, oneLine, openDesk, type Options, patientOf, providerOf, tell, typeOf, words } from './desk.ts';
import { entryCells } from './lines.ts';

/** `waitlist [list | join | leave | accept]`. */
export async function waitlist([op = 'list', ...rest]: string[], options: Options): Promise<number> {
  switch (op) {
    case 'list':
      return listWaiting(rest, options);
    case 'join':
      return joinWaiting(rest, options);
    case 'leave':
    case 'accept':
      return settleWaiting(op, rest, options);
    default:
      throw new Misuse(`there is no waitlist ${op}`);
  }
}

async function listWaiting(rest: string[], options: Options): Promise<number> {
  const desk = await openDesk(options);
  const types = rest.length ? [typeOf(desk, rest.join(' '))] : desk.clinic.types;
  const answers: z.infer<typeof EntryAnswer>[] = [];
  for (const { id: typeId } of types) {
    const answer = await desk.client.ask({ action: 'waitlist', op: 'list', typeId });
    if (answer.op === 'list') answers.push(...answer.entries);
  }
  return tell(options, answers, () =>
    answers.length ? columns(answers.map((entry) => entryCells(entry, desk.clinic))) : ['Nobody waits.'],
  );
}

async function joinWaiting(rest: string[], options: Options): Promise<number> {
  if (rest.length === 0) throw new Misuse('waitlist join needs the name of a type');
  const { phone, consent } = options;
  if (phone === undefined)
    throw new Misuse('waitlist join needs the --phone on which the patient agreed to be contacted');
  const patient = patientOf(options);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({
    action: 'waitlist',
    op: 'join',
    typeId: typeOf(desk, rest.join(' ')).id,
    providerId: providerOf(desk, options.with),
    from: day(desk, options.from),
    to: day(desk, options.to),
    notBefore: options.after,
    before: options.before,
    contact: phone,
    consent,
    ...patient,
  });
  return tell(options, answer, () => ('entry' in answer ? [`Waiting  ${answer.entry.id}`] : []));
}

async function settleWaiting(op: 'leave' | 'accept', rest: string[], options: Options): Promise<number> {
  const [entryId] = words(`waitlist ${op} needs the id of an entry`, rest, 1);
  const desk = await openDesk(options);
  const answer = await desk.client.ask({ action: 'waitlist', op, entryId });
  return tell(options, answer, () =>
    answer.op === 'accept' ? [`Booked  ${oneLine(desk.clinic, answer.appointment)}`] : ['Left the waitlist'],
  );
}
