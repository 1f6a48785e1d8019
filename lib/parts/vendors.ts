import { CfnParameter, type Stack } from 'aws-cdk-lib';
import type { StageSettings } from '../settings.ts';

/** Where the vendors answer, and where they reach our voice service. */
export interface Vendors {
  retellBaseUrl: string;
  twilioBaseUrl: string;
  openAiBaseUrl: string;
  voiceUrl: string;
}

/** A parameter that nobody sets in a deployment: other than the default only for rehearsals against a stand-in. */
export function addressOf(stack: Stack, id: string, usual: string, whose: string): string {
  return new CfnParameter(stack, id, {
    default: usual,
    description: `${whose} Other than the default only for rehearsals against a stand-in.`,
  }).valueAsString;
}

/** The addresses every stack that speaks to vendors knows, under the same names in each. */
export const vendorsOf = (stack: Stack, { voiceDomain }: StageSettings): Vendors => ({
  retellBaseUrl: addressOf(stack, 'RetellBaseUrl', 'https://api.retellai.com', 'Where Retell answers.'),
  twilioBaseUrl: addressOf(stack, 'TwilioBaseUrl', 'https://api.twilio.com', 'Where Twilio answers.'),
  openAiBaseUrl: addressOf(stack, 'OpenAiBaseUrl', 'https://api.openai.com/v1', 'Where OpenAI answers.'),
  voiceUrl: addressOf(stack, 'VoiceUrl', `wss://${voiceDomain}`, 'Where vendors open sockets to our voice service.'),
});
