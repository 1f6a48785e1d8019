import { errorFields } from '../../log.ts';
import type { Appointment } from '../../scheduling/calendar/appointment.ts';
import { withinLimit } from './time-limit.ts';
import type { ToolCall, ToolDeps } from './tool.ts';

/** The change itself is done; a caller does not wait longer for what follows from it. */
const limitMs = 400;

/**
 * Tells those who wait that the time of an appointment came free. A failure is logged and nothing more: the caller's
 * change stands, and an alarm counts what the waitlist missed.
 *
 * @param before the appointment as it was while it still had the time
 * @param version of the appointment once it had not
 */
export async function tellWaitlist(
  { waitlistWorkflow, log }: Pick<ToolDeps, 'waitlistWorkflow' | 'log'>,
  { clinic, conversation }: ToolCall,
  before: Appointment,
  version: number,
): Promise<void> {
  const { appointmentId, typeId, providerId, startMs } = before;
  try {
    await withinLimit(
      limitMs,
      waitlistWorkflow.start({
        clinicId: clinic.id,
        freedId: `${appointmentId}-${version}`,
        typeId,
        providerId,
        startMs,
      }),
    );
  } catch (error) {
    log.error('waitlist.start-failed', {
      clinicId: clinic.id,
      conversationId: conversation.conversationId,
      ...errorFields(error),
    });
  }
}
