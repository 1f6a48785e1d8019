import { type Clinic, clinicPhone } from './clinic.ts';
import { OutboundSettings } from './settings/outbound-settings.ts';

/**
 * A clinic that has left: nothing rings, nothing is written, and what is kept of it has an end.
 *
 * @param nowMs the end of a clinic that was closed before stays
 */
export function closed(clinic: Clinic, nowMs: number): Clinic {
  // Its last call was today at the latest.
  const { recordingDays, transcriptDays, summaryDays } = clinic.retention;
  const until = new Date(nowMs + Math.max(recordingDays, transcriptDays, summaryDays) * 24 * 60 * 60 * 1000);
  return {
    ...clinic,
    status: 'closed',
    retainUntil: clinic.retainUntil ?? until.toISOString().slice(0, 10),
    // Its e-mails and its record still name the clinic by it.
    phone: clinicPhone(clinic),
    numbers: [],
    agents: [],
    texting: { sms: false, confirmations: false, whatsapp: false },
    outbound: OutboundSettings.parse({}),
  };
}
