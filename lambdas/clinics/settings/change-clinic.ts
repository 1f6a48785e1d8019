import type { Clock } from '#domain/clock.ts';
import { claimConflicts } from '#domain/clinics/claim-conflicts.ts';
import { Clinic } from '#domain/clinics/clinic.ts';
import { clinicChanges } from '#domain/clinics/clinic-changes.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import type { UserId } from '#domain/ids.ts';
import type { HttpAnswer } from '#lambdas/http.ts';
import { calendarRefusals } from '../calendar-refusals.ts';
import { onRecord } from '../change-on-record.ts';
import { clinicProblems, type PlacedProblem } from '../clinic-problems.ts';
import { type Path, pathText } from '../written-path.ts';
import { collections, entriesOf } from './collections.ts';
import { written } from './read-body.ts';
import { pastClosures } from './past-closures.ts';
import { bookedCode, refuse } from './refusals.ts';
import { inSection, sections } from './sections.ts';

interface Deps {
  clinics: ClinicRegistry;
  clock: Clock;
}

/** What somebody wants a clinic to become. */
export interface Wanted {
  before: ClinicProfile;
  /** The clinic with the change in it, still to be checked. */
  candidate: unknown;
  /** Where a place of the clinic stands in what was sent; nothing for what was not sent. */
  sent(path: Path): Path | undefined;
  /** Recipients that are new, by id. */
  unverified?: readonly string[];
  /** What goes on record besides the names of fields. */
  reason?: string;
  by: UserId;
  requestId: string;
}

/**
 * Makes a clinic what somebody wants by the rules that a clinic file is applied by, on record in the same write. Refusals
 * say everything that is wrong with what was sent, and what other settings stand against it.
 */
export function changeClinic({ clinics, clock }: Deps) {
  return async (wanted: Wanted): Promise<{ profile: ClinicProfile } | { refused: HttpAnswer }> => {
    const { before, candidate, sent, unverified, reason, by, requestId } = wanted;
    const result = Clinic.safeParse(candidate);
    const at = clock.now();
    const problems = [
      ...clinicProblems(candidate, result, 'a field of it'),
      ...(result.success ? pastClosures(before, result.data, at) : []),
    ];
    const own = problems.flatMap(({ path, message }) => {
      const place = sent(path);
      return place ? [written({ path: place, message })] : [];
    });
    const others = problems.filter(({ path }) => !sent(path)).map((problem) => elsewhere(candidate, problem));
    if (own.length) {
      return { refused: refuse('invalid-request', { fields: own, ...(!result.success && { conflicts: others }) }) };
    }
    // Of a clinic that the schema accepts, what is wrong elsewhere was so before: a plan of numbers that changed.
    if (!result.success) return { refused: refuse('breaks-other-settings', { conflicts: others }) };

    const after = result.data;
    const changes = clinicChanges(before, after);
    if (changes.length === 0) return { profile: before };
    const [refusal, ...more] = await calendarRefusals(clinics, before, after, at);
    if (refusal) {
      const conflicts = [refusal, ...more].map((problem) => elsewhere(before, problem));
      return { refused: refuse(bookedCode[refusal.what], { conflicts }) };
    }
    const [event, ...others_] = onRecord({ before, clinic: after, changes }, requestId, at, {
      actorType: 'user',
      actorId: by,
    });
    const events = [{ ...event!, ...(reason && { reason }) }, ...others_];
    const change = { before, after, events, by: 'people', ...(unverified && { unverified }) } as const;
    const { outcome } = await clinics.save([change], at);
    switch (outcome) {
      case 'saved':
        return { profile: become(before, after, unverified, at) };
      case 'too-large':
        throw new Error('a change of one clinic does not fit into one transaction');
      case 'changed-meanwhile':
        return { refused: await lost(after) };
    }
  };

  /** Somebody was quicker: another clinic with its slug, or another person with this clinic. */
  async function lost(after: Clinic): Promise<HttpAnswer> {
    const conflicts = claimConflicts([after], await clinics.holders([after]));
    return refuse(conflicts.some(({ path }) => path[0] === 'slug') ? 'slug-taken' : 'changed-meanwhile');
  }
}

/** Where something stands, as the settings are read: the section, the entry, the place in it. */
function elsewhere(clinic: unknown, { path, message }: PlacedProblem) {
  for (const [section, collection] of Object.entries(collections)) {
    const { at, idOf } = collection;
    if (!at.every((part, index) => path[index] === part)) continue;
    const [place, ...rest] = path.slice(at.length);
    const entry = typeof place === 'number' ? entriesOf(collection, clinic as Clinic)[place] : undefined;
    return { section, ...(entry && { id: idOf(entry) }), path: pathText(rest), message };
  }
  for (const [section, one] of Object.entries(sections)) {
    const inside = inSection(one, path);
    if (inside) return { section, path: pathText(inside), message };
  }
  return { section: '', path: pathText(path), message };
}

/** The clinic as it stands after its change; what became of addresses stays with them. */
function become(before: ClinicProfile, after: Clinic, unverified: readonly string[] = [], at: number): ClinicProfile {
  const known = new Map(before.recipients.map((recipient) => [recipient.recipientId, recipient]));
  return {
    ...after,
    version: before.version + 1,
    recipients: after.email.recipients.map((recipient) => {
      const recipientId = recipientIdOf(recipient.address);
      const { disabled, awaiting = unverified.includes(recipientId) ? { sinceMs: at } : undefined } =
        known.get(recipientId) ?? {};
      return { ...recipient, recipientId, ...(disabled && { disabled }), ...(awaiting && { awaiting }) };
    }),
  };
}
