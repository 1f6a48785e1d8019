import { flowPicture } from '#adapters/retell/master-flow/flow-ways.ts';
import { masterFlow } from '#adapters/retell/master-flow/master-flow.ts';

/** The page of the master agent. Both languages are the same talk, so that one picture is enough. */
export function flowPage(): string {
  return `# The master agent

Written by \`npm run docs:flow\` from \`adapters/retell/master-flow\`; change that, not the picture.

One Retell agent answers for all clinics. What differs between them comes with the ring as dynamic variables; what they
do is the functions of [tools.md](tools.md), each answered with the clinic of the signed call.

\`\`\`sh
npm run master-agent -- plan       # what apply would do
npm run master-agent -- diff       # each difference; exit code 1 when there is one
npm run master-agent -- apply      # prints the difference, then makes the draft so
npm run master-agent -- publish    # numbers bound to "latest_published" ring it from then on
\`\`\`

Without \`--stage\` it is the system running on this machine, against the stand-in for Retell. For a deployed stage:
\`RETELL_API_KEY=… npm run master-agent -- plan --stage prod --api "$API"\`. The agent is found again by its name,
\`Frontdesk master (<stage>)\`; two agents of that name are refused until a person removes one. What creates something is
sent once: the SDK's own second tries could make a second agent. A flow whose agent could not be created stays behind at
Retell, unused; delete it there. A published version never changes; a difference then goes to a new draft. Fields Retell
adds by itself, and fields the repository does not speak of, are not compared.

- **Languages.** The flow begins in the language the ring named (\`language\`) and changes when the caller does. Both
  halves have the same nodes; the picture shows the one in French.
- **Without our variables.** Should our API not have answered the ring, the defaults greet in both languages, name no
  clinic, and take a message. Each variable has a default: a missing one would be read aloud with its braces.
- **Emergencies** are heard from every node, besides the phrases our API searches for with every function.
- **A function that fails** leads to words about it, never to silence. Retell keeps the variables of the last answer
  when a later call of the same function fails; writing functions are not tried again by Retell.
- **Not seen yet:** Retell itself accepting this flow at run time. Its types hold it, and the stand-in checks nodes, ways
  and functions.

\`\`\`mermaid
${flowPicture(masterFlow('https://api.example'), 'fr')}
\`\`\`
`;
}
