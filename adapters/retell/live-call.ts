import Retell, { AuthenticationError, NotFoundError } from 'retell-sdk';
import type { ClinicId } from '#domain/ids.ts';
import { type CallDetails, callDetailsOf } from './llm-socket.ts';
import { ownAccountFirst } from './own-account-first.ts';

/** Somebody is on the line: one quick second try. */
const requestMs = 2_000;

interface RotatingKey {
  values(): Promise<readonly [string, ...string[]]>;
  refreshed(): Promise<readonly [string, ...string[]]>;
}

/** Retell's own word about a call, asked while it goes on. */
export interface LiveCallSource {
  /**
   * As the account has it that the clinic has of its own, or else ours. `undefined` when neither has such a call.
   *
   * @throws Error when Retell cannot be asked, or the signal's reason.
   */
  find(clinicId: ClinicId, callId: string, options: { signal: AbortSignal }): Promise<CallDetails | undefined>;
}

/** @param keyOfClinic of the account a clinic has of its own, where it has one: asked first */
export function createLiveCallSource(
  baseUrl: string,
  key: RotatingKey,
  keyOfClinic: (clinicId: ClinicId) => Promise<string | undefined>,
): LiveCallSource {
  async function ask(apiKey: string, callId: string, signal: AbortSignal): Promise<CallDetails | undefined> {
    const client = new Retell({ apiKey, baseURL: baseUrl, timeout: requestMs, maxRetries: 1 });
    try {
      return callDetailsOf(await client.call.retrieve(callId, { signal }));
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async function askOurs(callId: string, signal: AbortSignal): Promise<CallDetails | undefined> {
    const [current] = await key.values();
    try {
      return await ask(current, callId, signal);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      // The key was replaced, perhaps, since it was read.
      const [renewed] = await key.refreshed();
      if (renewed === current) throw error;
      return ask(renewed, callId, signal);
    }
  }

  return {
    async find(clinicId, callId, { signal }) {
      const theirs = await keyOfClinic(clinicId);
      return ownAccountFirst(
        theirs,
        (apiKey) => ask(apiKey, callId, signal),
        () => askOurs(callId, signal),
      );
    },
  };
}
