import type { CallCompleted } from '../messages/call-completed.ts';

/** The workflow that waits for a call's analysis and tells the clinic once. */
export interface PostCallWorkflow {
  /**
   * Starts it under a name made of the conversation, the template and the attempt, so that starting it again changes
   * nothing.
   */
  start(call: CallCompleted, attempt: number): Promise<'started' | 'already-started'>;
  /** Wakes one that waits for its analysis; `gone` when it waits no more. */
  wake(taskToken: string): Promise<'woken' | 'gone'>;
}
