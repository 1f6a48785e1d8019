import { Slug } from '#domain/clinics/slug.ts';
import { ClinicId } from '#domain/ids.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** The clinic of a public address, under its present slug or a former one. It proves nothing of whoever asks. */
export const createSlugs = (routing: Table) => ({
  async clinicOf(slug: string): Promise<ClinicId | undefined> {
    if (!Slug.safeParse(slug).success) return undefined;
    const item = await routing.get(keys.slug(slug));
    return item && ClinicId.parse(item.clinicId);
  },
});
