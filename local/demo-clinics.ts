import { readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { systemClock } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { applyClinics } from '#lambdas/clinics/apply-clinic.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import type { TableNames } from './local-json.ts';

const files = join(import.meta.dirname, 'scenarios/clinics/*.yaml');

/** The clinics of this machine, in its tables. */
export const clinicsOn = (client: DynamoDBClient, tables: TableNames): ClinicRegistry =>
  createClinicRegistry({
    core: openTable(client, tables.core),
    routing: openTable(client, tables.routing),
    audit: openTable(client, tables.audit),
  });

/**
 * Applies the demo clinics, unless there are clinics already: a person's own changes to them stand.
 * @throws Error when a file is wrong
 */
export async function seedDemoClinics(clinics: ClinicRegistry): Promise<void> {
  if ((await clinics.list()).length > 0) return;
  const texts = await Promise.all(
    globSync(files)
      .toSorted()
      .map(async (name) => ({ name, text: await readFile(name, 'utf8') })),
  );
  const { outcome, problems } = await applyClinics({ clinics, clock: systemClock })(texts);
  if (outcome !== 'applied') throw new Error(`the demo clinics: ${problems.map(problemText).join('; ')}`);
}

/** Every agent that the demo clinics name, for a vendor that is played here. */
export async function demoAgents(): Promise<string[]> {
  const texts = await Promise.all(globSync(files).map((name) => readFile(name, 'utf8')));
  return [...new Set(texts.flatMap((text) => text.match(/\bagent_[A-Za-z0-9]+/g) ?? []))].toSorted();
}

/** Every clinic with its whole profile, by slug. */
export async function allClinics(clinics: ClinicRegistry): Promise<ClinicProfile[]> {
  const profiles = await Promise.all((await clinics.list()).map(({ id }) => clinics.profile(id)));
  return profiles.filter((profile) => profile !== undefined);
}
