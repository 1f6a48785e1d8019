/** `npm run sign-in -- <member>`: an access token of somebody on this machine, on standard output. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LocalJson } from './local-json.ts';
import { signIn } from './sign-in/code-flow.ts';

const usage = `npm run sign-in -- <member or e-mail> [--dir <path>]

  Signs in to the system that runs here and prints an access token, good for an hour:

    curl -H "authorization: Bearer $(npm run --silent sign-in -- owner-clinique-benin)" http://127.0.0.1:4000/api/me

  Without a member it lists those this start has; whoever was invited signs in by their e-mail address.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string', default: '.frontdesk' }, help: { type: 'boolean', default: false } },
});

function running(): NonNullable<LocalJson['signIn']> {
  const path = join(values.dir, 'local.json');
  try {
    const { signIn: found } = JSON.parse(readFileSync(path, 'utf8')) as LocalJson;
    if (found) return found;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
  console.error(`Frontdesk is not running here (${path} says nothing of signing in). Start it with: npm start`);
  process.exit(1);
}

if (values.help || positionals.length > 1) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const provider = running();
const [name] = positionals;
const member = provider.members.find((one) => one.name === name || one.email === name);
/** Whoever was invited since the start is known by their address alone. */
const email = member?.email ?? (name?.includes('@') ? name.toLowerCase() : undefined);
if (!email) {
  if (name) console.error(`There is no ${name} here.`);
  for (const { name: known, platformRole, clinics } of provider.members) {
    const roles = [platformRole, ...clinics.map(({ slug, role }) => `${role} of ${slug}`)].filter(Boolean);
    console.error(`  ${known.padEnd(26)} ${roles.join(', ')}`);
  }
  process.exit(name ? 1 : 0);
}
try {
  console.log(await signIn(provider, email));
} catch (error) {
  if (member) throw error;
  console.error(
    `${email} cannot sign in here: ${(error as Error).message}. Whoever was invited accepts first, by the link in the mailbox.`,
  );
  process.exit(1);
}
