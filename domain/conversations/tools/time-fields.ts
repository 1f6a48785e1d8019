import { typeName } from '../../clinics/practice/type-name.ts';
import type { Slot } from '../../scheduling/slots/slot.ts';
import { wallClock } from '../../wall-time.ts';
import { mostSpoken, spokenParts, spokenSlot } from '../words/spoken-slots.ts';
import type { ToolCall, ToolFields } from './tool.ts';

/** What the fields of `timeFields` hold, for documentation. */
export const timeFieldsHold = {
  count: 'how many times are offered',
  options: 'each time as it is said, in the order told',
  first_date: 'day of the first, YYYY-MM-DD',
  first_time: 'time of the first, HH:mm',
  first_doctor: 'doctor of the first, as it is said',
  dates: 'days in the order told, YYYY-MM-DD',
  times: 'times in the order told, HH:mm',
} as const;

/** Times as a model and a flow may use them: digits to hand back, words to say. */
export function timeFields(slots: readonly Pick<Slot, 'providerId' | 'startMs'>[], call: ToolCall): ToolFields {
  const told = slots.slice(0, mostSpoken);
  const clocks = told.map(({ startMs }) => wallClock(startMs, call.clinic.zone));
  const [first] = told;
  return {
    count: told.length,
    options: told.map((slot) => spokenSlot(slot, call)),
    first_date: clocks[0]?.date ?? '',
    first_time: clocks[0]?.time ?? '',
    first_doctor: first ? spokenParts(first, call).provider : '',
    dates: clocks.map(({ date }) => date),
    times: clocks.map(({ time }) => time),
  };
}

/** What the fields of `appointmentFields` hold, for documentation. */
export const appointmentFieldsHold = {
  date: 'day of the appointment, YYYY-MM-DD',
  time: 'time of the appointment, HH:mm',
  doctor: 'doctor, as it is said',
  appointment_type: 'what it is for, as it is said',
} as const;

/** One appointment or held time: date, time, doctor and kind, and nothing of the patient. */
export function appointmentFields(
  { typeId, ...time }: Pick<Slot, 'providerId' | 'startMs' | 'typeId'>,
  call: ToolCall,
): ToolFields {
  const clock = wallClock(time.startMs, call.clinic.zone);
  const type = call.clinic.appointmentTypes.find(({ id }) => id === typeId);
  return {
    date: clock.date,
    time: clock.time,
    doctor: spokenParts(time, call).provider,
    appointment_type: type ? typeName(type, call.language) : '',
  };
}
