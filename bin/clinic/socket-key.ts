import { createSocketKeyStore } from '#adapters/dynamodb/socket-keys.ts';
import { isoInstant, systemClock as clock } from '#domain/clock.ts';
import { issueSocketKey, listSocketKeys, revokeSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import { columns } from '../columns.ts';
import { Misuse, print, printJson, Refused, type SharedOptions } from '../command-line.ts';
import { type CredentialOptions, localAddresses, stateOf, withClinic } from './credentials.ts';
import { paint } from './paint.ts';

/** `socket-key <slug>`: the secret address of a clinic's LLM socket. */
export async function socketKey([slug, id, ...rest]: string[], options: CredentialOptions): Promise<number> {
  if (!slug || rest.length) throw new Misuse('socket-key needs the slug of one clinic');
  if (options.revoke && !id) throw new Misuse('--revoke needs the id of a key; --list shows them');
  if (!options.revoke && id) throw new Misuse(`socket-key does not know what to do with ${id}`);
  if (options.revoke && options.list) throw new Misuse('--list and --revoke are two commands');
  return withClinic(options, slug, async (clinic, { tables }) => {
    const deps = { keys: createSocketKeyStore(tables), clock };
    if (options.list) return list(await listSocketKeys(deps)(clinic.id), options);
    if (id) {
      const { outcome } = await revokeSocketKey(deps)(clinic.id, id);
      if (outcome === 'not-live') throw new Refused(`clinic ${slug} has no key ${id} that still works`);
      if (options.json) printJson({ outcome });
      else print([`${id} opens no call any more`]);
      return 0;
    }
    const issued = await issueSocketKey(deps)(clinic, options);
    if (issued.outcome === 'too-many') {
      throw new Refused(`clinic ${slug} has as many lasting keys as it can; revoke one, or leave --keep out`);
    }
    const { path, keyId, retired } = issued;
    const voice = options.stage ? undefined : (await localAddresses(options.dir)).voice?.replace(/^http/, 'ws');
    if (options.json) printJson({ url: `${voice ?? ''}${path}`, keyId, retired });
    else {
      print([
        `${voice ?? ''}${path}`,
        paint('dim', 'The llm_websocket_url of the clinic’s Retell agent, shown this once; we keep only a hash of it.'),
      ]);
      if (!voice) print([paint('dim', 'Below the address of the voice service: the output VoiceUrl of its stack.')]);
      if (retired.length) print([paint('dim', `${retired.join(', ')} still works for one hour.`)]);
    }
    return 0;
  });
}

type Listed = Awaited<ReturnType<ReturnType<typeof listSocketKeys>>>;

function list(keys: Listed, { json }: SharedOptions): number {
  if (json) {
    printJson(
      keys.map(({ keyId, createdAtMs, expiresAtMs, live }) => ({
        keyId,
        createdAt: isoInstant(createdAtMs),
        expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
        live,
      })),
    );
  } else if (keys.length === 0) print(['There is no key yet.']);
  else {
    const rows = keys.map((key) => [key.keyId, isoInstant(key.createdAtMs), stateOf(key)]);
    print(columns([['id', 'created', 'works'], ...rows]));
  }
  return 0;
}
