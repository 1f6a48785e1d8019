import { isWritable } from '../../clinics/writable-number.ts';
import type { Notices } from '../../messages/notice.ts';
import type { WaitlistOfferSender } from './waitlist.ts';

/**
 * Tells by SMS, where the clinic writes any and the number can get one. Nothing is held for anybody who could not know
 * of it: there, the entry that matches shows the clinic whom to call.
 */
export const offersByText = (notices: Notices): WaitlistOfferSender => ({
  reaches: ({ contact }, clinic) => clinic.texting.sms && isWritable(contact, clinic),
  async send({ clinicId, entryId, patientId }, { holdId }) {
    await notices.tell({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId });
    return { outcome: 'sent' };
  },
});
