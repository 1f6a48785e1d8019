import { languageOf } from '../../../language.ts';
import { dateProblem } from '../../../scheduling/slots/judge-start.ts';
import type { TimesQuery } from '../../../scheduling/scheduling.ts';
import type { HeldTime, Slot } from '../../../scheduling/slots/slot.ts';
import { localDate } from '../../../scheduling/slots/zoned-time.ts';
import { spokenDate } from '../../../wall-time.ts';
import { spokenProvider } from '../../../clinics/practice/spoken-providers.ts';
import { spokenSlot, spokenSlots } from '../../words/spoken-slots.ts';
import type { PartOfDay } from '../../words/tool-words.ts';
import { sentences, wordsOfTag } from '../../words/words.ts';
import { defineTool } from '../define-tool.ts';
import { inputOf } from '../fields.ts';
import { askFor, dateRefused, providerAmbiguous, providerUnknown, refusedBy, stillHeld } from '../refusals.ts';
import { resolveAppointment } from '../resolve/resolve-appointment.ts';
import { resolveProvider, type ResolvedProvider } from '../resolve/resolve-provider.ts';
import { typeRefusal } from '../resolve/resolve-time.ts';
import { resolveType } from '../resolve/resolve-type.ts';
import { timeFields, timeFieldsHold } from '../time-fields.ts';
import type { ToolAnswer, ToolCall } from '../tool.ts';
import { partsOfDay } from './part-of-day.ts';

export const findAvailableTimes = defineTool({
  name: 'find_available_times',
  description: {
    fr: 'Cherche les créneaux libres et en propose trois au plus, gardés quelques minutes. À appeler avant de proposer un horaire, et à nouveau si l’appelant en veut d’autres. N’inventez jamais un horaire. Pour déplacer un rendez-vous, donnez aussi sa date actuelle.',
    en: 'Finds free times and offers three at most, held for a few minutes. Call it before offering any time, and again when the caller wants others. Never make up a time. To move an appointment, give its current date too.',
  },
  input: inputOf(
    [],
    [
      'appointment_type',
      'doctor',
      'date',
      'weekday',
      'until',
      'part_of_day',
      'urgency',
      'strategy',
      'current_date',
      'current_time',
      'patient_name',
    ],
  ),
  effect: 'read',
  discloses: 'public',
  refusedInEmergency: true,
  budgetMs: 300,
  codes: [
    'OK',
    'NONE_FREE',
    'CLOSED',
    'PAST',
    'OUTSIDE_HORIZON',
    'DATE_WEEKDAY_MISMATCH',
    'PROVIDER_UNKNOWN',
    'PROVIDER_AMBIGUOUS',
    'TYPE_UNKNOWN',
    'TYPE_AMBIGUOUS',
    'TYPE_NOT_BOOKABLE',
    'NO_OPERATORY',
    'NOT_VERIFIED',
    'APPOINTMENT_UNKNOWN',
  ],
  answers: {
    ...timeFieldsHold,
    checked_date: 'first day that was looked at, YYYY-MM-DD; it tells a new answer from an old one',
  },

  async run(deps, args, call) {
    const { clinic, state, requester, nowMs } = call;
    const { date, until, weekday } = args;
    if (date) {
      const problem = dateProblem(clinic, date, weekday, nowMs);
      if (problem) return dateRefused(call, problem, date);
      if (until && until < date) return askFor(call, 'until');
    }
    const own = args.current_date === undefined ? undefined : await resolveAppointment(deps, args, call);
    if (own?.outcome === 'refused') return own.answer;
    const moving = own?.own.appointment;
    const known = moving && clinic.appointmentTypes.find(({ id }) => id === moving.typeId);
    const type = known ? ({ outcome: 'one', type: known } as const) : resolveType(args.appointment_type, clinic);
    if (type.outcome !== 'one') return typeRefusal(call, type);
    const provider = resolveProvider(args.doctor, clinic, type.type);
    if (provider.outcome === 'unknown') return providerUnknown(call);
    if (provider.outcome === 'ambiguous') return providerAmbiguous(call, provider.providers);

    const urgent = args.urgency === 'same_day';
    const today = localDate(nowMs, clinic.zone);
    const days = urgent && !date ? { from: today, to: today } : daysOf({ date, until, today });
    const part = args.part_of_day === 'any' ? undefined : args.part_of_day;
    const offered = await deps.scheduling.offer(
      clinic,
      {
        typeId: type.type.id,
        ...providersOf(provider),
        ...(moving && args.doctor === undefined && { preferredProviderId: moving.providerId }),
        ...days,
        ...(part && partsOfDay[part]),
        ...(args.strategy && { strategy: args.strategy }),
        ...(moving && { moving }),
      },
      requester,
      state.held,
    );
    const checked = { checked_date: days.from ?? today };
    if (offered.code !== 'OK') {
      const refusal = refusedBy(call, offered);
      const callback = urgent && offered.code === 'CLOSED' && wordsOfTag(call.language).callbackInstead;
      return { ...refusal, say: sentences(refusal.say, callback), data: { ...refusal.data, ...checked } };
    }
    const { slots, next, held } = offered;
    const answer = slots.length
      ? offer(call, slots, held)
      : noneFree(call, {
          next,
          held,
          urgent,
          when: whenOf(call, days, part, provider),
          hasDays: days.from !== undefined,
        });
    return { ...answer, data: { ...answer.data, ...checked } };
  },
});

