import { randomUUID } from 'node:crypto';
import { type Clock, isoInstant } from '#domain/clock.ts';
import { type ClaimConflict, claimConflicts, handOvers } from '#domain/clinics/claim-conflicts.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';
import { clinicChanges, type ClinicFieldChange } from '#domain/clinics/clinic-changes.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { type CalendarRefusal, calendarRefusals } from './calendar-refusals.ts';
import { type ClinicFile, type Problem, readClinicFile } from './clinic-file.ts';
import { onRecord } from './change-on-record.ts';

interface Deps {
  clinics: ClinicRegistry;
  clock: Clock;
}

/** A clinic file as it came. The name is what problems are reported under. */
export interface ClinicFileText {
  name: string;
  text: string;
}

/** What applying does, or would do, to one clinic. */
export interface AppliedClinic {
  file: string;
  clinic: Clinic;
  result: 'created' | 'updated' | 'unchanged';
  changes: ClinicFieldChange[];
  /** The clinic's own people have changed it since a file was applied, the last time then; epoch milliseconds. */
  changedByPeopleAtMs?: number;
}

/** `overwrite`: also where it undoes what the people of a clinic have changed since. */
export interface ApplyOptions {
  dryRun?: boolean;
  overwrite?: boolean;
}

/**
 * `applied`: everything is as the files say. `refused`: nothing was written, for the reasons in `problems`.
 * `incomplete`: the clinics in `clinics` were written; the others met a change made at the same time.
 */
export interface ApplyResult {
  outcome: 'applied' | 'refused' | 'incomplete';
  clinics: AppliedClinic[];
  problems: Problem[];
}

interface Plan {
  problems: Problem[];
  clinics: (AppliedClinic & { before?: ClinicProfile; source: ClinicFile })[];
}

/** Checks files by themselves and against each other; touches no table. */
export function checkClinicFiles(files: ClinicFileText[]): { clinicFiles: ClinicFile[]; problems: Problem[] } {
  const read = files.map(({ name, text }) => readClinicFile(name, text));
  const clinicFiles = read.flatMap((result) => (result.problems ? [] : [result.clinicFile]));
  const none = { numbers: new Map(), agents: new Map(), slugs: new Map() };
  const conflicts = claimConflicts(
    clinicFiles.map(({ clinic }) => clinic),
    none,
  );
  return {
    clinicFiles,
    problems: [...read.flatMap(({ problems }) => problems ?? []), ...conflicts.map(conflictAmong(clinicFiles))],
  };
}

/**
 * Makes the stored clinics what their files say. Everything is checked before anything is written; running it again
 * changes nothing. With `dryRun` it only tells what it would do. A file that is older than what the people of its clinic
 * have changed is refused, for it knows nothing of that.
 */
export function applyClinics({ clinics, clock }: Deps) {
  return async (
    files: ClinicFileText[],
    { dryRun = false, overwrite = false }: ApplyOptions = {},
  ): Promise<ApplyResult> => {
    const planned = await plan(clinics, files, clock.now());
    if (planned.problems.length) return { outcome: 'refused', clinics: [], problems: planned.problems };
    if (dryRun) return { outcome: 'applied', clinics: planned.clinics.map(shown), problems: [] };
    const undoing = overwrite ? [] : planned.clinics.filter(undoesPeople);
    if (undoing.length) return { outcome: 'refused', clinics: [], problems: undoing.map(whyNot) };

    const runId = `cli-${randomUUID()}`;
    // A file that says what the people wanted knows of it from now on.
    const isOpen = ({ result, changedByPeopleAtMs }: AppliedClinic) =>
      result !== 'unchanged' || changedByPeopleAtMs !== undefined;
    const written = planned.clinics.filter((clinic) => !isOpen(clinic));
    const open = planned.clinics.filter(isOpen);
    const problems: Problem[] = [];
    for (const group of handOvers(open.map(({ before, clinic }) => ({ before, after: clinic })))) {
      const members = group.map((index) => open[index] as Plan['clinics'][number]);
      const at = clock.now();
      const { outcome } = await clinics.save(
        members.map((member) => ({
          before: member.before,
          after: member.clinic,
          events: member.changes.length ? onRecord(member, runId, at) : [],
          by: 'file',
        })),
        at,
      );
      if (outcome === 'saved') written.push(...members);
      else problems.push(...(await notSaved(clinics, members, outcome)));
    }
    if (problems.length === 0) return { outcome: 'applied', clinics: planned.clinics.map(shown), problems };
    const changed = written.some(({ result }) => result !== 'unchanged');
    return { outcome: changed ? 'incomplete' : 'refused', clinics: written.map(shown), problems };
  };
}

