import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Misuse, Refused, type SharedOptions } from '../command-line.ts';

export interface ConnectionOptions extends SharedOptions {
  api?: string;
  key?: string;
  clinic?: string;
}

/** Where the API answers, and the key that says which clinic. */
export interface ApiAddress {
  api: string;
  key: string;
}

const LocalSystem = z.object({
  api: z.url(),
  clinics: z.array(z.object({ slug: z.string(), apiKey: z.string().optional() })),
});

/**
 * By option, by environment, or as the system running here wrote it down.
 * @throws Refused when one of both is nowhere to be found
 */
export async function findApi(options: ConnectionOptions): Promise<ApiAddress> {
  const { FRONTDESK_API_URL, FRONTDESK_API_KEY } = process.env;
  if (options.stage) throw new Misuse('a deployed stage is named by --api and --key, or by FRONTDESK_API_URL and _KEY');
  const api = options.api ?? FRONTDESK_API_URL;
  const key = options.key ?? FRONTDESK_API_KEY;
  if (api && !URL.canParse(api)) throw new Misuse(`${api} is no address such as https://api.example.com`);
  if (api && key) return { api: withoutSlash(api), key };
  if (api) throw new Refused('there is no API key: give --key or FRONTDESK_API_KEY');
  const local = await localSystem(options.dir);
  return { api: withoutSlash(local.api), key: key ?? keyOf(local, options.clinic) };
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

async function localSystem(dir: string): Promise<z.infer<typeof LocalSystem>> {
  const path = join(dir, 'local.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    const message = `Frontdesk is not running here (no ${path}); start it with npm start, or give --api and --key`;
    throw new Refused(message, { cause });
  });
  const system = LocalSystem.safeParse(JSON.parse(text));
  if (!system.success) throw new Refused(`${path} is not as this version writes it; start again with npm start`);
  return system.data;
}

function keyOf({ clinics }: z.infer<typeof LocalSystem>, slug: string | undefined): string {
  const slugs = clinics.map((one) => one.slug).join(', ');
  const clinic = slug === undefined && clinics.length === 1 ? clinics[0] : clinics.find((one) => one.slug === slug);
  if (slug === undefined && !clinic) throw new Refused(`which clinic? Name one with --clinic: ${slugs}`);
  if (!clinic) throw new Refused(`there is no clinic ${slug} here; there are ${slugs}`);
  if (!clinic.apiKey) throw new Refused(`clinic ${clinic.slug} has no key here; give one with --key`);
  return clinic.apiKey;
}
