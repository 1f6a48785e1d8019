import type { AwaitingRecipients } from '#domain/clinics/recipients/recipient-verification.ts';
import type { FakeClinics } from './clinics.ts';
import type { FakeLinks } from './links.ts';

/** What `inMemoryClinics` knows of recipients that await their link, keeping every promise of the real ones. */
export function inMemoryAwaitingRecipients(clinics: FakeClinics, links: FakeLinks): AwaitingRecipients {
  return {
    async ask(next, before) {
      const isAwaiting = clinics.awaiting(next.clinicId).has(next.id);
      if (!isAwaiting || !links.mayAsk(next, before)) return { outcome: 'changed-meanwhile' };
      links.keepAsk(next);
      return { outcome: 'saved' };
    },
    async confirm(link, event) {
      const at = Date.parse(event.occurredAt);
      if (!links.mayUse(link, at) || !clinics.awaiting(link.clinicId).delete(link.id)) {
        return { outcome: 'changed-meanwhile' };
      }
      links.use(link, at);
      clinics.records.push(event);
      return { outcome: 'confirmed' };
    },
  };
}