async function plan(clinics: ClinicRegistry, files: ClinicFileText[], nowMs: number): Promise<Plan> {
  const { clinicFiles, problems } = checkClinicFiles(files);
  const wanted = clinicFiles.map(({ clinic }) => clinic);
  const [holders, stored] = await Promise.all([
    clinics.holders(wanted),
    Promise.all(wanted.map(({ id }) => clinics.profile(id))),
  ]);
  const withHolders = claimConflicts(wanted, holders).filter(({ holder }) => 'clinicId' in holder);
  const refusals = await Promise.all([
    ...withHolders.map(async (conflict) => [await conflictWithHolder(clinics, clinicFiles, conflict)]),
    ...clinicFiles.map(async (source, index) => {
      const before = stored[index];
      const refusals = before ? await calendarRefusals(clinics, before, source.clinic, nowMs) : [];
      return refusals.map(({ path, ...refusal }) => source.problemAt(path, inFile(refusal)));
    }),
  ]);
  problems.push(...refusals.flat());
  return {
    problems,
    clinics: clinicFiles.map((source, index) => {
      const before = stored[index];
      const changes = clinicChanges(before, source.clinic);
      const result = before ? (changes.length ? 'updated' : 'unchanged') : 'created';
      const { changedByPeopleAtMs } = before ?? {};
      const told = {
        file: source.file,
        clinic: source.clinic,
        changes,
        ...(changedByPeopleAtMs && { changedByPeopleAtMs }),
      };
      return { ...told, source, before, result };
    }),
  };
}

/** What patients are booked with is not taken out, but it need not be offered any more. */
const inFile = ({ what, message }: Omit<CalendarRefusal, 'path'>): string =>
  what === 'grid' ? message : `${message}; keep it in the file with active: false`;

const undoesPeople = ({ result, changedByPeopleAtMs }: AppliedClinic): boolean =>
  result === 'updated' && changedByPeopleAtMs !== undefined;

const whyNot = ({ source, clinic, changedByPeopleAtMs = 0 }: Plan['clinics'][number]): Problem =>
  source.problemAt(
    [],
    `the people of ${clinic.slug} have changed it since a file was applied (last at ${isoInstant(changedByPeopleAtMs)}): ` +
      'look at what this file would undo with --dry-run, take that into the file, or apply with --overwrite',
  );

const shown = ({ source: _source, before: _before, ...applied }: Plan['clinics'][number]): AppliedClinic => applied;

/** Looks again: whoever was quicker can now be named. */
async function notSaved(
  clinics: ClinicRegistry,
  members: Plan['clinics'],
  outcome: 'changed-meanwhile' | 'too-large',
): Promise<Problem[]> {
  if (outcome === 'too-large') {
    return members.map(({ source }) =>
      source.problemAt(
        [],
        'changes hands with other files in more places than can be written at once; do it in two runs',
      ),
    );
  }
  const sources = members.map(({ source }) => source);
  const conflicts = claimConflicts(
    sources.map(({ clinic }) => clinic),
    await clinics.holders(sources.map(({ clinic }) => clinic)),
  );
  if (conflicts.length) return Promise.all(conflicts.map((conflict) => conflictWithHolder(clinics, sources, conflict)));
  return sources.map((source) =>
    source.problemAt(
      [],
      `the clinic ${source.clinic.slug} was changed meanwhile; nothing of this file was written, run again`,
    ),
  );
}

const sentence: Record<ClaimConflict['how'], (claim: string, holder: string) => string> = {
  'same-id': (claim, holder) => `${claim} is also the id of ${holder}`,
  number: (claim, holder) => `${claim} is held by ${holder}`,
  slug: (claim, holder) => `${claim} is the slug of ${holder}`,
  'former-slug': (claim, holder) => `${claim} is a former slug of ${holder} and stays with it`,
  'dedicated-agent': (claim, holder) => `${claim} is dedicated to ${holder}`,
  'shared-agent': (claim, holder) => `${claim} is shared by ${holder} and cannot be dedicated to another`,
};

/** A conflict between two files of one run, told at its place. */
const conflictAmong =
  (files: ClinicFile[]) =>
  ({ clinic, path, claim, how, holder }: ClaimConflict): Problem => {
    const other = 'clinic' in holder ? files[holder.clinic] : undefined;
    const message = sentence[how](claim, `clinic ${other?.clinic.slug} in ${other?.file}`);
    return (files[clinic] as ClinicFile).problemAt(path, message);
  };

async function conflictWithHolder(
  clinics: ClinicRegistry,
  files: ClinicFile[],
  { clinic, path, claim, how, holder }: ClaimConflict,
): Promise<Problem> {
  const profile = 'clinicId' in holder ? await clinics.profile(holder.clinicId) : undefined;
  const name = `clinic ${profile?.slug ?? ('clinicId' in holder ? holder.clinicId : '')}`;
  return (files[clinic] as ClinicFile).problemAt(path, sentence[how](claim, name));
}
