import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { limits } from '#adapters/aws/limits.ts';
import { TrunkLogin, type TrunkLogins, type TrunkName } from '#domain/onboarding/trunk-login.ts';
import { putSecret } from './put-secret.ts';

const bounds = limits(2_000, 3);
const nameOf = (prefix: string, trunk: TrunkName) => `${prefix}/${trunk}`;

/**
 * Logins of SIP trunks, each a secret of Secrets Manager.
 *
 * @param prefix what their names begin with, such as `frontdesk-prod/trunks`
 */
export function createTrunkLogins(prefix: string): TrunkLogins {
  const client = new SecretsManagerClient(bounds);
  return {
    async of(trunk) {
      const name = nameOf(prefix, trunk);
      try {
        const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
        return asLogin(name, SecretString);
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }
    },
  };
}

/** Says nothing of what it read, not even in the error of a parser: the log is no place for half a password. */
function asLogin(name: string, text: string | undefined): TrunkLogin {
  try {
    return TrunkLogin.parse(JSON.parse(text ?? ''));
  } catch {
    throw new Error(`secret ${name} is not the JSON of a username and a password`);
  }
}

/** Puts the login of a trunk; the numbers that came over it before keep theirs. `keyArn` as in `putSecret`. */
export async function putTrunkLogin(
  { prefix, keyArn }: { prefix: string; keyArn: string },
  trunk: TrunkName,
  login: TrunkLogin,
): Promise<void> {
  const client = new SecretsManagerClient(bounds);
  try {
    await putSecret(client, { name: nameOf(prefix, trunk), keyArn, value: JSON.stringify(login) });
  } finally {
    client.destroy();
  }
}
