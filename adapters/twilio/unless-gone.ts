import RestException from 'twilio/lib/base/RestException.js';

/** Twilio does not have what was asked for. */
export const isGone = (error: unknown): boolean => error instanceof RestException.default && error.status === 404;

/** What Twilio answers; `undefined` where it does not have what was asked for. */
export async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
