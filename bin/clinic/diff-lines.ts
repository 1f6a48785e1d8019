import { isoInstant } from '#domain/clock.ts';
import type { ClinicFieldChange } from '#domain/clinics/clinic-changes.ts';
import type { AppliedClinic } from '#lambdas/clinics/apply-clinic.ts';
import { paint } from './paint.ts';

const signs = { added: ['+', 'green'], removed: ['-', 'red'], changed: ['~', 'yellow'] } as const;

/** A clinic and what changes in it, for a terminal. */
export function diffLines({ clinic, result, changes, changedByPeopleAtMs }: AppliedClinic, dryRun: boolean): string[] {
  const would = dryRun && result !== 'unchanged' ? 'would be ' : '';
  const word = result === 'unchanged' ? paint('dim', 'no change') : paint('bold', `${would}${result}`);
  const undoes = dryRun && changes.length > 0 && changedByPeopleAtMs !== undefined;
  return [
    `${clinic.slug}: ${word}`,
    ...changes.map(changeLine),
    ...(undoes
      ? [
          `  ! its people have changed it since a file was applied, last at ${isoInstant(changedByPeopleAtMs)}: needs --overwrite`,
        ]
      : []),
  ];
}

function changeLine({ kind, path, from, to }: ClinicFieldChange): string {
  const [sign, colour] = signs[kind];
  return paint(colour, `  ${sign} ${path}${content(kind, from, to)}`);
}

function content(kind: ClinicFieldChange['kind'], from: string | undefined, to: string | undefined): string {
  if (kind === 'changed') return `: ${from} → ${to}`;
  const value = to ?? from;
  return value === undefined ? '' : `: ${value}`;
}
