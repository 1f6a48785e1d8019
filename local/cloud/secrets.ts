import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { AwsError, type Handle, jsonService } from './endpoint.ts';
import { accountId } from './identity.ts';
import type { Cloud } from './template.ts';

interface Version {
  id: string;
  value: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  stages: string[];
  /** Since when the secret waits to be deleted for good; then all its versions do. */
  deletedAt?: number;
}

interface GenerateSecretString {
  ExcludeCharacters?: string;
  ExcludeLowercase?: boolean;
  ExcludeNumbers?: boolean;
  ExcludePunctuation?: boolean;
  ExcludeUppercase?: boolean;
  GenerateStringKey?: string;
  IncludeSpace?: boolean;
  PasswordLength?: number;
  SecretStringTemplate?: string;
}

/** As many versions as are kept of a secret; on AWS it is a hundred. */
const mostVersions = 100;

/** The secrets of the templates and those that were made since. Values lie in a file that only its owner can read. */
export interface Secrets {
  handle: Handle;
  /** The current value of the secret whose name ends so. @throws Error when there is none */
  current(nameEnding: string): string;
}

/**
 * Opens the secrets. A generated one gets its value on the first start; one that an operator must fill gets what
 * `firstValues` says for the end of its name, and otherwise stays empty as on AWS.
 *
 * @param given values of this start alone, by the end of their name: they go before what is kept and are not kept
 */
