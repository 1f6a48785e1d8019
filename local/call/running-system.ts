import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** What `npm start` writes for other clients when it is ready, as far as a call needs it. */
const RunningSystem = z.object({
  /** Of the HTTP API. */
  api: z.url(),
  /** Of the voice service. */
  voice: z.url(),
  aws: z.object({ endpoint: z.url(), region: z.string(), control: z.url() }),
  mailbox: z.object({ url: z.url(), json: z.url() }),
  dynamodb: z.object({
    tables: z.object({ core: z.string(), routing: z.string(), inbox: z.string(), audit: z.string() }),
  }),
  /** Without `control` it is the vendor itself: it is called by telephone. */
  retell: z.object({ baseUrl: z.url(), control: z.url().optional() }),
  twilio: z.object({ baseUrl: z.url(), control: z.url().optional() }),
  openai: z.object({ control: z.url().optional() }),
  /** Where people of the clinics sign in, and who they are. */
  signIn: z
    .object({
      issuer: z.string(),
      clientId: z.string(),
      redirectUri: z.string(),
      password: z.string(),
      members: z.array(
        z.object({ email: z.string(), clinics: z.array(z.object({ slug: z.string(), role: z.string() })) }),
      ),
    })
    .optional(),
  /** As they stood at the start. */
  clinics: z.array(
    z.object({
      slug: z.string(),
      llmSocketPath: z.string().optional(),
      numbers: z.array(z.string()).optional(),
      apiKey: z.string().optional(),
    }),
  ),
});
export type RunningSystem = z.infer<typeof RunningSystem>;

/** There is nothing to call; the message is the whole story. */
export class NotRunning extends Error {}

/**
 * Finds the system that was started with `dir`.
 *
 * @throws NotRunning when it is not there, does not answer, or is not of this version
 */
export async function findRunningSystem(dir: string): Promise<RunningSystem> {
  const path = join(dir, 'local.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new NotRunning(`Frontdesk is not running here (no ${path}). Start it with: npm start`, { cause });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new NotRunning(`${path} is not JSON. Start Frontdesk again with: npm start`, { cause });
  }
  const parsed = RunningSystem.safeParse(content);
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ');
    throw new NotRunning(`${path} was not written by this version: ${problems} Start Frontdesk again with: npm start`);
  }
  const { endpoint } = parsed.data.aws;
  // A system that was killed leaves its file behind. Any answer will do.
  await fetch(endpoint, { signal: AbortSignal.timeout(5_000) }).catch((cause: unknown) => {
    throw new NotRunning(`Frontdesk does not answer at ${endpoint}. Start it with: npm start`, { cause });
  });
  return parsed.data;
}
