import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { AwsError, type Handle, jsonService } from './endpoint.ts';
import type { Cloud } from './template.ts';

interface Version {
  id: string;
  value: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  stages: string[];
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

/** The secrets of the templates. Values lie in a file that only its owner can read. */
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

  function put(name: string, value: string): Version {
    const versions = (versionsByName[name] ??= []);
    const before = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
    const version = { id: randomUUID(), value, createdAt: Date.now(), stages: ['AWSCURRENT'] };
    versionsByName[name] = [...(before ? [{ ...before, stages: ['AWSPREVIOUS'] }] : []), version];
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

  /** What is current, and what was before it. */
  function versionsOf(name: string): Version[] {
    const value = Object.entries(given).find(([ending]) => name.endsWith(ending))?.[1];
    if (value === undefined) return versionsByName[name] ?? [];
    return [{ id: 'given', value, createdAt: Date.now(), stages: ['AWSCURRENT'] }];
  }

  function nameOf(id: string): string {
    for (const [name, arn] of arns) if (id === name || id === arn) return name;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  return {
    current(nameEnding) {
      const name = [...arns.keys()].find((known) => known.endsWith(nameEnding));
      const value = versionsOf(name ?? '').find(({ stages }) => stages.includes('AWSCURRENT'))?.value;
      if (value === undefined) throw new Error(`the templates have no filled secret …${nameEnding}`);
      return value;
    },
    handle: jsonService({
      GetSecretValue({ SecretId, VersionId, VersionStage }: Record<string, string>) {
        const name = nameOf(SecretId ?? '');
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
      PutSecretValue({ SecretId, SecretString }: Record<string, string>) {
        const name = nameOf(SecretId ?? '');
        if (SecretString === undefined) {
          throw new AwsError('InvalidParameterException', 'only SecretString is reproduced on one machine');
        }
        const version = put(name, SecretString);
        return { ARN: arns.get(name), Name: name, VersionId: version.id, VersionStages: version.stages };
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
