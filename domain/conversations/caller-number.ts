import { E164 } from '../e164.ts';
import { normalizePhone } from '../phone-number.ts';
import type { Conversation } from './conversation.ts';

/**
 * The number of the person on the line, in E.164 form; nothing for a withheld one and where a channel has no numbers.
 * A hint of who it may be, never proof.
 */
export function callerNumberOf(
  { direction, fromNumber, toNumber }: Pick<Conversation, 'direction' | 'fromNumber' | 'toNumber'>,
  clinicCountry: string,
): E164 | undefined {
  const { kind, e164 } = normalizePhone(direction === 'outbound' ? toNumber : fromNumber, clinicCountry);
  return kind === 'e164' && E164.safeParse(e164).success ? e164 : undefined;
}
