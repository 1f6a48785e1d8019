import type * as z from 'zod';
import { activeProviders, spokenProvider } from '../../../clinics/practice/spoken-providers.ts';
import { languageOf } from '../../../language.ts';
import { list } from '../../../wall-time.ts';
import { mostSpoken } from '../../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { providerUnknown } from '../refusals.ts';
import { resolveProvider } from '../resolve/resolve-provider.ts';
import { typeRefusal } from '../resolve/resolve-time.ts';
import { resolveType } from '../resolve/resolve-type.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';

/** More than anybody asks for, and small enough for an answer. */
const mostListed = 60;

const input = inputOf([], ['doctor', 'appointment_type']);

export const listProviders = defineTool({
  name: 'list_providers',
  description: {
    fr: 'Liste les médecins de la clinique, tous ou ceux d’une spécialité ou d’un type de rendez-vous.',
    en: 'Lists the doctors of the clinic, all of them or those of a specialty or a kind of appointment.',
  },
  input,
  effect: 'read',
  discloses: 'public',
  refusedInEmergency: false,
  budgetMs: 50,
  codes: ['OK', 'PROVIDER_UNKNOWN', 'TYPE_UNKNOWN', 'TYPE_AMBIGUOUS', 'TYPE_NOT_BOOKABLE'],
  answers: { count: 'how many', doctors: 'each doctor with specialties, in the order told' },

  run: async (_, args, call) => providerList(args, call),
  withoutStores: providerList,
});

function providerList({ doctor, appointment_type }: z.output<typeof input>, call: ToolCall): ToolAnswer {
  const language = languageOf(call.language);
  const words = wordsOfTag(call.language);
  const type = appointment_type === undefined ? undefined : resolveType(appointment_type, call.clinic);
  if (type && type.outcome !== 'one') return typeRefusal(call, type);
  const meant = resolveProvider(doctor, call.clinic, type?.type);
  if (meant.outcome === 'unknown') return providerUnknown(call);

  const performs = type?.type.providers?.map(({ id }) => id);
  const all = activeProviders(call.clinic.providers).filter(({ id }) => !performs || performs.includes(id));
  const providers = meant.outcome === 'any' ? all : meant.outcome === 'one' ? [meant.provider] : meant.providers;
  if (providers.length === 0) return providerUnknown(call);
  const names = providers.map((provider) => [spokenProvider(provider, language), ...provider.specialties].join(', '));
  const told = list(
    providers.slice(0, mostSpoken).map((provider) => spokenProvider(provider, language)),
    language,
    providers.length > mostSpoken ? 'conjunction' : 'disjunction',
  );
  const more = providers.length - mostSpoken;
  return {
    code: 'OK',
    say: sentences(more > 0 ? words.providersAmongOthers(told, more) : words.providers(told)),
    data: { count: providers.length, doctors: names.slice(0, mostListed) },
  };
}
