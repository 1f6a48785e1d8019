import RestException from 'twilio/lib/base/RestException.js';
import { type CallContext, CallContextImpl, type CallInstance } from 'twilio/lib/rest/api/v2010/account/call.js';
import { recordingOf } from './recording-of.ts';
import { type SdkOptions, sdkRequests } from './sdk-requests.ts';
import { isGone, unlessGone } from './unless-gone.ts';

export type TwilioCallsOptions = SdkOptions;

/** Calls that are going on at Twilio. */
export interface TwilioCalls {
  /** Ends it. `over` when it had ended before. @throws Error when Twilio cannot be told. */
  hangUp(callSid: string): Promise<'done' | 'over'>;
  /** Drops what the call is doing and asks `url` what to do next. `over` when it has ended. */
  redirect(callSid: string, url: string): Promise<'done' | 'over'>;
  /**
   * Begins to record it, and has `statusCallback` told when that is kept; unless it is or was recorded before.
   *
   * @throws Error when Twilio does not begin, be it because the call has ended.
   */
  startRecording(callSid: string, statusCallback: string): Promise<void>;
  /** Stops the recording that is running; `over` when none is. What was recorded until then stays. */
  stopRecording(callSid: string): Promise<'done' | 'over'>;
  /** Deletes what was recorded of it, of which nothing may be left. */
  removeRecordings(callSid: string): Promise<void>;
  /** `undefined` when Twilio has no such call. */
  fetch(callSid: string): Promise<CallInstance | undefined>;
}

/** `Call is not in-progress`, which is said of every call that has ended, and of a recording that has. */
const notInProgress = 21_220;
/** What Twilio calls the recording of a call that is running now. */
const current = 'Twilio.CURRENT';

/** Calls through Twilio's own SDK. */
export function createTwilioCalls(options: TwilioCallsOptions): TwilioCalls {
  const open = sdkRequests(options);

  async function callOf(callSid: string): Promise<CallContext> {
    const { version, accountSid } = await open();
    return new CallContextImpl(version, accountSid, callSid);
  }

  async function change(callSid: string, order: (call: CallContext) => Promise<unknown>): Promise<'done' | 'over'> {
    const call = await callOf(callSid);
    try {
      await order(call);
      return 'done';
    } catch (error) {
      if (isGone(error) || codeOf(error) === notInProgress) return 'over';
      throw error;
    }
  }

  return {
    hangUp: (callSid) => change(callSid, (call) => call.update({ status: 'completed' })),
    redirect: (callSid, url) => change(callSid, (call) => call.update({ url, method: 'POST' })),
    async startRecording(callSid, statusCallback) {
      const { recordings } = await callOf(callSid);
      const [known] = await recordings.list({ limit: 1 });
      if (!known) await recordings.create(recordingOf(statusCallback));
    },
    stopRecording: (callSid) => change(callSid, (call) => call.recordings(current).update({ status: 'stopped' })),
    async removeRecordings(callSid) {
      const { recordings } = await callOf(callSid);
      for (const { sid } of (await unlessGone(recordings.list())) ?? []) await unlessGone(recordings(sid).remove());
    },
    async fetch(callSid) {
      const call = await callOf(callSid);
      return unlessGone(call.fetch());
    },
  };
}

const codeOf = (error: unknown): number | undefined =>
  error instanceof RestException.default ? error.code : undefined;
