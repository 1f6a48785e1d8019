import {
  CreateSecretCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceNotFoundException,
  RestoreSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/**
 * Makes `value` the current version of a secret, which is made when it is not there. The same version twice is one.
 *
 * @param keyArn encrypts one that is made: an ARN, or `alias/…`
 */
export async function putSecret(
  client: SecretsManagerClient,
  { name, keyArn, value, versionId }: { name: string; keyArn: string; value: string; versionId?: string },
): Promise<void> {
  const version = { SecretString: value, ClientRequestToken: versionId };
  const add = () => client.send(new PutSecretValueCommand({ SecretId: name, ...version }));
  try {
    await add();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      await client.send(new CreateSecretCommand({ Name: name, KmsKeyId: keyArn, ...version }));
    } else if (error instanceof InvalidRequestException) {
      // It was put away before, and is brought back for the new value; what counted then is named nowhere any more.
      await client.send(new RestoreSecretCommand({ SecretId: name }));
      await add();
    } else throw error;
  }
}
