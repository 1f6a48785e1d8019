import { inputSchema } from '#domain/conversations/tools/input-schema.ts';
import { tools } from '#domain/conversations/tools/registry.ts';
import type { Disclosure, Tool, ToolCode } from '#domain/conversations/tools/tool.ts';
import { exampleSentence } from './example-sentences.ts';

const disclosures: Record<Disclosure, string> = {
  public: 'only what the clinic tells anybody',
  'own-appointments':
    'nothing; afterwards day, time and doctor of the verified patient’s own appointments, each time on record',
  nothing: 'whether it worked',
};

/** The page of the tools, made from their definitions. */
export const toolsPage = (): string => [introduction, ...tools.map(chapter)].join('\n');

/** A cell stands on one line and between bars. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

/** Every tool may end in these ways too. */
const everywhere: readonly ToolCode[] = [
  'ARGUMENTS_INVALID',
  'EMERGENCY_TO_CONFIRM',
  'EMERGENCY_ACTIVE',
  'RETRY_LATER',
  'TENANT_MISMATCH',
];

function chapter(tool: Tool): string {
  const { properties, required } = inputSchema(tool);
  const given = Object.entries(properties).filter(([name]) => name !== 'language');
  return `## ${tool.name}

${tool.description.en}

> ${tool.description.fr}

- ${tool.effect === 'read' ? 'Reads; it may be repeated' : 'Writes; repeated with the same arguments it answers the same'}.
- Before verification the caller learns ${disclosures[tool.discloses]}.
- ${tool.refusedInEmergency ? 'Refused' : 'Not refused'} while there is an emergency.
- Budget: ${tool.budgetMs} ms.

${
  given.length
    ? table(
        ['argument', 'what', 'values'],
        given.map(([name, { description, enum: words, type }]) => [
          required.includes(name) ? `**${name}**` : name,
          description,
          words ? words.map((word) => `\`${word}\``).join(' ') : type === 'boolean' ? 'true or false' : 'text',
        ]),
      )
    : 'It takes no arguments.'
}

${table(
  ['answers', 'what'],
  Object.entries(tool.answers).map(([name, what]) => [`\`${name}\``, what]),
)}

${table(['code', 'français', 'English'], tool.codes.map(codeRow(tool.name)))}
`;
}

const codeRow = (tool: string) => (code: ToolCode) => [
  `\`${code}\``,
  exampleSentence(tool, code, 'fr'),
  exampleSentence(tool, code, 'en'),
];

const introduction = `# The tools of the voice agent

Written by \`npm run docs:tools\` from the definitions in \`domain/conversations/tools\`; change those, not this page.

Each tool is defined once. From that come the functions of an OpenAI model, the custom functions of a Retell agent, the
route \`POST /api/functions/{tool}\` and this page. A tool answers one flat object: \`code\`, a stable word to branch on;
\`say\`, one or two sentences ready to be spoken in the language of the call; and its fields. Fields are there in every
answer, empty where there is nothing to tell. Retell keeps them as \`{tool}_code\`, \`{tool}_say\` and \`{tool}_{field}\`.

## What holds for all of them

- **Always an answer.** Within two seconds, also while a store fails: then \`RETRY_LATER\`.
- **Names, never ids.** The clinic and the conversation are those of the signed call; a \`clinic_id\` argument that
  contradicts them is \`TENANT_MISMATCH\`. Doctors and kinds of appointments are named as the caller names them and found
  on the server: “docteur Ahmed”, “le premier”, “n’importe lequel”, a specialty. A name that fits two is
  \`PROVIDER_AMBIGUOUS\` or \`TYPE_AMBIGUOUS\` with both names; an id, or a doctor of another clinic, is
  \`PROVIDER_UNKNOWN\`. No answer holds an id.
- **Only real times.** A time is taken from those last told (“first”, “le deuxième”) or by date and time, and only if the
  engine would offer it: otherwise \`SLOT_INVALID\`, whatever the model says. What is said twice must agree. A weekday that
  contradicts its date is \`DATE_WEEKDAY_MISMATCH\`.
- **Repetition is harmless.** A writing tool called again with the same arguments answers the same, as long as nothing
  else was changed in between. A second time for the same patient and kind of visit is \`CHANGE_TO_CONFIRM\`.
- **Language.** Every tool also takes \`language\` (\`fr\` or \`en\`) when the caller changes it to one the clinic speaks.
- **Arguments** in bold are needed. A null, an empty text or a variable nobody set counts as not given.

## Who is on the line

The calling number is a hint, never proof. Before \`verify_patient\` nothing about any person is said, not even whether
the clinic knows them. It takes the exact date of birth and the full name; accents, hyphens, capitals and the order of
names do not matter, and a name that is only alike verifies nobody. Where two of the clinic's patients share the
birthday and the name that was said, it is neither of them, until a name is said that is one's alone, word for word.
Whoever calls for somebody else must be recorded as their contact. An unknown person, a wrong date and a contact who is
not recorded get the same answer. After three attempts in a call or chat, five from a number in a day, or twenty from
the network of visitors of a site, a person takes over. A date of birth told in digits whose day may be a month is read
back first. What was verified is forgotten with the call.
Anybody may book for somebody new by name, date of birth and number; the clinic decides later whether they are somebody
it knows.

## Emergencies

Everything the caller says is searched for phrases that sound like a danger to life, in every language at once, before a
tool does its work; the agent may also call \`report_emergency\`. Neither a negation nor a past tense takes it back. The
caller is asked once whether it is happening now (\`EMERGENCY_TO_CONFIRM\`). Only a clear no clears it; yes, anything else,
or silence makes it an emergency for the rest of the call: the fixed sentence with two public numbers, the number of the
team on call if one answers, a record, a notice to those who watch, and \`EMERGENCY_ACTIVE\` from every tool that books.
Thoughts of suicide follow the same rule. No triage, no advice, and never an appointment instead. We never dial public
emergency numbers: they answer by the place of our number, not of the caller.

## Codes any tool may answer with

${table(['code', 'français', 'English'], everywhere.map(codeRow('')))}
`;
