import type { Refusal } from '#domain/scheduling/scheduling.ts';
import { refusalCode } from '../api/answers.ts';
import { type Answered, refuse } from '../api/refusals.ts';
import type { ActionDeps } from './act.ts';
import type { ApiCall } from './api-call.ts';

/** What the rules refused, as the API says it, with the times that are free instead. */
export async function refusedByEngine(
  { slotTokens }: Pick<ActionDeps, 'slotTokens'>,
  { code, offers }: Refusal,
  { clinic, requester, expectedVersion }: ApiCall,
): Promise<Answered> {
  if (code === 'CHANGED_MEANWHILE' && expectedVersion !== undefined) {
    const message = 'It is not the version named in If-Match any more. Read it again and decide anew.';
    return refuse('changed-meanwhile', { status: 412, message });
  }
  const free = await Promise.all((offers ?? []).map((slot) => slotTokens.offer(clinic, slot, requester.holder)));
  return refuse(refusalCode(code), {
    ...(free.length && { offers: free }),
    ...(code === 'RETRY_LATER' && { headers: { 'retry-after': '1' } }),
  });
}
