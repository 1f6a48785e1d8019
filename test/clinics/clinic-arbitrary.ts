import fc from 'fast-check';
import { weekdays } from '#domain/clinics/hours/weekly-hours.ts';

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const uuid = fc.uuid({ version: 4 });

/** Names as people have them, and as they break things: accents, apostrophes, markup, emoji, what YAML takes for itself. */
const oneLine = fc.oneof(
  fc.constantFrom(
    'Awa',
    "N'Dour",
    'Ève-Marie',
    'O’Neil',
    '<b>',
    'no',
    '12',
    '1e3',
    '- x',
    'a: b',
    '#',
    '"q"',
    '👩‍⚕️',
    '{}',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text) && text.trim() !== ''),
);
/** A name that an honorific would be stripped from is not what comes back. */
const name = oneLine.filter((text) => !/^\s*(dr|docteur|doctor|pr|prof)\b/i.test(text));

type Grid = 5 | 10 | 15;

/** A time of day on the grid, up to 24:00. */
const time = (grid: Grid) =>
  fc.integer({ min: 0, max: (24 * 60) / grid }).map((steps) => {
    const minutes = steps * grid;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  });
const day = (grid: Grid) =>
  fc
    .uniqueArray(time(grid), { maxLength: 6 })
    .map((times) => times.sort())
    .map((times) =>
      times.flatMap((from, index) => (index % 2 || !times[index + 1] ? [] : [`${from}-${times[index + 1]}`])),
    );
const hours = (grid: Grid) =>
  fc.record(Object.fromEntries(weekdays.map((weekday) => [weekday, day(grid)])), { requiredKeys: [] });

const date = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));

