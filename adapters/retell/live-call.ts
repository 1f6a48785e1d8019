import Retell, { AuthenticationError, NotFoundError } from 'retell-sdk';
import { type CallDetails, callDetailsOf } from './llm-socket.ts';

/** Somebody is on the line: one quick second try. */
const requestMs = 2_000;

interface RotatingKey {
  values(): Promise<readonly [string, ...string[]]>;
  refreshed(): Promise<readonly [string, ...string[]]>;
}

/** Retell's own word about a call, asked while it goes on. */
export interface LiveCallSource {
  /** `undefined` when Retell has no such call. @throws Error when Retell cannot be asked, or the signal's reason. */
  find(callId: string, options: { signal: AbortSignal }): Promise<CallDetails | undefined>;
}

export function createLiveCallSource(baseUrl: string, key: RotatingKey): LiveCallSource {
  async function ask(apiKey: string, callId: string, signal: AbortSignal): Promise<CallDetails | undefined> {
    const client = new Retell({ apiKey, baseURL: baseUrl, timeout: requestMs, maxRetries: 1 });
    try {
      return callDetailsOf(await client.call.retrieve(callId, { signal }));
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  return {
    async find(callId, { signal }) {
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
    },
  };
}