export function openSecrets(
  cloud: Cloud,
  file: string,
  firstValues: Record<string, () => string>,
  given: Record<string, string> = {},
): Secrets {
  const versionsByName: Record<string, Version[]> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Version[]>)
    : {};
  const arns = new Map<string, string>();

  function save(): void {
    writeFileSync(`${file}.new`, JSON.stringify(versionsByName, undefined, 2), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** The same version again is one; another value under its name is refused, as on AWS. */
  function put(name: string, value: string, id: string = randomUUID()): Version {
    const versions = (versionsByName[name] ??= []);
    const same = versions.find((version) => version.id === id);
    if (same && same.value !== value) {
      throw new AwsError('ResourceExistsException', 'You cannot give a version that exists another value.');
    }
    if (same) return same;
    const former = versions.map((version) => ({
      ...version,
      stages: version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [],
    }));
    const version = { id, value, createdAt: Date.now(), stages: ['AWSCURRENT'] };
    versionsByName[name] = [...former.slice(1 - mostVersions), version];
    save();
    return version;
  }

  for (const { name, ref, properties } of cloud.ofType<{
    GenerateSecretString?: GenerateSecretString;
    SecretString?: string;
  }>('AWS::SecretsManager::Secret')) {
    arns.set(name, ref);
    if (versionsByName[name]?.length) continue;
    const first = Object.entries(firstValues).find(([ending]) => name.endsWith(ending))?.[1];
    const value =
      properties.SecretString ??
      (properties.GenerateSecretString && generate(properties.GenerateSecretString)) ??
      first?.();
    if (value !== undefined) put(name, value);
  }

  const fromTemplates = new Set(arns.keys());
  const know = (name: string) => {
    // AWS adds six characters of its own, so that the policy of a secret does not pass to another of its name.
    const arn = `arn:aws:secretsmanager:${cloud.place.region}:${accountId}:secret:${name}-local0`;
    arns.set(name, arn);
  };
  // Whatever was made by a request in an earlier start.
  for (const name of Object.keys(versionsByName)) if (!arns.has(name)) know(name);

  /** What is current, and what was before it. */
  function versionsOf(name: string): Version[] {
    const value = Object.entries(given).find(([ending]) => fromTemplates.has(name) && name.endsWith(ending))?.[1];
    if (value === undefined) return versionsByName[name] ?? [];
    return [{ id: 'given', value, createdAt: Date.now(), stages: ['AWSCURRENT'] }];
  }

  const waitsToBeDeleted = (name: string) => versionsByName[name]?.some(({ deletedAt }) => deletedAt !== undefined);

  function nameOf(id: string): string {
    for (const [name, arn] of arns) if (id === name || id === arn) return name;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** @throws AwsError for one that waits to be deleted, as everything but restoring it does */
  function usable(id: string): string {
    const name = nameOf(id);
    if (!waitsToBeDeleted(name)) return name;
    throw new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  function markDeleted(name: string, deletedAt: number | undefined): void {
    versionsByName[name] = (versionsByName[name] ?? []).map(({ deletedAt: _before, ...version }) => ({
      ...version,
      ...(deletedAt !== undefined && { deletedAt }),
    }));
    save();
  }

  const text = (value: string | undefined): string => {
    if (value !== undefined) return value;
    throw new AwsError('InvalidParameterException', 'only SecretString is reproduced on one machine');
  };

  return {
    current(nameEnding) {
      const name = [...arns.keys()].find((known) => known.endsWith(nameEnding));
      const value = versionsOf(name ?? '').find(({ stages }) => stages.includes('AWSCURRENT'))?.value;
      if (value === undefined) throw new Error(`the templates have no filled secret …${nameEnding}`);
      return value;
    },
    handle: jsonService({
      GetSecretValue({ SecretId, VersionId, VersionStage }: Record<string, string>) {
        const name = usable(SecretId ?? '');
        const stage = VersionStage ?? (VersionId ? undefined : 'AWSCURRENT');
        const version = versionsOf(name).find(
          ({ id, stages }) => (!VersionId || id === VersionId) && (!stage || stages.includes(stage)),
        );
        if (!version) {
          const what = stage ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
          throw new AwsError(
            'ResourceNotFoundException',
            `Secrets Manager can't find the specified secret value for ${what}`,
          );
        }
        return {
          ARN: arns.get(name),
          Name: name,
          VersionId: version.id,
          VersionStages: version.stages,
          SecretString: version.value,
          CreatedDate: version.createdAt / 1000,
        };
      },
      PutSecretValue({ SecretId, SecretString, ClientRequestToken }: Record<string, string>) {
        const name = usable(SecretId ?? '');
        const version = put(name, text(SecretString), ClientRequestToken);
        return { ARN: arns.get(name), Name: name, VersionId: version.id, VersionStages: version.stages };
      },
      CreateSecret({ Name = '', SecretString, ClientRequestToken }: Record<string, string>) {
        if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(Name)) {
          throw new AwsError(
            'InvalidParameterException',
            'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
          );
        }
        if (waitsToBeDeleted(Name)) {
          throw new AwsError(
            'InvalidRequestException',
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        }
        const again = versionsByName[Name]?.some(({ id }) => id === ClientRequestToken);
        if (arns.has(Name) && !again) {
          throw new AwsError(
            'ResourceExistsException',
            `The operation failed because the secret ${Name} already exists.`,
          );
        }
        know(Name);
        const version = put(Name, text(SecretString), ClientRequestToken);
        return { ARN: arns.get(Name), Name, VersionId: version.id };
      },
      DeleteSecret({
        SecretId = '',
        RecoveryWindowInDays = 30,
        ForceDeleteWithoutRecovery,
      }: {
        SecretId?: string;
        RecoveryWindowInDays?: number;
        ForceDeleteWithoutRecovery?: boolean;
      }) {
        const name = usable(SecretId);
        if (ForceDeleteWithoutRecovery) {
          throw new AwsError('InvalidParameterException', 'only deletion with a time to recover is reproduced here');
        }
        if (RecoveryWindowInDays < 7 || RecoveryWindowInDays > 30) {
          throw new AwsError('InvalidParameterException', 'RecoveryWindowInDays must be between 7 and 30 days.');
        }
        const now = Date.now();
        markDeleted(name, now);
        const end = now + RecoveryWindowInDays * 24 * 60 * 60 * 1000;
        return { ARN: arns.get(name), Name: name, DeletionDate: end / 1000 };
      },
      RestoreSecret({ SecretId = '' }: Record<string, string>) {
        const name = nameOf(SecretId);
        markDeleted(name, undefined);
        return { ARN: arns.get(name), Name: name };
      },
    }),
  };
}

const characters = {
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  digits: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

function generate(rules: GenerateSecretString): string {
  const alphabet = [
    ...(rules.ExcludeUppercase ? '' : characters.upper),
    ...(rules.ExcludeLowercase ? '' : characters.lower),
    ...(rules.ExcludeNumbers ? '' : characters.digits),
    ...(rules.ExcludePunctuation ? '' : characters.punctuation),
    ...(rules.IncludeSpace ? ' ' : ''),
  ].filter((character) => !rules.ExcludeCharacters?.includes(character));
  const password = Array.from({ length: rules.PasswordLength ?? 32 }, () => alphabet[randomInt(alphabet.length)]).join(
    '',
  );
  if (!rules.GenerateStringKey) return password;
  const template = JSON.parse(rules.SecretStringTemplate ?? '{}') as Record<string, unknown>;
  return JSON.stringify({ ...template, [rules.GenerateStringKey]: password });
}

/** What an operator puts on AWS, made up as the vendors hand it out, by the end of its name. */
export const madeUp: Record<string, () => string> = {
  '/retell-api-key': () => `key_${randomBytes(16).toString('hex')}`,
  '/openai-api-key': () => `sk-local-${randomBytes(24).toString('base64url')}`,
  '/twilio': () =>
    JSON.stringify({
      accountSid: `AC${randomBytes(16).toString('hex')}`,
      authToken: randomBytes(16).toString('hex'),
    }),
};
