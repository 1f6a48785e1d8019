import type { Clinic } from '../../clinics/clinic.ts';
import type { SuppressionList } from '../../clinics/suppression-list.ts';
import { isWritable } from '../../clinics/numbers/writable-number.ts';
import type { E164 } from '../../e164.ts';
import type { Notices } from '../../messages/notice.ts';
import type { WaitlistOfferSender } from './waitlist.ts';

interface Deps {
  notices: Notices;
  suppressions: Pick<SuppressionList, 'refusedBy'>;
  /** The first instant from `fromMs` on at which it is not night where a number may be. */
  callableFrom(number: E164, clinic: Clinic, fromMs: number): number | undefined;
}

/**
 * Tells by SMS, where the clinic writes any and the number can get one, did not refuse them and is not one that anybody
 * may have typed. Nothing is held for anybody who could not know of it: there, the entry that matches shows the clinic
 * whom to call.
 */
export const offersByText = ({ notices, suppressions, callableFrom }: Deps): WaitlistOfferSender => ({
  async tellableFrom({ clinicId, contact, contactTold }, clinic, nowMs) {
    if (!clinic.texting.sms || contactTold || !isWritable(contact, clinic)) return undefined;
    if ((await suppressions.refusedBy(clinicId, contact)).has('messages')) return undefined;
    return callableFrom(contact, clinic, nowMs);
  },
  async send({ clinicId, entryId, patientId }, { holdId }) {
    await notices.tell({ kind: 'waitlist-offered', clinicId, entryId, patientId, holdId });
    return { outcome: 'sent' };
  },
});
