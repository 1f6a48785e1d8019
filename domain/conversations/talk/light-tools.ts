import { getClinicInfo } from '../tools/clinic/get-clinic-info.ts';
import { listAppointmentTypes } from '../tools/clinic/list-appointment-types.ts';
import { listProviders } from '../tools/clinic/list-providers.ts';
import { endCall } from '../tools/people/end-call.ts';
import { reportEmergency } from '../tools/people/report-emergency.ts';
import { takeMessage } from '../tools/people/take-message.ts';
import { transferToHuman } from '../tools/people/transfer-to-human.ts';
import { tools } from '../tools/registry.ts';
import type { Tool } from '../tools/tool.ts';
import type { Channel } from '../conversation.ts';
import type { AgentRole } from './live-talk.ts';

/** What a receptionist does without asking: nothing that touches a patient or a calendar. */
export const lightTools: readonly Tool[] = [
  getClinicInfo,
  listProviders,
  listAppointmentTypes,
  reportEmergency,
  transferToHuman,
  takeMessage,
  endCall,
];

/** In writing nobody is on the line to be transferred or said goodbye to. */
const writtenTools: readonly Tool[] = tools.filter((tool) => tool !== transferToHuman && tool !== endCall);

export function toolsOf(role: AgentRole, channel: Channel): readonly Tool[] {
  if (channel !== 'voice') return writtenTools;
  return role === 'receptionist' ? lightTools : tools;
}
