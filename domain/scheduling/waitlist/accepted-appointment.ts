import type { Appointment } from '../calendar/appointment.ts';
import type { AppointmentStore } from '../calendar/calendar.ts';
import type { WaitlistEntry } from './waitlist.ts';

/**
 * The appointment that came of what was offered to an entry, while it still stands at that time. A patient is never in
 * two places at once, so there is at most one.
 */
export async function acceptedAppointment(
  appointments: Pick<AppointmentStore, 'upcoming'>,
  { clinicId, patientId, typeId, offer }: WaitlistEntry,
): Promise<Appointment | undefined> {
  if (!offer) return undefined;
  const standing = await appointments.upcoming(clinicId, patientId, offer.startMs);
  return standing.find((one) => one.startMs === offer.startMs && one.typeId === typeId);
}
