import { bookAppointment } from './booking/book-appointment.ts';
import { cancelAppointment } from './booking/cancel-appointment.ts';
import { confirmAppointment } from './booking/confirm-appointment.ts';
import { findAvailableTimes } from './booking/find-available-times.ts';
import { findMyAppointments } from './booking/find-my-appointments.ts';
import { holdTime } from './booking/hold-time.ts';
import { joinWaitlist } from './booking/join-waitlist.ts';
import { rescheduleAppointment } from './booking/reschedule-appointment.ts';
import { getClinicInfo } from './clinic/get-clinic-info.ts';
import { listAppointmentTypes } from './clinic/list-appointment-types.ts';
import { listProviders } from './clinic/list-providers.ts';
import { endCall } from './people/end-call.ts';
import { reportEmergency } from './people/report-emergency.ts';
import { takeMessage } from './people/take-message.ts';
import { transferToHuman } from './people/transfer-to-human.ts';
import { verifyPatient } from './people/verify-patient.ts';
import type { Tool } from './tool.ts';

/** Everything the voice agent can do, on every channel. */
export const tools: readonly Tool[] = [
  getClinicInfo,
  listProviders,
  listAppointmentTypes,
  findAvailableTimes,
  holdTime,
  bookAppointment,
  findMyAppointments,
  rescheduleAppointment,
  cancelAppointment,
  confirmAppointment,
  verifyPatient,
  takeMessage,
  joinWaitlist,
  reportEmergency,
  transferToHuman,
  endCall,
];

/** The tool of a name, if there is one. Names come from models. */
export const toolNamed = (name: string): Tool | undefined => tools.find((tool) => tool.name === name);
