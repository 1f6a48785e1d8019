import Retell, { AuthenticationError, BadRequestError, NotFoundError } from 'retell-sdk';
import type { ClinicId } from '#domain/ids.ts';
import { type CallDetails, callDetailsOf } from './llm-socket.ts';
import { ownAccountFirst } from './own-account-first.ts';

/** Somebody is on the line: one quick second try. */
const requestMs = 2_000;

interface RotatingKey {
  values(): Promise<readonly [string, ...string[]]>;
  refreshed(): Promise<readonly [string, ...string[]]>;
}

/** What Retell is told to keep of a call whose caller objects: nothing said, no sound. It cannot be taken back. */
const nothingSaid = { data_storage_setting: 'basic_attributes_only' } as const;

/** Retell's own word about a call, asked while it goes on, and ours to it. */
export interface LiveCallSource {
  /**
   * As the account has it that the clinic has of its own, or else ours. `undefined` when neither has such a call.
   *
   * @throws Error when Retell cannot be asked, or the signal's reason.
   */
  find(clinicId: ClinicId, callId: string, options: { signal: AbortSignal }): Promise<CallDetails | undefined>;
  /**
   * Has Retell store neither the sound nor the words of a call, in the account that holds it. Again changes nothing.
   *
   * @throws Error when Retell does not take the order, or the signal's reason.
   */
  storeNothing(clinicId: ClinicId, callId: string, options: { signal: AbortSignal }): Promise<void>;
}

/** @param keyOfClinic of the account a clinic has of its own, where it has one: asked first */
export function createLiveCallSource(
  baseUrl: string,
  key: RotatingKey,
  keyOfClinic: (clinicId: ClinicId) => Promise<string | undefined>,
): LiveCallSource {
  const open = (apiKey: string) => new Retell({ apiKey, baseURL: baseUrl, timeout: requestMs, maxRetries: 1 });

  /** As that account has it; `undefined` where it has no such call. */
  async function unlessUnknown<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  const ask = (apiKey: string, callId: string, signal: AbortSignal) =>
    unlessUnknown(async () => callDetailsOf(await open(apiKey).call.retrieve(callId, { signal })));

  const restrict = (apiKey: string, callId: string, signal: AbortSignal) =>
    unlessUnknown(async () => {
      const { call } = open(apiKey);
      try {
        await call.updateLive(callId, { fields_to_override: nothingSaid }, { signal });
      } catch (error) {
        // Whoever objects and hangs up is not live any more.
        if (!(error instanceof BadRequestError || error instanceof NotFoundError)) throw error;
        await call.update(callId, nothingSaid, { signal });
      }
      return true;
    });

  async function withOurKey<T>(work: (apiKey: string) => Promise<T>): Promise<T> {
    const [current] = await key.values();
    try {
      return await work(current);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      // The key was replaced, perhaps, since it was read.
      const [renewed] = await key.refreshed();
      if (renewed === current) throw error;
      return work(renewed);
    }
  }

  const inTheirsOrOurs = async <T>(clinicId: ClinicId, work: (apiKey: string) => Promise<T | undefined>) =>
    ownAccountFirst(await keyOfClinic(clinicId), work, () => withOurKey(work));

  return {
    find: (clinicId, callId, { signal }) => inTheirsOrOurs(clinicId, (apiKey) => ask(apiKey, callId, signal)),

    async storeNothing(clinicId, callId, { signal }) {
      const taken = await inTheirsOrOurs(clinicId, (apiKey) => restrict(apiKey, callId, signal));
      if (!taken) throw new Error('Retell does not know the call');
    },
  };
}
