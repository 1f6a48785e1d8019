import type { AppointmentType } from '../../clinics/practice/appointment-type.ts';
import type { Provider } from '../../clinics/practice/provider.ts';
import { activeProviders, spokenProvider } from '../../clinics/practice/spoken-providers.ts';
import { typeName } from '../../clinics/practice/type-name.ts';
import { languageOf } from '../../language.ts';
import type { Refusal } from '../../scheduling/scheduling.ts';
import type { HeldTime } from '../../scheduling/slots/slot.ts';
import { addDays, localDate } from '../../scheduling/slots/zoned-time.ts';
import { list, spokenDate } from '../../wall-time.ts';
import type { DialogueState } from '../dialogue.ts';
import { mostSpoken, spokenSlots } from '../words/spoken-slots.ts';
import { sentences, wordsOfTag } from '../words/words.ts';
import type { Argument } from './fields.ts';
import { bookableTypes } from './resolve/resolve-type.ts';
import { timeFields } from './time-fields.ts';
import type { ToolAnswer, ToolCall, ToolCode } from './tool.ts';

/** A refusal, said as its code is said where there is nothing better to say. */
export const refused = (call: ToolCall, code: ToolCode, say = wordsOfTag(call.language).codes[code]): ToolAnswer => ({
  code,
  say,
});

/** Something is missing or cannot be understood: the caller is asked for it. */
export const askFor = (call: ToolCall, argument: Argument): ToolAnswer =>
  refused(call, 'ARGUMENTS_INVALID', wordsOfTag(call.language).ask[argument]);

/** `conjunction`: what there is; `disjunction`: what to choose from. */
type ListType = Parameters<typeof list>[2];

const spokenNames = (providers: readonly Provider[], call: ToolCall, type: ListType): string =>
  list(
    providers.slice(0, mostSpoken).map((provider) => spokenProvider(provider, languageOf(call.language))),
    languageOf(call.language),
    type,
  );

const spokenTypes = (types: readonly AppointmentType[], call: ToolCall, type: ListType): string =>
  list(
    types.slice(0, mostSpoken).map((one) => typeName(one, call.language)),
    languageOf(call.language),
    type,
  );

/** The doctor is not ours; ours are named, what was said is not repeated. */
export function providerUnknown(call: ToolCall): ToolAnswer {
  const providers = activeProviders(call.clinic.providers);
  if (providers.length === 0) return refused(call, 'PROVIDER_UNKNOWN');
  return refused(
    call,
    'PROVIDER_UNKNOWN',
    sentences(wordsOfTag(call.language).providerUnknown(spokenNames(providers, call, 'conjunction'))),
  );
}

export const providerAmbiguous = (call: ToolCall, providers: readonly Provider[]): ToolAnswer =>
  refused(
    call,
    'PROVIDER_AMBIGUOUS',
    sentences(wordsOfTag(call.language).whichProvider(spokenNames(providers, call, 'disjunction'))),
  );

export function typeRefused(
  call: ToolCall,
  code: 'TYPE_UNKNOWN' | 'TYPE_AMBIGUOUS',
  types: readonly AppointmentType[] = bookableTypes(call.clinic),
): ToolAnswer {
  const words = wordsOfTag(call.language);
  if (types.length === 0) return refused(call, code, words.noTypes);
  const say =
    code === 'TYPE_UNKNOWN'
      ? words.typeUnknown(spokenTypes(types, call, 'conjunction'))
      : words.whichType(spokenTypes(types, call, 'disjunction'));
  return refused(call, code, sentences(say));
}

export function dateRefused(
  call: ToolCall,
  code: 'DATE_WEEKDAY_MISMATCH' | 'PAST' | 'OUTSIDE_HORIZON',
  date: string,
): ToolAnswer {
  const words = wordsOfTag(call.language);
  const { zone, scheduling } = call.clinic;
  switch (code) {
    case 'PAST':
      return refused(call, code);
    case 'DATE_WEEKDAY_MISMATCH':
      return refused(call, code, sentences(words.whichDay(spokenDate(date, call.language))));
    case 'OUTSIDE_HORIZON': {
      const lastDate = addDays(localDate(call.nowMs, zone), scheduling.horizonDays);
      return refused(call, code, sentences(words.tooLate(spokenDate(lastDate, call.language))));
    }
  }
}

/** Why an act of scheduling was not done; where a time is gone, with the fresh ones in its place. */
export function refusedBy(call: ToolCall, { code, offers = [], held, candidates = [] }: Refusal): ToolAnswer {
  const words = wordsOfTag(call.language);
  if (code === 'PROVIDER_UNKNOWN') return providerUnknown(call);
  const meant = call.clinic.providers.filter(({ id }) => candidates.includes(id));
  if (code === 'PROVIDER_AMBIGUOUS' && meant.length) return providerAmbiguous(call, meant);
  if (offers.length === 0) return refused(call, code);
  const offer = sentences(words.offer(spokenSlots(offers, call)));
  const say = code === 'SLOT_TAKEN' ? words.slotTaken(offer) : sentences(firstSentence(words.codes[code]), offer);
  // Fresh holds stand in place of those the call knew of; what another tool of the same moment holds stays known.
  const replaced = held ? [...call.state.held, ...held] : [];
  return {
    ...refused(call, code, say),
    data: timeFields(offers, call),
    remember: (state) => ({
      ...state,
      offers: [...offers],
      held: [...stillHeld(state, call.nowMs).filter((known) => !replaced.some(isSameHold(known))), ...(held ?? [])],
      writes: state.writes + 1,
    }),
  };
}

/** What is said of a code begins with why; what follows asks for another wish, which fresh times make needless. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;

const isSameHold =
  ({ holdId }: HeldTime) =>
  (other: HeldTime): boolean =>
    other.holdId === holdId;

/** Holds that have not run out. */
export const stillHeld = ({ held }: Pick<DialogueState, 'held'>, nowMs: number): HeldTime[] =>
  held.filter(({ expiresAtMs }) => expiresAtMs >= nowMs);
