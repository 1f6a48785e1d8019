import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKeyStore } from '#adapters/dynamodb/api-keys.ts';
import { createCalendarFeedStore } from '#adapters/dynamodb/calendar-feeds.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { isoInstant, systemClock as clock } from '#domain/clock.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { providerName } from '#domain/clinics/practice/provider-name.ts';
import { issueApiKey, listApiKeys, revokeApiKey } from '#lambdas/clinics/issue-api-key.ts';
import { issueCalendarFeed, revokeCalendarFeed } from '#lambdas/clinics/issue-calendar-feed.ts';
import * as z from 'zod';
import { columns } from '../columns.ts';
import { Misuse, print, printJson, Refused, type SharedOptions } from '../command-line.ts';
import { type Connection, connect } from '../connect.ts';
import { findNamed } from '../find-named.ts';
import { paint } from './paint.ts';

/** The words of these commands among the options of `npm run clinic`. */
export interface CredentialOptions extends SharedOptions {
  label?: string;
  keep: boolean;
  list: boolean;
  revoke: boolean;
}

export async function withClinic<T>(
  { stage, dir }: SharedOptions,
  slug: string,
  use: (clinic: ClinicProfile, system: Connection) => Promise<T>,
): Promise<T> {
  const system = await connect({ stage, dir });
  try {
    const clinics = createClinicRegistry(system.tables);
    const id = await clinics.find(slug);
    const clinic = id && (await clinics.profile(id));
    if (!clinic) throw new Refused(`there is no clinic ${slug}; npm run clinic -- list shows all there are`);
    return await use(clinic, system);
  } finally {
    system.close();
  }
}

/** `api-key <slug>`: the keys of a clinic's software. */
export async function apiKey([slug, id, ...rest]: string[], options: CredentialOptions): Promise<number> {
  if (!slug || rest.length) throw new Misuse('api-key needs the slug of one clinic');
  if (options.revoke && !id) throw new Misuse('--revoke needs the id of a key; --list shows them');
  if (!options.revoke && id) throw new Misuse(`api-key does not know what to do with ${id}`);
  if (options.revoke && options.list) throw new Misuse('--list and --revoke are two commands');
  return withClinic(options, slug, async (clinic, { tables }) => {
    const deps = { keys: createApiKeyStore(tables), clock };
    if (options.list) return list(await listApiKeys(deps)(clinic.id), options);
    if (id) return revoke(slug, id, (await revokeApiKey(deps)(clinic.id, id)).outcome, options);
    if (options.label !== undefined && (options.label === '' || options.label.length > 60)) {
      throw new Misuse('--label takes 1 to 60 characters');
    }
    const issued = await issueApiKey(deps)(clinic.id, options);
    if (issued.outcome === 'too-many') {
      throw new Refused(`clinic ${slug} has as many lasting keys as it can; revoke one, or leave --keep out`);
    }
    const { text, keyId, retired } = issued;
    if (options.json) printJson({ apiKey: text, keyId, retired });
    else {
      print([
        text,
        paint('dim', 'Shown this once; we keep only its hash. Hand it over by a way that is safe for secrets.'),
      ]);
      if (retired.length) print([paint('dim', `${retired.join(', ')} still works for one hour.`)]);
    }
    return 0;
  });
}

/** How long a listed key still works. */
export function stateOf({ expiresAtMs, live }: { expiresAtMs?: number; live: boolean }): string {
  if (expiresAtMs === undefined) return 'lasting';
  return live ? `until ${isoInstant(expiresAtMs)}` : `ended ${isoInstant(expiresAtMs)}`;
}

function list(keys: Awaited<ReturnType<ReturnType<typeof listApiKeys>>>, { json }: SharedOptions): number {
  if (json) {
    printJson(
      keys.map(({ keyId, label, createdAtMs, expiresAtMs, live }) => ({
        keyId,
        label,
        createdAt: isoInstant(createdAtMs),
        expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
        live,
      })),
    );
  } else if (keys.length === 0) print(['There is no key yet.']);
  else {
    const rows = keys.map((key) => [key.keyId, isoInstant(key.createdAtMs), stateOf(key), key.label ?? '']);
    print(columns([['id', 'created', 'works', 'label'], ...rows]));
  }
  return 0;
}

function revoke(slug: string, id: string, outcome: 'revoked' | 'not-live', { json }: SharedOptions): number {
  if (outcome === 'not-live') throw new Refused(`clinic ${slug} has no key ${id} that still works`);
  if (json) printJson({ outcome });
  else print([`${id} proves nothing any more`]);
  return 0;
}

/** `calendar <slug> <provider>`: the secret address of a provider's calendar feed. */
export async function calendar([slug, ...name]: string[], options: CredentialOptions): Promise<number> {
  if (!slug || name.length === 0) throw new Misuse('calendar needs the slug of a clinic and a provider');
  return withClinic(options, slug, async (clinic, { tables }) => {
    const providers = clinic.providers.map((provider) => ({ id: provider.id, name: providerName(provider) }));
    const provider = findNamed('provider', providers, name.join(' '));
    const deps = { feeds: createCalendarFeedStore(tables), clock };
    if (options.revoke) {
      const { outcome } = await revokeCalendarFeed(deps)(clinic.id, provider.id);
      if (outcome === 'no-feed') throw new Refused(`${provider.name} has no calendar feed`);
      if (options.json) printJson({ outcome });
      else print([`the calendar feed of ${provider.name} shows nothing any more`]);
      return 0;
    }
    const { path, replaced } = await issueCalendarFeed(deps)(clinic.id, provider.id);
    const api = options.stage ? undefined : await localApi(options.dir);
    if (options.json) printJson({ provider, url: `${api ?? ''}${path}`, replaced });
    else {
      print([`${api ?? ''}${path}`, paint('dim', `For ${provider.name} alone, shown this once.`)]);
      if (!api) print([paint('dim', 'Below the address of the API: the output ApiUrl of the backend stack.')]);
      if (replaced) print([paint('dim', 'The former address shows nothing from now on.')]);
    }
    return 0;
  });
}

/** Where the API of the running local system answers. */
const localApi = async (dir: string): Promise<string | undefined> => (await localAddresses(dir)).api;

/** Where the parts of the running local system answer. */
export async function localAddresses(dir: string): Promise<{ api?: string; voice?: string }> {
  const Addresses = z.object({ api: z.url().optional(), voice: z.url().optional() });
  return Addresses.parse(JSON.parse(await readFile(join(dir, 'local.json'), 'utf8')));
}
