import { readFileSync } from 'node:fs';
import { checkClinicFiles, type ClinicFileText } from '#lambdas/clinics/apply-clinic.ts';
import type { Clinic } from '#domain/clinics/clinic.ts';

const demoFile = (name: string): ClinicFileText => ({
  name,
  text: readFileSync(new URL(`../../local/scenarios/clinics/${name}`, import.meta.url), 'utf8'),
});

/** The clinic files that `npm start` applies. */
export const demoFiles = ['clinique-benin.yaml', 'cabinet-du-parc.yaml', 'lakeside-dental.yaml'].map(demoFile);

const { clinicFiles } = checkClinicFiles(demoFiles);

/** The three clinics as their files describe them. */
export const [cliniqueBenin, cabinetDuParc, lakesideDental] = clinicFiles.map(({ clinic }) => clinic) as [
  Clinic,
  Clinic,
  Clinic,
];
