import * as z from 'zod';

/** What the secret holds, as JSON. */
export const TwilioAccount = z.object({
  accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, 'must be an account sid: AC and 32 of 0-9, a-f'),
  /** The primary token. Twilio signs with it. */
  authToken: z.string().min(1),
  /** The secondary token, put here before it is promoted: from that moment on Twilio signs with it. */
  nextAuthToken: z.string().min(1).optional(),
  /** For requests of ours; without them the account's token is used. */
  apiKeySid: z
    .string()
    .regex(/^SK[0-9a-f]{32}$/, 'must be an API key sid: SK and 32 of 0-9, a-f')
    .optional(),
  apiKeySecret: z.string().min(1).optional(),
});
export type TwilioAccount = z.infer<typeof TwilioAccount>;

/** The text of a secret: the value that counts now first, then the one it replaced a moment ago. */
interface SecretText {
  values(): Promise<readonly [string, ...string[]]>;
  /** Values read anew, unless they were a moment ago. */
  refreshed(): Promise<readonly [string, ...string[]]>;
}

/** Our account at Twilio, whose tokens change with overlap. */
export interface TwilioSecret {
  /** As it stands now, for requests of ours. @throws Error when the secret has no value, or one that cannot be read. */
  account(): Promise<TwilioAccount>;
  /** Every token a signature may be made with now: the primary, the next one, and those of the value before. */
  tokens(): Promise<readonly string[]>;
  /** Tokens read anew, unless they were a moment ago. */
  refreshedTokens(): Promise<readonly string[]>;
}

export function createTwilioSecret(secret: SecretText): TwilioSecret {
  return {
    account: async () => accountOf((await secret.values())[0]),
    tokens: async () => tokensOf(await secret.values()),
    refreshedTokens: async () => tokensOf(await secret.refreshed()),
  };
}

function tokensOf([current, ...before]: readonly [string, ...string[]]): readonly string[] {
  // A former value that cannot be read was never one to sign with.
  const accounts = [accountOf(current), ...before.flatMap((value) => read(value) ?? [])];
  return [...new Set(accounts.flatMap(({ authToken, nextAuthToken }) => [authToken, nextAuthToken ?? []].flat()))];
}

function accountOf(value: string): TwilioAccount {
  const account = read(value);
  // Says nothing of the value: an error may be logged somewhere.
  if (!account) throw new Error('the Twilio secret is no JSON with accountSid and authToken');
  return account;
}

function read(value: string): TwilioAccount | undefined {
  try {
    return TwilioAccount.parse(JSON.parse(value));
  } catch {
    return undefined; // The error would quote the secret.
  }
}
