import type { ClinicId } from '#domain/ids.ts';

/** A call's place among those going on. */
export interface Place {
  /** Gives the place back; a second time does nothing. */
  leave(): void;
}

export type Admission = { outcome: 'admitted'; place: Place } | { outcome: 'full'; reason: 'task' | 'clinic' };

/** The calls of this task: how many there may be, and how many there are. */
export interface LiveCalls {
  /** A place for a call of this clinic, if there is one. One that goes on from elsewhere is taken in when a new one is not. */
  admit(clinicId: ClinicId, how?: { isResumed: boolean }): Admission;
  count(): number;
  /** Hears of every change of the count, at once. */
  watch(heard: (count: number) => void): void;
}

interface Limits {
  maxCalls: number;
  /** So that the calls of one clinic never take the places of all others. */
  maxCallsPerClinic: number;
}

/** Whoever is in the middle of a call is not sent away because another task has died. */
const roomForResumed = 1.25;

export function createLiveCalls({ maxCalls, maxCallsPerClinic }: Limits): LiveCalls {
  const byClinic = new Map<ClinicId, number>();
  const watchers: ((count: number) => void)[] = [];
  let count = 0;

  function change(clinicId: ClinicId, by: 1 | -1): void {
    count += by;
    const left = (byClinic.get(clinicId) ?? 0) + by;
    if (left === 0) byClinic.delete(clinicId);
    else byClinic.set(clinicId, left);
    for (const heard of watchers) heard(count);
  }

  return {
    admit(clinicId, { isResumed } = { isResumed: false }) {
      const room = isResumed ? roomForResumed : 1;
      if (count >= maxCalls * room) return { outcome: 'full', reason: 'task' };
      if ((byClinic.get(clinicId) ?? 0) >= maxCallsPerClinic * room) return { outcome: 'full', reason: 'clinic' };
      change(clinicId, 1);
      let left = false;
      const leave = () => {
        if (left) return;
        left = true;
        change(clinicId, -1);
      };
      return { outcome: 'admitted', place: { leave } };
    },
    count: () => count,
    watch: (heard) => void watchers.push(heard),
  };
}
