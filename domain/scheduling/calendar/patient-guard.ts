import type { AppointmentId } from '../../ids.ts';

/** When a patient is with us: the service alone, because buffers occupy provider and operatory, never the patient. */
export interface PatientTime {
  appointmentId: AppointmentId;
  startMs: number;
  endMs: number;
}

export type Guarded = { outcome: 'free'; times: PatientTime[] } | { outcome: 'patient-overlap' | 'patient-limit' };

/** What is over cannot be in the way any more, so that the list stays as short as a patient's plans. */
const upcoming = (times: readonly PatientTime[], nowMs: number) => times.filter(({ endMs }) => endMs > nowMs);

/**
 * The times of a patient once `wanted` is among them, in place of the former time of the same appointment if there was
 * one. Nobody can be in two places: refused where it overlaps another. The limit counts what has not started yet, and
 * only against an appointment that was not there before.
 */
export function guardTime(
  times: readonly PatientTime[],
  wanted: PatientTime,
  { nowMs, maxFutureAppts }: { nowMs: number; maxFutureAppts: number },
): Guarded {
  const others = upcoming(times, nowMs).filter(({ appointmentId }) => appointmentId !== wanted.appointmentId);
  if (others.some(({ startMs, endMs }) => startMs < wanted.endMs && wanted.startMs < endMs)) {
    return { outcome: 'patient-overlap' };
  }
  const isNew = times.every(({ appointmentId }) => appointmentId !== wanted.appointmentId);
  if (isNew && others.filter(({ startMs }) => startMs > nowMs).length >= maxFutureAppts) {
    return { outcome: 'patient-limit' };
  }
  const { appointmentId, startMs, endMs } = wanted;
  const next = [...others, { appointmentId, startMs, endMs }];
  return { outcome: 'free', times: next.sort((a, b) => a.startMs - b.startMs) };
}

/** The times of a patient without one appointment and without what is over. */
export const unguardTime = (
  times: readonly PatientTime[],
  appointmentId: AppointmentId,
  nowMs: number,
): PatientTime[] => upcoming(times, nowMs).filter((time) => time.appointmentId !== appointmentId);
