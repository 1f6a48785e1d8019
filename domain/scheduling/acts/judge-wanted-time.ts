import type { Clinic } from '../../clinics/clinic.ts';
import type { Appointment } from '../calendar/appointment.ts';
import { bookable } from '../slots/bookable.ts';
import { type Cell, cellStarts } from '../calendar/cell.ts';
import type { SchedulingDeps } from '../scheduling-deps.ts';
import { holdIdOf } from '../slots/fairness.ts';
import { durationWith, occupiedRange, slotAt } from '../slots/free-slots.ts';
import { judgeStart, searchOfStart, type StartQuestion } from '../slots/judge-start.ts';
import { occupancyOf } from '../slots/occupancy.ts';
import { offerTimes } from './offer-times.ts';
import { timesIn } from './find-times.ts';
import type { Requester } from '../requester.ts';
import type { Refusal, WantedTime } from '../scheduling.ts';
import type { HeldTime, Slot } from '../slots/slot.ts';
import { localDate } from '../slots/zoned-time.ts';

type TimeDeps = Pick<SchedulingDeps, 'calendar' | 'clock'>;

/** One time somebody wants, and who they are. */
export interface TimeWish {
  wanted: WantedTime;
  requester: Requester;
  /** Wanted in place of this one. */
  moving?: Appointment;
}

export type WishJudgement =
  /** `cells` are those of its whole day. */
  | { code: 'OK'; slot: Slot; cells: Cell[]; nowMs: number }
  /** `gone`: it can be booked, and somebody else has it. */
  | { code: Refusal['code']; gone: boolean };

/** Whether a time can be had, asked of the calendars as they are now and of the function that lists times. */
export async function judgeWish(
  { calendar, clock }: TimeDeps,
  clinic: Clinic,
  { wanted, requester, moving }: TimeWish,
): Promise<WishJudgement> {
  const { typeId, providerId, operatoryId, startMs } = wanted;
  const nowMs = clock.now();
  const asked = bookable(clinic, typeId, providerId && [providerId], requester);
  if (asked.code !== 'OK') return { code: asked.code, gone: false };
  const { type, providers, leadTimeMin } = asked;
  const question = { clinic, type, providers, operatoryId, nowMs, leadTimeMin };
  const range = occupiedRange(searchOfStart(question, startMs));
  const cells = range.resources.length
    ? await calendar.cells(clinic.id, range.resources, range.fromMs, range.toMs)
    : [];
  const { gridMinutes } = clinic.scheduling;
  const { holder } = requester;
  const occupancy = occupancyOf(cells, { gridMinutes, zone: clinic.zone, nowMs, holder, moving });
  const judged = judgeStart(withoutNotice(question, startMs, cells, holder), startMs, providerId, occupancy);
  if (judged.code === 'OK') return { ...judged, cells, nowMs };
  const gone = judged.code === 'SLOT_TAKEN' || judged.code === 'NO_OPERATORY';
  return { code: gone && hadHold(cells, holder, startMs, nowMs) ? 'HOLD_EXPIRED' : judged.code, gone };
}

/**
 * What is asked of a start within the lead time that is kept for the asker: it was early enough when it was offered, so
 * that it is theirs while the hold lasts, with whom it is held.
 */
function withoutNotice(question: StartQuestion, startMs: number, cells: readonly Cell[], holder: string) {
  const { clinic, type, providers, nowMs, leadTimeMin } = question;
  if (startMs >= nowMs + leadTimeMin * 60_000) return question;
  const kept = new Set(
    cells
      .filter((cell) => cell.kind === 'hold' && cell.holder === holder && (cell.expiresAtMs ?? Infinity) >= nowMs)
      .map((cell) => `${cell.resource.id} ${cell.startMs}`),
  );
  const keptWith = providers.filter(({ id }) => {
    const { occFromMs, occToMs } = slotAt(type, id, startMs, durationWith(type, id));
    return cellStarts(occFromMs, occToMs, clinic.scheduling.gridMinutes).every((at) => kept.has(`${id} ${at}`));
  });
  return keptWith.length ? { ...question, providers: keptWith, leadTimeMin: 0 } : question;
}

/**
 * Whether the asker held this very time and let it run out. Seen as long as a cell of that hold is left: where others
 * took all of them, the time is simply taken.
 */
const hadHold = (cells: readonly Cell[], holder: string, startMs: number, nowMs: number): boolean =>
  cells.some(
    ({ kind, ref, expiresAtMs }) =>
      kind === 'hold' && ref === holdIdOf(holder, { startMs }) && (expiresAtMs ?? Infinity) < nowMs,
  );

/**
 * Why a wish is not fulfilled. For a time that is gone fresh ones come with it, from its day on, held for an agent in
 * place of the former. The clinic's people are only shown them, and keep what they hold.
 */
export async function refuseWish(
  deps: TimeDeps,
  clinic: Clinic,
  { wanted: { typeId, providerId, startMs }, requester, moving }: TimeWish,
  { code, gone }: { code: Refusal['code']; gone: boolean },
  formerHolds: readonly HeldTime[] = [],
): Promise<Refusal> {
  if (!gone) return { code };
  const query = {
    typeId,
    ...(providerId && { providerIds: [providerId] }),
    from: localDate(startMs, clinic.zone),
    moving,
  };
  const holds = requester.kind === 'agent';
  const offered = await offerTimes(deps)(clinic, query, requester, holds ? formerHolds : []);
  const offers = timesIn(offered);
  return { code, ...(offers.length && { offers, ...(holds && { held: offered.held ?? [] }) }) };
}

/** Somebody else was quicker, as often as we tried. */
export const lost = { code: 'SLOT_TAKEN', gone: true } as const;
