/** `npm run book -- times | book | move | …`: a clinic's calendar from a terminal, over the booking API and nothing else. */
import { book, cancel, mark, move, show, times } from './book/appointment-commands.ts';
import { block, clinic, list, unblock, week } from './book/calendar-commands.ts';
import type { Options } from './book/desk.ts';
import { waitlist } from './book/waitlist-commands.ts';
import { runCommand } from './command-line.ts';
import { defaultDir } from './connect.ts';

const usage = `npm run book -- <command> [options]

  clinic                             types, providers and rooms, with their names and ids
  times <type>                       times that are free now
  book <type> <date> <time>          book one, for --patient or --patient-id
  move <appointment> <date> <time>   move an appointment
  cancel <appointment>               cancel one
  mark <appointment> <status>        confirmed, arrived, fulfilled or noshow
  block <who> <date> <from> <to>     take time out of the calendar of a provider or a room
  unblock <block>                    give it back
  list [<date>]                      appointments of a day, or up to --to; those blocked as well
  show <appointment>                 everything about one
  week <who>…                        the week of a provider or a room as a grid
  waitlist [list]                    who waits; or join <type>, leave <entry>, accept <entry>

Types, providers and rooms are named by their names or parts of them. Dates are today, tomorrow or 2026-10-06, times of
day 09:30: the clinic's calendar and clock, wherever you are.

  --with <provider>       times, book, move, list, waitlist join: this provider
  --from, --to <date>     times, waitlist join: between these days; week: the week of --from; list: up to --to
  --after, --before <time>  times, waitlist join: at these times of day
  --count <n>             times: how many (default 10)
  --patient <name>        somebody new: "Given Family" or "Family, Given", with --dob 1985-03-09 and --phone
  --patient-id <id>       somebody the clinic knows
  --consent               waitlist join: the patient agreed to be contacted on --phone
  --reason <text>         book, cancel, block
  --if-version <n>        move, cancel, mark: only if it is still this version
  --clinic <slug>         which clinic of the system running here
  --api, --key            where the API answers, and with which key; also FRONTDESK_API_URL and FRONTDESK_API_KEY
  --dir <path>            where npm start keeps its files (default ${defaultDir})
  --json                  print what the API answers

Ends with 0, with 1 when something was refused or failed, with 2 when it was called wrongly. The API: docs/booking-api.md.`;

const text = { type: 'string' } as const;

/** The tool itself: answers its exit code for these arguments. */
export const bookTool = (args: string[]): Promise<number> =>
  runCommand<Options>(
    args,
    usage,
    {
      with: text,
      from: text,
      to: text,
      after: text,
      before: text,
      count: text,
      patient: text,
      'patient-id': text,
      dob: text,
      phone: text,
      consent: { type: 'boolean', default: false },
      reason: text,
      'if-version': text,
      clinic: text,
      api: text,
      key: text,
    },
    { clinic, times, book, move, cancel, mark, block, unblock, list, show, week, waitlist },
  );

if (import.meta.main) process.exitCode = await bookTool(process.argv.slice(2));
