/** `npm run chat -- <slug>`: writes to a clinic as a patient would, by SMS or in the chat of its site. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs, styleText } from 'node:util';
import * as z from 'zod';
import { openRecords } from '#local/call/records.ts';
import { findRunningSystem, NotRunning, type RunningSystem } from '#local/call/running-system.ts';

/** A request we cannot do: its message is all there is to say. */
class Refused extends Error {}

const usage = `npm run chat -- <slug> [options] [message…]

  Without messages each line you type is one; an empty line or Ctrl-D ends it.

  --sms               write to the clinic's number by SMS (default: the chat of its site)
  --whatsapp          the same by WhatsApp, which is answered only where the clinic has turned it on
  --from <number>     who writes (default +12025550117)
  --language <fr|en>  of the site's chat
  --timeout <s>       how long an answer may take (default 60)
  --dir <path>        where npm start keeps its files (default .frontdesk)`;

/** Writes one message and answers what comes back. */
type Wire = (text: string) => Promise<readonly string[]>;

async function json(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) return body;
  const { error } = z
    .object({ error: z.object({ message: z.string() }) })
    .catch({ error: { message: '' } })
    .parse(body);
  throw new Refused(`${response.url} answered ${response.status}. ${error.message}`.trim());
}

async function siteChat(
  api: string,
  slug: string,
  language: string | undefined,
): Promise<{ hello: string; wire: Wire }> {
  const url = `${api}/api/chat/${slug}/messages`;
  const headers = { 'content-type': 'application/json' };
  const first = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...(language && { language }) }) });
  const { token, reply } = z.object({ token: z.string(), reply: z.string() }).parse(await json(first));
  return {
    hello: reply,
    async wire(text) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}` },
        body: JSON.stringify({ text, messageId: randomUUID() }),
      });
      return [z.object({ reply: z.string() }).parse(await json(response)).reply];
    },
  };
}

/** Through the stand-in of Twilio, which has the telephone of whoever writes. */
function textMessages(control: string, { from, to, timeoutMs }: { from: string; to: string; timeoutMs: number }): Wire {
  const Sent = z.object({ messages: z.array(z.object({ to: z.string(), body: z.string() })) });
  const screen = async () =>
    Sent.parse(await json(await fetch(`${control}/messages`)))
      .messages.filter((message) => message.to === from)
      .map(({ body }) => body);
  return async (text) => {
    const before = (await screen()).length;
    const response = await fetch(`${control}/incoming-messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to, body: text }),
    });
    const { status } = z.object({ status: z.number().optional() }).parse(await json(response));
    if (status !== 200) throw new Refused(`The clinic’s side answered Twilio with ${status ?? 'nothing'}.`);
    const until = Date.now() + timeoutMs;
    while (Date.now() < until) {
      const now = (await screen()).slice(before);
      if (now.length > 0) return now;
      await new Promise((later) => setTimeout(later, 200));
    }
    return [];
  };
}

/** Also of a clinic that joined since the start. */
async function numberOf(system: RunningSystem, slug: string): Promise<string> {
  const clinics = await openRecords(system).clinics();
  const number = clinics.find((clinic) => clinic.slug === slug)?.numbers[0];
  if (number) return number;
  throw new Refused(`There is no clinic ${slug} here; there are: ${clinics.map((one) => one.slug).join(', ')}`);
}

async function chat(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sms: { type: 'boolean', default: false },
      whatsapp: { type: 'boolean', default: false },
      from: { type: 'string', default: '+12025550117' },
      language: { type: 'string' },
      timeout: { type: 'string', default: '60' },
      dir: { type: 'string', default: '.frontdesk' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [slug, ...messages] = positionals;
  if (values.help || !slug) return console.log(usage);
  const system = await findRunningSystem(resolve(values.dir));
  const to = await numberOf(system, slug);
  const clinicSays = (text: string) => console.log(`${styleText('cyan', 'clinic')}  ${text}`);
  let wire: Wire;
  if (values.sms || values.whatsapp) {
    const { control } = system.twilio;
    if (!control) throw new Refused('Twilio itself is spoken to here: write from a telephone.');
    const prefix = values.whatsapp ? 'whatsapp:' : '';
    const timeoutMs = Number(values.timeout) * 1_000;
    wire = textMessages(control, { from: `${prefix}${values.from}`, to: `${prefix}${to}`, timeoutMs });
  } else {
    const begun = await siteChat(system.api, slug, values.language);
    clinicSays(begun.hello);
    ({ wire } = begun);
  }
  const write = async (text: string) => {
    const answers = await wire(text);
    for (const answer of answers) clinicSays(answer);
    if (answers.length === 0) console.log(styleText('dim', 'No answer.'));
  };
  if (messages.length > 0) {
    for (const text of messages) {
      console.log(`${styleText('green', 'you')}     ${text}`);
      await write(text);
    }
    return;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: 'you     ' });
  // What was piped in may have ended while an answer was waited for.
  let isOpen = true;
  terminal.on('close', () => (isOpen = false));
  terminal.prompt();
  for await (const line of terminal) {
    if (!line.trim()) break;
    await write(line.trim());
    if (isOpen) terminal.prompt();
  }
  terminal.close();
}

try {
  await chat();
} catch (error) {
  if (!(error instanceof Refused || error instanceof NotRunning || error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
