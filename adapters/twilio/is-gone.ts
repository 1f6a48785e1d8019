import RestException from 'twilio/lib/base/RestException.js';

/** Twilio does not have what was asked for. */
export const isGone = (error: unknown): boolean => error instanceof RestException.default && error.status === 404;
