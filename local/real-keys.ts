/** Keys of vendors themselves, from the environment of whoever starts this. A vendor without one is played by a stand-in. */
export interface RealKeys {
  retell?: string;
  openai?: string;
  twilio?: { accountSid: string; authToken: string };
}

/** Reads the keys. @throws Error in one line when half of a pair is missing, or vendors could not reach us */
export function realKeysIn(
  environment: Record<string, string | undefined>,
  { publicUrl, publicVoiceUrl }: { publicUrl?: string; publicVoiceUrl?: string },
): RealKeys {
  const accountSid = environment.TWILIO_ACCOUNT_SID;
  const authToken = environment.TWILIO_AUTH_TOKEN;
  const retell = environment.RETELL_API_KEY;
  const openai = environment.OPENAI_API_KEY;
  if (!accountSid !== !authToken)
    throw new Error('TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together: set both or none');
  const callsUs = [retell && 'Retell', accountSid && 'Twilio'].filter(Boolean).join(' and ');
  if (callsUs && !(publicUrl && publicVoiceUrl)) {
    throw new Error(
      `${callsUs} must reach this machine: give the addresses of a tunnel with --public-url and --public-voice-url (docs/local.md)`,
    );
  }
  return {
    ...(retell && { retell }),
    ...(openai && { openai }),
    ...(accountSid && authToken && { twilio: { accountSid, authToken } }),
  };
}

/** As the secrets of the deployment hold them, by the end of their name. */
export const secretsOf = ({ retell, openai, twilio }: RealKeys): Record<string, string> => ({
  ...(retell && { '/retell-api-key': retell }),
  ...(openai && { '/openai-api-key': openai }),
  ...(twilio && { '/twilio': JSON.stringify(twilio) }),
});