const daysOf = ({ date, until, today }: { date?: string; until?: string; today: string }) =>
  date || until ? { from: date ?? today, to: until ?? date } : {};

const providersOf = (resolved: ResolvedProvider): Pick<TimesQuery, 'providerIds'> => {
  if (resolved.outcome === 'one') return { providerIds: [resolved.provider.id] };
  return resolved.outcome === 'some' ? { providerIds: resolved.providers.map(({ id }) => id) } : {};
};

/** What is told is what “the first” means from now on. */
const remembering = (slots: readonly Slot[], held: readonly HeldTime[]): Pick<ToolAnswer, 'remember'> => ({
  remember: (state) => ({ ...state, offers: [...slots], held: [...held], writes: state.writes + 1 }),
});

function offer(call: ToolCall, slots: readonly Slot[], held: readonly HeldTime[]): ToolAnswer {
  const words = wordsOfTag(call.language);
  return {
    code: 'OK',
    say: sentences(words.offer(spokenSlots(slots, call))),
    data: timeFields(slots, call),
    ...remembering(slots, held),
  };
}

/** Nothing on the days asked for: the next time after them, or the waitlist; a person where it cannot wait. */
function noneFree(
  call: ToolCall,
  full: { next?: Slot; held: readonly HeldTime[]; urgent: boolean; when: string; hasDays: boolean },
): ToolAnswer {
  const words = wordsOfTag(call.language);
  const callback = full.urgent && words.callbackInstead;
  if (full.next) {
    return {
      code: 'NONE_FREE',
      say: sentences(words.offerNone(full.when, spokenSlot(full.next, call)), callback || words.doesItSuit),
      data: timeFields([full.next], call),
      ...remembering([full.next], full.held),
    };
  }
  return {
    code: 'NONE_FREE',
    say: sentences(
      full.hasDays ? words.nothingLeft(full.when) : words.nothingAtAll(full.when),
      callback || words.waitlistInstead,
    ),
    data: timeFields([], call),
    remember: (state) => ({ ...state, offers: [], held: stillHeld(state, call.nowMs) }),
  };
}

/** The days, the part of the day and the doctor there was nothing left for: `le lundi 5 octobre 2026 dans la matinée`. */
function whenOf(
  { language }: ToolCall,
  { from, to }: { from?: string; to?: string },
  part: PartOfDay | undefined,
  provider: ResolvedProvider,
): string {
  const words = wordsOfTag(language);
  const day =
    from && to
      ? from === to
        ? words.onDay(spokenDate(from, language))
        : words.betweenDays(spokenDate(from, language), spokenDate(to, language))
      : undefined;
  const whom =
    provider.outcome === 'one' && words.withProvider(spokenProvider(provider.provider, languageOf(language)));
  return [day, part && words.partsOfDay[part], whom].filter(Boolean).join(' ');
}
