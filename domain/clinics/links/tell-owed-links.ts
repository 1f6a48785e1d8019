import type { Clock } from '../../clock.ts';
import type { Notice } from '../../messages/notice.ts';
import type { LinkAsk, LinkStore } from './link.ts';

/** One asked for so long ago and still not sent was never queued. */
const unsentAfterMs = 2 * 60_000;
/** What could not be sent for a day is not tried any more: the dead-letter queue has told a person. */
const givenUpAfterMs = 24 * 3_600_000;
const linksPerRun = 200;

/** What goes to the queue: which link, and neither its secret nor an address. */
export const linkDue = ({ clinicId, purpose, id, round }: LinkAsk): Notice => ({
  kind: 'link-due',
  clinicId,
  purpose,
  id,
  round,
});

interface Deps {
  links: Pick<LinkStore, 'owed'>;
  notices: { tellAgain(notice: Notice): Promise<void> };
  clock: Clock;
}

/** Queues once more the links whose writer died before they were queued. Answers how many. */
export function tellOwedLinks({ links, notices, clock }: Deps) {
  return async (): Promise<number> => {
    const now = clock.now();
    const owed = await links.owed(now - givenUpAfterMs, now - unsentAfterMs, linksPerRun);
    for (const ask of owed) await notices.tellAgain(linkDue(ask));
    return owed.length;
  };
}
