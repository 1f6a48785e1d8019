import { typeName } from '../../../clinics/practice/type-name.ts';
import { languageOf } from '../../../language.ts';
import { list } from '../../../wall-time.ts';
import { mostSpoken } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { bookableTypes } from '../resolve/resolve-type.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

export const listAppointmentTypes = defineTool({
  name: 'list_appointment_types',
  description: {
    fr: 'Liste ce pour quoi on peut prendre rendez-vous par téléphone. À appeler quand l’appelant ne sait pas quoi demander.',
    en: 'Lists what can be booked by phone. Call it when the caller does not know what to ask for.',
  },
  input: inputOf([]),
  effect: 'read',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 50,
  codes: ['OK'],
  answers: {
    count: 'how many',
    appointment_types: 'each kind of appointment, in the order told',
    durations_min: 'how long each takes, in minutes, in the same order',
  },

  run: async (_, args, call) => typeList(args, call),
  withoutStores: typeList,
});

function typeList(_: unknown, { clinic, language: tag }: ToolCall): ToolAnswer {
  const language = languageOf(tag);
  const words = wordsOfTag(tag);
  const types = bookableTypes(clinic);
  const names = types.map((type) => typeName(type, tag));
  const more = types.length - mostSpoken;
  const told = list(names.slice(0, mostSpoken), language, more > 0 ? 'conjunction' : 'disjunction');
  const say = types.length === 0 ? words.noTypes : more > 0 ? words.typesAmongOthers(told, more) : words.types(told);
  return {
    code: 'OK',
    say: sentences(say),
    data: {
      count: types.length,
      appointment_types: names,
      durations_min: types.map(({ durationMin }) => String(durationMin)),
    },
  };
}
