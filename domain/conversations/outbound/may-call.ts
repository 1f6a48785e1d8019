import type { Clinic } from '../../clinics/clinic.ts';
import type { SuppressionList } from '../../clinics/suppression-list.ts';
import type { E164 } from '../../e164.ts';
import { destinationProblem, normalizePhone } from '../../phone-number.ts';
import { callableFrom } from './quiet-hours.ts';

/** Why a number is not called, the reason that weighs most first. */
export const callRefusals = ['calls-refused', 'no-consent', 'number-not-callable', 'quiet-hours'] as const;
export type CallRefusal = (typeof callRefusals)[number];

export type MayCall =
  | { outcome: 'allowed'; number: E164 }
  /** `fromMs`: from when on it is not quiet any more. */
  | { outcome: 'refused'; reason: CallRefusal; fromMs?: number };

interface Asked {
  clinic: Clinic;
  /** Where the person can be reached, the likeliest first. */
  numbers: readonly E164[];
  /** Those of them they agreed to be called on. */
  consented: ReadonlySet<E164>;
  nowMs: number;
}

/**
 * Which of somebody's numbers may be called now. Whoever asked on one of them not to be called is called on none: the
 * person said it, not their telephone. Of several that may not, the one that comes nearest says why: it is
 * only night there, rather than refused.
 */
export function mayCall({ suppressions }: { suppressions: Pick<SuppressionList, 'refusedBy'> }) {
  function judge(number: E164, { clinic, consented, nowMs }: Asked): MayCall {
    if (!consented.has(number)) return { outcome: 'refused', reason: 'no-consent' };
    // A clinic that rings itself would talk to itself.
    const isOurs = clinic.numbers.some((own) => own.number === number);
    const phone = normalizePhone(number, clinic.country);
    if (isOurs || destinationProblem(phone, clinic.outbound.countries ?? [clinic.country])) {
      return { outcome: 'refused', reason: 'number-not-callable' };
    }
    const fromMs = callableFrom(number, clinic, nowMs);
    if (fromMs === nowMs) return { outcome: 'allowed', number };
    return { outcome: 'refused', reason: 'quiet-hours', ...(fromMs !== undefined && { fromMs }) };
  }

  return async (asked: Asked): Promise<MayCall> => {
    const { clinic, numbers } = asked;
    const refusals = await Promise.all(numbers.map((number) => suppressions.refusedBy(clinic.id, number)));
    if (refusals.some((refusal) => refusal.has('calls'))) return { outcome: 'refused', reason: 'calls-refused' };
    const judged = numbers.map((number) => judge(number, asked));
    const allowed = judged.find(({ outcome }) => outcome === 'allowed');
    if (allowed) return allowed;
    const refused = judged.flatMap((one) => (one.outcome === 'refused' ? [one] : []));
    const [nearest] = refused.sort(
      (a, b) => callRefusals.indexOf(b.reason) - callRefusals.indexOf(a.reason) || (a.fromMs ?? 0) - (b.fromMs ?? 0),
    );
    return nearest ?? { outcome: 'refused', reason: 'number-not-callable' };
  };
}
