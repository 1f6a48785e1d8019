import type * as z from 'zod';
import { clinicPhone } from '../../../clinics/clinic.ts';
import { isOpenAt } from '../../../clinics/hours/opening.ts';
import { spokenHours } from '../../../clinics/hours/spoken-hours.ts';
import { languageOf } from '../../../language.ts';
import { displayPhone, spokenPhone } from '../../../phone-number.ts';
import { list, wallClock } from '../../../wall-time.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

const input = inputOf([], ['topic']);

export const getClinicInfo = defineTool({
  name: 'get_clinic_info',
  description: {
    fr: 'Dit les horaires, l’adresse, le téléphone ou les numéros d’urgence de la clinique. À appeler pour toute question de ce genre, au lieu de répondre de mémoire.',
    en: 'Tells the opening hours, address, phone or emergency numbers of the clinic. Call it for any such question instead of answering from memory.',
  },
  input,
  effect: 'read',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 50,
  codes: ['OK'],
  answers: {
    clinic_name: 'name of the clinic',
    address: 'address of the clinic',
    phone: 'number of the clinic, as it is written there',
    hours: 'opening hours, as they are said',
    open_now: '“true”, “false”, or “unknown” when the clinic has not given its hours',
  },

  run: async (_, args, call) => clinicInfo(args, call),
  withoutStores: clinicInfo,
});

function clinicInfo({ topic = 'all' }: z.output<typeof input>, { clinic, language: tag, nowMs }: ToolCall): ToolAnswer {
  const language = languageOf(tag);
  const words = wordsOfTag(tag);
  const hours = spokenHours(clinic, language, nowMs);
  const open = isOpenAt(clinic, wallClock(nowMs, clinic.zone));
  const phone = clinicPhone(clinic);
  const said = {
    hours: clinic.hours ? words.hours(hours) : words.hoursUnknown,
    address: words.address(clinic.address),
    phone: phone ? words.phone(spokenPhone(phone, language)) : words.phoneUnknown,
    emergency_numbers: words.emergencyNumbers(list(clinic.emergencyNumbers, language, 'disjunction')),
  };
  return {
    code: 'OK',
    say: sentences(...(topic === 'all' ? [said.hours, said.address] : [said[topic]])),
    data: {
      clinic_name: clinic.name,
      address: clinic.address,
      ...(phone && { phone: displayPhone(phone, clinic.country) }),
      hours,
      open_now: open === undefined ? 'unknown' : String(open),
    },
  };
}
