import {
  type IncomingPhoneNumberInstance,
  IncomingPhoneNumberListInstance,
} from 'twilio/lib/rest/api/v2010/account/incomingPhoneNumber.js';
import { NoSecretValue } from '#adapters/secrets/secret.ts';
import type { CarrierNumbers } from '#domain/onboarding/onboarding.ts';
import { type SdkOptions, sdkRequests } from './sdk-requests.ts';

export interface TwilioNumbersOptions extends SdkOptions {
  /** Where Twilio asks us, to the letter: signatures are over it. */
  ours: { voiceUrl: string; statusUrl: string; smsUrl: string };
}

type Held = IncomingPhoneNumberInstance;
type Change = NonNullable<Parameters<Held['update']>[0]>;

/** Numbers of our account at Twilio. A deployment without an account holds none there. */
export function createTwilioNumbers({ ours, ...options }: TwilioNumbersOptions): CarrierNumbers {
  const open = sdkRequests(options);

  async function list() {
    const { version, accountSid } = await open();
    return IncomingPhoneNumberListInstance(version, accountSid);
  }

  async function held(number: string): Promise<Held | undefined> {
    try {
      // Twilio takes it for a part of a number, too.
      const found = await (await list()).list({ phoneNumber: number });
      return found.find(({ phoneNumber }) => phoneNumber === number);
    } catch (error) {
      if (error instanceof NoSecretValue) return undefined;
      throw error;
    }
  }

  /** By its sid: what the SDK lists does not know its own. */
  async function update({ sid }: Held, change: Change): Promise<void> {
    if (Object.keys(change).length > 0) await (await list()).get(sid).update(change);
  }

  return {
    async attach(number, { voice }) {
      const there = await held(number);
      if (!there) return 'not-held';
      const { voiceUrl, voiceMethod, voiceApplicationSid, statusCallback, statusCallbackMethod, trunkSid } = there;
      const change: Change = {};
      const ringsHere = voice && !trunkSid;
      if (ringsHere && (voiceUrl !== ours.voiceUrl || voiceMethod !== 'POST' || voiceApplicationSid)) {
        // With an application Twilio would ask that instead.
        Object.assign(change, { voiceUrl: ours.voiceUrl, voiceMethod: 'POST', voiceApplicationSid: '' });
      }
      if (ringsHere && (statusCallback !== ours.statusUrl || statusCallbackMethod !== 'POST')) {
        Object.assign(change, { statusCallback: ours.statusUrl, statusCallbackMethod: 'POST' });
      }
      const { capabilities, smsUrl, smsMethod, smsApplicationSid } = there;
      if (capabilities.sms && (smsUrl !== ours.smsUrl || smsMethod !== 'POST' || smsApplicationSid)) {
        Object.assign(change, { smsUrl: ours.smsUrl, smsMethod: 'POST', smsApplicationSid: '' });
      }
      await update(there, change);
      return voice && trunkSid ? 'trunk' : 'attached';
    },

    async detach(number) {
      const there = await held(number);
      if (!there) return;
      // A fallback is refused without the address it stands behind.
      const change: Change = {
        ...(there.voiceUrl === ours.voiceUrl && { voiceUrl: '', voiceFallbackUrl: '' }),
        ...(there.statusCallback === ours.statusUrl && { statusCallback: '' }),
        ...(there.smsUrl === ours.smsUrl && { smsUrl: '', smsFallbackUrl: '' }),
      };
      await update(there, change);
    },
  };
}
