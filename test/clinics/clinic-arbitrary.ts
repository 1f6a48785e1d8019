import fc from 'fast-check';
import { weekdays } from '#domain/clinics/clinic.ts';

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

const time = fc.integer({ min: 0, max: 24 * 12 }).map((n) => {
  return `${String(Math.floor(n / 12)).padStart(2, '0')}:${String((n % 12) * 5).padStart(2, '0')}`;
});
const day = fc
  .uniqueArray(time, { maxLength: 6 })
  .map((times) => times.sort())
  .map((times) =>
    times.flatMap((from, index) => (index % 2 || !times[index + 1] ? [] : [`${from}-${times[index + 1]}`])),
  );
const hours = fc.record(Object.fromEntries(weekdays.map((weekday) => [weekday, day])), { requiredKeys: [] });

const date = fc.date({ min: new Date('2026-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
const closures = fc.uniqueArray(
  fc.record({
    date: date.map((at) => at.toISOString().slice(0, 10)),
    interval: optional(day.map(([first]) => first)),
    reason: optional(oneLine),
  }),
  { selector: (closure) => closure.date, maxLength: 8 },
);

const providers = fc.uniqueArray(
  fc.record({
    id: uuid,
    honorific: optional(fc.constantFrom('Dr' as const, 'Pr' as const, 'Mme' as const)),
    givenName: name,
    familyName: name,
    specialties: fc.array(oneLine, { maxLength: 2 }),
    active: optional(fc.boolean()),
    displayOrder: optional(fc.integer({ min: 0, max: 9 })),
    hours: optional(hours),
  }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 4 },
);

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
  fc.record({
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
    providers,
    hours: optional(hours),
    closures: optional(closures),
    email: fc.record({
      content: fc.constantFrom('link_only' as const, 'summary' as const, 'full' as const),
      recipients,
      replyTo: optional(fc.constant('desk@clinic.example')),
      sendUpdate: optional(fc.boolean()),
    }),
  });
