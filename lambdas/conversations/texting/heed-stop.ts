import type { IncomingMessage } from '#adapters/twilio/message-event.ts';
import type { SuppressionList } from '#domain/clinics/suppression-list.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { Log } from '#domain/log.ts';

/** Whoever said STOP is neither written to nor called by this clinic any more, on record as their own word. */
export function heedStop({ suppressions, log }: { suppressions: Pick<SuppressionList, 'refuse'>; log: Log }) {
  return async (clinicId: ClinicId, { from, messageSid }: IncomingMessage): Promise<void> => {
    const by = { actorType: 'user', actorId: 'sender', requestId: messageSid } as const;
    await suppressions.refuse(clinicId, from, ['messages', 'calls'], by);
    log.info('contact.refused', { clinicId });
  };
}