const providers = (grid: Grid) =>
  fc.uniqueArray(
    fc.record({
      id: uuid,
      honorific: optional(fc.constantFrom('Dr' as const, 'Pr' as const, 'Mme' as const)),
      givenName: name,
      familyName: name,
      specialties: fc.array(oneLine, { maxLength: 2 }),
      active: optional(fc.boolean()),
      displayOrder: optional(fc.integer({ min: 0, max: 9 })),
      hours: optional(hours(grid)),
      overridesClinicHours: optional(fc.boolean()),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 4 },
  );

const capability = fc.constantFrom('échographie', 'surgery', 'laser');
const operatories = fc.uniqueArray(
  fc.record({
    id: uuid,
    name: oneLine,
    capabilities: optional(fc.uniqueArray(capability)),
    active: optional(fc.boolean()),
    displayOrder: optional(fc.integer({ min: 0, max: 9 })),
    externalId: optional(oneLine),
  }),
  { selector: ({ id }) => id, maxLength: 3 },
);

const minutes = (grid: Grid, least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((steps) => steps * grid);

interface Known {
  grid: Grid;
  providerIds: string[];
  rooms: { id: string; capabilities?: string[] | undefined }[];
}

/** A type that the clinic's providers and rooms can do, whether written long or short. */
const appointmentType = ({ grid, providerIds, rooms }: Known) =>
  fc.constantFrom(undefined, ...rooms).chain((room) => {
    const performer = fc
      .record({ id: fc.constantFrom(...providerIds), durationMin: optional(minutes(grid, 1, 20)) })
      .map(({ id, durationMin }) => (durationMin === undefined ? id : { id, durationMin }));
    return fc.record({
      id: uuid,
      names: fc.record({ fr: oneLine, en: oneLine, 'fr-BJ': oneLine }, { requiredKeys: ['fr', 'en'] }),
      durationMin: minutes(grid, 1, 20),
      bufferBeforeMin: optional(minutes(grid, 0, 12)),
      bufferAfterMin: optional(minutes(grid, 0, 12)),
      needsOperatory: room ? optional(fc.constant(true)) : fc.constant(false),
      capabilities: optional(room?.capabilities?.length ? fc.subarray(room.capabilities) : fc.constant<string[]>([])),
      providers: optional(
        fc.uniqueArray(performer, {
          selector: (one) => (typeof one === 'string' ? one : one.id),
          minLength: 1,
        }),
      ),
      operatories: room ? optional(fc.constant([room.id])) : fc.constant(undefined),
      bookableByAgent: optional(fc.boolean()),
      active: optional(fc.boolean()),
      displayOrder: optional(fc.integer({ min: 0, max: 9 })),
    });
  });

const closure = ({ grid, providerIds, rooms }: Known) =>
  fc
    .constantFrom({}, ...providerIds.map((provider) => ({ provider })), ...rooms.map(({ id }) => ({ operatory: id })))
    .chain((whose: { provider?: string; operatory?: string }) =>
      fc.record({
        date,
        interval: optional(day(grid).map(([first]) => first)),
        reason: optional(oneLine),
        provider: fc.constant(whose.provider),
        operatory: fc.constant(whose.operatory),
      }),
    );

const scheduling = (grid: Grid) =>
  fc.record({
    gridMinutes: grid === 5 ? optional(fc.constant(grid)) : fc.constant(grid),
    slotStepMin: optional(minutes(grid, 1, 12)),
    leadTimeMin: optional(fc.integer({ min: 0, max: 3000 })),
    horizonDays: optional(fc.integer({ min: 1, max: 365 })),
    holdMinutes: optional(fc.integer({ min: 1, max: 15 })),
    maxOffers: optional(fc.integer({ min: 1, max: 3 })),
    cancelNoticeMin: optional(fc.integer({ min: 0, max: 3000 })),
  });

const line = fc.record({ number: fc.constantFrom('+33199005678', '+33199005679'), hours: optional(hours(15)) });

const recipients = fc.uniqueArray(
  fc.record({
    address: fc.integer({ min: 1, max: 99 }).map((n) => `desk-${n}@clinic.example`),
    events: optional(fc.constantFrom(['all' as const], ['booked' as const, 'failed' as const])),
  }),
  { selector: ({ address }) => address, minLength: 1, maxLength: 4 },
);

/** Numbers that exist on paper only: 555-0100 to 555-0199 of Washington. */
const number = fc.integer({ min: 100, max: 199 }).map((n) => `+12025550${n}`);

/** Any clinic with this id, as its file would say it. */
export const anyClinicFile = (id: string) =>
  fc
    .constantFrom<Grid>(5, 5, 10, 15)
    .chain((grid) => fc.tuple(fc.constant(grid), providers(grid), operatories))
    .chain(([grid, staff, rooms]) => clinicFile(id, grid, staff, rooms));

const clinicFile = <Staff extends { id: string }, Room extends Known['rooms'][number]>(
  id: string,
  grid: Grid,
  staff: Staff[],
  rooms: Room[],
) => {
  const known = { grid, providerIds: staff.map((provider) => provider.id), rooms };
  return fc.record({
    id: fc.constant(id),
    slug: fc.constantFrom('first-name', 'second-name', 'third-name').map((slug) => `${slug}-${id.slice(0, 6)}`),
    name: oneLine,
    status: optional(fc.constantFrom('active' as const, 'inactive' as const, 'suspended' as const)),
    country: fc.constantFrom('BJ', 'FR', 'US'),
    zone: fc.constantFrom('Africa/Porto-Novo', 'Europe/Paris', 'America/New_York'),
    languages: fc.constantFrom(['fr', 'en'], ['fr', 'en', 'fr-BJ']),
    defaultLanguage: fc.constantFrom('fr', 'en'),
    address: oneLine,
    phone: optional(fc.constant('+33199001234')),
    greeting: optional(fc.constantFrom({}, { fr: 'Bonjour.' }, { fr: 'Bonjour.', en: 'Hello.' })),
    emergencyNumbers: fc.constantFrom(['15', '112'], ['911']),
    numbers: fc.uniqueArray(fc.record({ number, language: optional(fc.constantFrom('fr', 'en')) }), {
      selector: (entry) => entry.number,
      minLength: 1,
      maxLength: 3,
    }),
    agents: fc.constantFrom(
      [{ provider: 'retell' as const, id: 'agent_shared000001', kind: 'shared' as const }],
      [{ provider: 'retell' as const, id: `agent_own${id.slice(0, 6)}`, kind: 'dedicated' as const }],
    ),
    providers: fc.constant(staff),
    operatories: rooms.length ? fc.constant(rooms) : fc.constantFrom(rooms, undefined),
    hours: optional(hours(grid)),
    closures: optional(
      fc.uniqueArray(closure(known), {
        selector: (one) => [one.date, one.provider, one.operatory].join(),
        maxLength: 8,
      }),
    ),
    appointmentTypes: optional(fc.uniqueArray(appointmentType(known), { selector: (type) => type.id, maxLength: 4 })),
    scheduling: grid === 5 ? optional(scheduling(grid)) : scheduling(grid),
    humanLine: optional(line),
    emergencyLine: optional(line),
    email: fc.record({
      content: fc.constantFrom('link_only' as const, 'summary' as const, 'full' as const),
      recipients,
      replyTo: optional(fc.constant('desk@clinic.example')),
      sendUpdate: optional(fc.boolean()),
    }),
    retention: optional(
      fc.record({ transcriptDays: optional(fc.integer({ min: 1, max: 3650 })), longerBecause: oneLine }),
    ),
  });
};
