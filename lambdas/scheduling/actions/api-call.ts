import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { Requester } from '#domain/scheduling/requester.ts';

/** Who asks, and under which conditions. The clinic is that of the key, never of an argument. */
export interface ApiCall {
  clinic: ClinicProfile;
  requester: Requester;
  /** Names this one request, and is the same when it is sent again under its `Idempotency-Key`. */
  requestName: string;
  /** Of `If-Match`: the version the asker has seen. */
  expectedVersion?: number;
  /** This request was begun before and never answered, so that it may be done already. */
  again: boolean;
}
