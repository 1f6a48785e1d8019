import { AuthenticationError, PermissionDeniedError } from 'retell-sdk';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';

/** Retell does not take the key, or no more for what we ask. */
export const isKeyRefused = (error: unknown): boolean =>
  error instanceof AuthenticationError || error instanceof PermissionDeniedError;

/**
 * Looks into the account a clinic has of its own at Retell, and into ours where it has none or nothing is found there.
 *
 * @param theirs the key of the clinic's account; `undefined` when it has none
 * @throws KeyRefused when nothing is found in ours and theirs does not open: what is there was not looked at
 */
export async function ownAccountFirst<Found>(
  theirs: string | undefined,
  ask: (key: string) => Promise<Found | undefined>,
  askOurs: () => Promise<Found | undefined>,
): Promise<Found | undefined> {
  if (theirs === undefined) return askOurs();
  let refused: unknown;
  const found = await ask(theirs).catch((error: unknown) => {
    if (!isKeyRefused(error)) throw error;
    refused = error;
    return undefined;
  });
  const answer = found ?? (await askOurs());
  if (answer === undefined && refused !== undefined) throw new KeyRefused({ cause: refused });
  return answer;
}
