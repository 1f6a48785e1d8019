import {
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { type Limits, limits } from '#adapters/aws/limits.ts';
import type { CredentialKind, SecretValues } from '#domain/clinics/credentials/credential.ts';
import type { ClinicId } from '#domain/ids.ts';
import { putSecret } from './put-secret.ts';

/** What was put away by mistake can be brought back for so long. */
const recoveryDays = 7;

/**
 * Secrets of clinics in Secrets Manager: one for each clinic and kind, whose name tells both, so that a role can be held
 * to the secrets of one clinic.
 *
 * @param prefix what their names begin with, such as `frontdesk-prod/clinics`
 */
export function createClinicSecretReader(
  prefix: string,
  bounds: Limits = limits(2_000, 2),
): Pick<SecretValues, 'read'> & {
  client: SecretsManagerClient;
  nameOf(clinicId: ClinicId, kind: CredentialKind): string;
} {
  const client = new SecretsManagerClient(bounds);
  const nameOf = (clinicId: ClinicId, kind: CredentialKind) => `${prefix}/${clinicId}/${kind}`;
  return {
    client,
    nameOf,
    async read(clinicId, kind, versionId) {
      const wanted = new GetSecretValueCommand({ SecretId: nameOf(clinicId, kind), VersionId: versionId });
      const { SecretString } = await client.send(wanted);
      if (!SecretString) throw new Error('a credential of a clinic has no value');
      return SecretString;
    },
  };
}

/** @param keyArn encrypts those that are made */
export function createClinicSecrets(
  { prefix, keyArn }: { prefix: string; keyArn: string },
  bounds: Limits = limits(2_000, 2),
): SecretValues {
  const { client, nameOf, read } = createClinicSecretReader(prefix, bounds);
  return {
    read,

    async put(clinicId, kind, { id, value }) {
      const name = nameOf(clinicId, kind);
      await putSecret(client, { name, keyArn, value, versionId: id });
      return { reference: name };
    },

    async remove(clinicId, kind) {
      const name = nameOf(clinicId, kind);
      try {
        await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: recoveryDays }));
      } catch (error) {
        const gone = error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;
        if (!gone) throw error;
      }
    },
  };
}
