import type { Clinic } from '#domain/clinics/clinic.ts';
import { type Answered, refuse } from '../api/refusals.ts';

interface Ids {
  typeId?: string;
  providerId?: string;
  preferredProviderId?: string;
  operatoryId?: string;
}

/** A refusal when an id names nothing of this clinic. That it is another clinic's cannot be told from that it is nobody's. */
export function unknownAtClinic(clinic: Clinic, named: Ids): Answered | undefined {
  const lacks = (things: readonly { id: string }[], id: string | undefined) =>
    id !== undefined && !things.some((thing) => thing.id === id);
  if (lacks(clinic.appointmentTypes, named.typeId)) return refuse('type-unknown');
  if (lacks(clinic.providers, named.providerId ?? named.preferredProviderId)) return refuse('provider-unknown');
  if (lacks(clinic.operatories, named.operatoryId)) return refuse('operatory-unknown');
  return undefined;
}
