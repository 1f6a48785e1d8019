import type { ClinicId } from '../ids.ts';

/** Where agents of clinics sent their events before they were connected here, so that these can go there again. */
export interface FormerWebhooks {
  /** `undefined` when the agent had no address of its own. */
  of(clinicId: ClinicId, agentId: string): Promise<string | undefined>;
  /** The last that was remembered stands. `nowMs`: epoch milliseconds. */
  remember(clinicId: ClinicId, agentId: string, url: string | undefined, nowMs: number): Promise<void>;
}
