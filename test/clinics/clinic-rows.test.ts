import { metaRow, profileOf, profileRows } from '#adapters/dynamodb/clinic-rows.ts';
import { fromItem, type Item, toItem } from '#adapters/dynamodb/table.ts';
import { SchedulingSettings } from '#domain/clinics/practice/scheduling-settings.ts';
import { cliniqueBenin } from './demo-clinics.ts';

const stored: Item[] = [metaRow(cliniqueBenin, 3), ...profileRows(cliniqueBenin)].map((row) => fromItem(toItem(row)));

test('a clinic stored before there was scheduling reads with what it then had, and the usual settings', () => {
  const former = stored
    .filter(({ SK }) => !/^(OPR|TYPE)#/.test(String(SK)))
    .map(({ scheduling: _s, humanLine: _h, emergencyLine: _e, overridesClinicHours: _o, ...item }) => item);
  const { humanLine: _humanLine, emergencyLine: _emergencyLine, ...then } = cliniqueBenin;
  const { version: _version, recipients: _recipients, ...profile } = profileOf(former) ?? {};
  const scheduling = SchedulingSettings.parse({});
  expect(profile).toEqual({ ...then, operatories: [], appointmentTypes: [], scheduling });
});

test('what a newer release has added to a row is left out', () => {
  const newer = stored.map((item) => ({
    ...item,
    added: true,
    ...(item.SK === 'META' && {
      scheduling: { ...cliniqueBenin.scheduling, added: 1 },
      humanLine: { ...cliniqueBenin.humanLine, added: 1 },
    }),
    ...(item.entity === 'AppointmentType' &&
      item.providers !== undefined && { providers: [{ id: cliniqueBenin.providers[0]?.id, added: 1 }] }),
  }));
  const { version: _version, recipients: _recipients, ...profile } = profileOf(newer) ?? {};
  expect(JSON.stringify(profile)).not.toContain('added');
  expect(profile).toMatchObject({
    scheduling: cliniqueBenin.scheduling,
    humanLine: cliniqueBenin.humanLine,
    operatories: cliniqueBenin.operatories,
  });
});

test('rooms and types keep the order of the file, whatever their ids', () => {
  const clinic = {
    ...cliniqueBenin,
    operatories: [...cliniqueBenin.operatories].reverse(),
    appointmentTypes: [...cliniqueBenin.appointmentTypes].reverse(),
  };
  const bySortKey = [metaRow(clinic, 1), ...profileRows(clinic)].sort((a, b) => (a.SK < b.SK ? -1 : 1));
  expect(profileOf(bySortKey)).toMatchObject({
    operatories: clinic.operatories,
    appointmentTypes: clinic.appointmentTypes,
  });
});
