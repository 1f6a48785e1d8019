import type { Clinic } from '#domain/clinics/clinic.ts';
import { closureName } from '#domain/clinics/hours/closure.ts';
import { wallClock } from '#domain/wall-time.ts';
import type { PlacedProblem } from '../clinic-problems.ts';

/** Nobody closes a day that is over: of a day that is added, the year is wrong. */
export function pastClosures(before: Clinic, after: Clinic, nowMs: number): PlacedProblem[] {
  const known = new Set(before.closures.map((closure) => closureName(closure)));
  const { date: today } = wallClock(nowMs, after.zone);
  return after.closures.flatMap((closure, index) =>
    closure.date >= today || known.has(closureName(closure))
      ? []
      : [{ path: ['closures', index, 'date'], message: `is over: today is ${today} at the clinic` }],
  );
}
