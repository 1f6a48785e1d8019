import type { ClinicId } from '../ids.ts';
import type { Clinic } from './clinic.ts';
import type { Recipient } from './settings/email-settings.ts';

/** Why we stopped writing to an address. */
export const disabledReasons = ['bounce', 'complaint'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** A recipient and whether mail still reaches it. Instants are in epoch milliseconds. */
export interface RecipientState extends Recipient {
  recipientId: string;
  disabled?: { reason: DisabledReason; at: number };
  /** Named by a member of the clinic, and nobody who reads the address has said yes: until then it gets nothing of patients. */
  awaiting?: { sinceMs: number };
}

/** Whether calls may be told of to an address. */
export const isWrittenTo = ({ disabled, awaiting }: RecipientState): boolean => !disabled && !awaiting;

/** A clinic as it stands in the tables: what its file says, and what has become of it since. */
export interface ClinicProfile extends Clinic {
  /** Raised by each change of the clinic. */
  version: number;
  /** Since a file was last applied its own people have changed it, the last time then; epoch milliseconds. */
  changedByPeopleAtMs?: number;
  /** `email.recipients` in the same order, with their delivery state. */
  recipients: RecipientState[];
}

/** A clinic as it says of itself, without what has become of it. */
export function clinicOf({
  version: _version,
  changedByPeopleAtMs: _changed,
  recipients: _recipients,
  ...clinic
}: ClinicProfile): Clinic {
  return clinic;
}

/** What the work of other capabilities needs to know of a clinic, and may do to it. */
export interface ClinicStore {
  /** Everything about one clinic in one read; `undefined` when there is none. Asked while a phone rings. */
  profile(clinicId: ClinicId, options?: { signal?: AbortSignal }): Promise<ClinicProfile | undefined>;
  /** Stops mail to an address. The first reason stands until a person enables the address again. `at`: epoch milliseconds. */
  disableRecipient(
    clinicId: ClinicId,
    recipientId: string,
    why: { reason: DisabledReason; at: number },
  ): Promise<{ outcome: 'disabled' | 'already-disabled' | 'no-such-recipient' }>;
}
