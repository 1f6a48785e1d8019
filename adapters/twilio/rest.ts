import type { TwilioAccount } from './secret.ts';

/** How requests of ours are signed: with the API key, where there is one. */
export function authorizationOf({ accountSid, authToken, apiKeySid, apiKeySecret }: TwilioAccount): string {
  const [user, password] = apiKeySid && apiKeySecret ? [apiKeySid, apiKeySecret] : [accountSid, authToken];
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** No connection was made: then Twilio cannot have acted on it. */
export function neverArrived(error: unknown): boolean {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(String(cause?.code));
}
