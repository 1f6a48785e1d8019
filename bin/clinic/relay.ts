import { createRelaySecretStore } from '#adapters/dynamodb/relay-secrets.ts';
import { isoInstant, systemClock as clock } from '#domain/clock.ts';
import { closeRelay, issueRelaySecret, listRelaySecrets, relayPath } from '#lambdas/clinics/issue-relay-secret.ts';
import { columns } from '../columns.ts';
import { Misuse, print, printJson, Refused } from '../command-line.ts';
import { type CredentialOptions, localAddresses, stateOf, withClinic } from './credentials.ts';
import { paint } from './paint.ts';

/** `relay <slug>`: what stands between Retell and us for a clinic, such as a workflow in n8n. */
export async function relay([slug, ...rest]: string[], options: CredentialOptions): Promise<number> {
  if (!slug || rest.length) throw new Misuse('relay needs the slug of one clinic');
  if (options.revoke && options.list) throw new Misuse('--list and --revoke are two commands');
  return withClinic(options, slug, async (clinic, { tables }) => {
    const deps = { secrets: createRelaySecretStore(tables), clock };
    if (options.list) {
      const secrets = await listRelaySecrets(deps)(clinic.id);
      if (options.json) {
        printJson(
          secrets.map(({ secretId, createdAtMs, expiresAtMs, live }) => ({
            secretId,
            createdAt: isoInstant(createdAtMs),
            expiresAt: expiresAtMs === undefined ? undefined : isoInstant(expiresAtMs),
            live,
          })),
        );
      } else if (secrets.length === 0) print(['The clinic has no relay.']);
      else {
        const rows = secrets.map((one) => [one.secretId, isoInstant(one.createdAtMs), stateOf(one)]);
        print(columns([['id', 'created', 'works'], ...rows]));
      }
      return 0;
    }
    if (options.revoke) {
      const { outcome } = await closeRelay(deps)(clinic.id);
      if (outcome === 'not-open') throw new Refused(`clinic ${slug} has no relay`);
      if (options.json) printJson({ outcome });
      else print([`nothing is taken from the relay of ${slug} any more`]);
      return 0;
    }
    const { text, secretId, retired } = await issueRelaySecret(deps)(clinic.id);
    const api = options.stage ? undefined : (await localAddresses(options.dir)).api;
    const url = `${api ?? ''}${relayPath(clinic.id)}`;
    if (options.json) printJson({ url, secret: text, secretId, retired });
    else {
      print([url, text, paint('dim', 'Sent as the header x-relay-secret. Shown this once; we keep only its hash.')]);
      if (!api) print([paint('dim', 'Below the address of the API: the output ApiUrl of the backend stack.')]);
      if (retired.length) print([paint('dim', `${retired.join(', ')} still works for one hour.`)]);
    }
    return 0;
  });
}
