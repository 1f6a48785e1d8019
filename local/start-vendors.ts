import type { Known, Step } from './cloud/start-cloud.ts';
import type { LocalJson } from './local-json.ts';
import type { RealKeys } from './real-keys.ts';
import { startOpenAi } from './vendors/openai/server.ts';
import { functionDefinitions } from './vendors/retell/function-definitions.ts';
import { startRetell } from './vendors/retell/server.ts';
import { startTwilio } from './vendors/twilio/server.ts';

/** The vendors of this start, as other clients reach them. */
export type Vendors = Pick<LocalJson, 'retell' | 'twilio' | 'openai'>;

interface Options {
  known: Known;
  realKeys: RealKeys;
  /** Where the Retell stand-in keeps its calls. */
  retellDir: string;
  /** Agents the Retell stand-in knows from the start. */
  knownAgents: readonly string[];
  step: Step;
  /** Takes what is to be stopped in the end. */
  stopping(stop: () => Promise<void>): void;
}

/** Where the vendors themselves answer, as the templates have it. */
const themselves = {
  retell: 'https://api.retellai.com',
  twilio: 'https://api.twilio.com',
  openai: { baseUrl: 'https://api.openai.com/v1', realtimeUrl: 'wss://api.openai.com/v1/realtime' },
};

/** Starts a stand-in for each vendor there is no real key for. Real keys are told to nobody. */
export async function startVendors({
  known,
  realKeys,
  retellDir,
  knownAgents,
  step,
  stopping,
}: Options): Promise<Vendors> {
  const { api, secret } = known;

  async function retell(): Promise<Vendors['retell']> {
    if (realKeys.retell) return { apiKey: '', baseUrl: themselves.retell };
    const apiKey = secret('/retell-api-key');
    const started = await step('Start the Retell stand-in', () =>
      startRetell({ apiKey, apiUrl: api, dataDir: retellDir, functions: functionDefinitions(api), knownAgents }),
    );
    stopping(() => started.stop());
    return { apiKey, baseUrl: started.baseUrl, control: started.control };
  }

  async function twilio(): Promise<Vendors['twilio']> {
    if (realKeys.twilio) return { accountSid: realKeys.twilio.accountSid, authToken: '', baseUrl: themselves.twilio };
    const { accountSid, authToken } = JSON.parse(secret('/twilio')) as { accountSid: string; authToken: string };
    const started = await step('Start the Twilio stand-in', () => startTwilio({ accountSid, authToken, apiUrl: api }));
    stopping(() => started.stop());
    return { accountSid, authToken, baseUrl: started.baseUrl, control: started.control };
  }

  async function openai(): Promise<Vendors['openai']> {
    if (realKeys.openai) return { apiKey: '', ...themselves.openai };
    const apiKey = secret('/openai-api-key');
    const started = await step('Start the OpenAI stand-in', () => startOpenAi({ apiKey }));
    stopping(() => started.stop());
    const { baseUrl, realtimeUrl, control } = started;
    return { apiKey, baseUrl, realtimeUrl, control };
  }

  return { retell: await retell(), twilio: await twilio(), openai: await openai() };
}

/** Parameters of the templates. */
export const addressesOf = ({ retell, twilio, openai }: Vendors, voiceUrl: string): Record<string, string> => ({
  RetellBaseUrl: retell.baseUrl,
  TwilioBaseUrl: twilio.baseUrl,
  OpenAiBaseUrl: openai.baseUrl,
  OpenAiRealtimeUrl: openai.realtimeUrl,
  VoiceUrl: voiceUrl,
});

/** One line: which vendors are real and cost money, and which are played here. */
export function whoIsReal({ retell, twilio, openai }: Vendors): string {
  const all = { Retell: retell, Twilio: twilio, OpenAI: openai };
  const named = (real: boolean) =>
    Object.entries(all)
      .filter(([, { control }]) => !control === real)
      .map(([name]) => name)
      .join(', ');
  return [
    named(true) && `REAL, with your keys and at your cost: ${named(true)}.`,
    named(false) && `Played on this machine: ${named(false)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
