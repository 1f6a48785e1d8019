import type { CallEventReceived } from '../messages/call-event-received.ts';

/** Stored events waiting to be merged, in order within a conversation. */
export interface CallEventQueue {
  /** `again` for an event that was sent before: the queue would drop it as a repeat for five minutes. */
  publish(message: CallEventReceived, options?: { again?: boolean }): Promise<void>;
}
