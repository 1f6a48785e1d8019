import { createHash } from 'node:crypto';

/**
 * Names a recipient in keys, queues and logs without telling the address: the first 16 hex digits of the SHA-256 of the
 * address in lower case.
 */
export const recipientIdOf = (address: string): string =>
  createHash('sha256').update(address.toLowerCase()).digest('hex').slice(0, 16);
