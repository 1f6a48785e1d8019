/** How an act of scheduling ends. Stable: agents, clinic software and exports know these words. */
export const schedulingCodes = [
  'OK',
  'SLOT_TAKEN',
  'SLOT_INVALID',
  'TOO_SOON',
  'OUTSIDE_HORIZON',
  'PAST',
  'CLOSED',
  'NO_OPERATORY',
  'TYPE_NOT_BOOKABLE',
  'PROVIDER_UNKNOWN',
  'PROVIDER_AMBIGUOUS',
  'DATE_WEEKDAY_MISMATCH',
  'HOLD_EXPIRED',
  'PATIENT_OVERLAP',
  'PATIENT_LIMIT',
  'CONVERSATION_LIMIT',
  'NOT_VERIFIED',
  'TENANT_MISMATCH',
  'EMERGENCY_ACTIVE',
  'RETRY_LATER',
  /** There is no such appointment at this clinic, or it is not this asker's to see. */
  'APPOINTMENT_UNKNOWN',
  /** It was cancelled, or is over. */
  'APPOINTMENT_CLOSED',
  /** Closer to its start than the clinic lets an agent change it. */
  'NOTICE_TOO_SHORT',
  /** Somebody changed it since it was read. */
  'CHANGED_MEANWHILE',
  /** Something stands in the range that was to be blocked. */
  'RANGE_TAKEN',
  /** More than one write can take; a closure is meant. */
  'RANGE_TOO_LONG',
] as const;
export type SchedulingCode = (typeof schedulingCodes)[number];

/** How a time is refused that somebody else has. */
export const takenCodes: ReadonlySet<SchedulingCode> = new Set(['SLOT_TAKEN', 'NO_OPERATORY', 'HOLD_EXPIRED']);
