import { isoInstant } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import { profileOf } from './clinic-rows.ts';
import { keys } from './keys.ts';
import { refused, type Table } from './table.ts';

/** Clinics as calls and e-mails need them. A clinic is one partition, so a profile is one Query. */
export function createClinicStore(core: Table): ClinicStore {
  return {
    async profile(clinicId, { signal } = {}) {
      return profileOf(await core.query({ pk: keys.clinic(clinicId), signal }));
    },

    async disableRecipient(clinicId, recipientId, { reason, at }) {
      const key = keys.recipient(clinicId, recipientId);
      const updated = await core.update(
        key,
        { disabledReason: reason, disabledAt: isoInstant(at), updatedAt: isoInstant(at) },
        { condition: 'attribute_exists(PK) AND attribute_not_exists(disabledAt)' },
      );
      if (updated !== refused) return { outcome: 'disabled' };
      return { outcome: (await core.get(key)) ? 'already-disabled' : 'no-such-recipient' };
    },
  };
}
