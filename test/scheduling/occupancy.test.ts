import fc from 'fast-check';
import { OperatoryId, ProviderId } from '#domain/ids.ts';
import type { Cell, Resource } from '#domain/scheduling/calendar/cell.ts';
import { occupancyOf } from '#domain/scheduling/slots/occupancy.ts';

const awa: Resource = { kind: 'provider', id: ProviderId.parse('6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b') };
const koffi: Resource = { kind: 'provider', id: ProviderId.parse('7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c') };
const room: Resource = { kind: 'operatory', id: OperatoryId.parse('1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01') };
const gridMs = 300_000;
const midnight = Date.parse('2026-10-05T00:00:00+01:00');
const asker = { gridMinutes: 5, zone: 'Africa/Porto-Novo', nowMs: midnight };

const anyCell = fc
  .record({
    resource: fc.constantFrom(awa, koffi, room),
    step: fc.integer({ min: -20, max: 320 }),
    kind: fc.constantFrom('booked' as const, 'block' as const),
    ref: fc.constantFrom('appointment-1', 'appointment-2', 'appointment-3'),
  })
  .map(({ step, ...cell }): Cell => ({ ...cell, startMs: midnight + step * gridMs }));
const anyCells = fc.uniqueArray(anyCell, {
  selector: ({ resource, startMs }) => `${resource.id} ${startMs}`,
  maxLength: 60,
});

test('it does not matter in which order the store gives its cells', () => {
  fc.assert(
    fc.property(
      anyCells,
      fc.integer({ min: -20, max: 320 }),
      fc.integer({ min: 1, max: 40 }),
      (cells, step, length) => {
        const given = occupancyOf(cells, asker);
        const grouped = [awa, koffi, room].flatMap((resource) =>
          cells.filter((cell) => cell.resource === resource).toSorted((a, b) => a.startMs - b.startMs),
        );
        const inOrder = occupancyOf(grouped, asker);
        const [fromMs, toMs] = [midnight + step * gridMs, midnight + (step + length) * gridMs];
        for (const resource of [awa, koffi, room]) {
          const taken = cells.some(
            (cell) => cell.resource === resource && cell.startMs < toMs && cell.startMs + gridMs > fromMs,
          );
          expect(given.isFree(resource, fromMs, toMs)).toBe(!taken);
          expect(inOrder.isFree(resource, fromMs, toMs)).toBe(!taken);
        }
        for (const provider of [awa, koffi]) {
          if (provider.kind !== 'provider') continue;
          const today = cells.filter(({ startMs }) => startMs >= midnight && startMs < midnight + 288 * gridMs);
          const booked = today.filter((cell) => cell.resource === provider && cell.kind === 'booked');
          const count = new Set(booked.map(({ ref }) => ref)).size;
          expect(given.appointmentsOn(provider.id, '2026-10-05')).toBe(count);
          expect(inOrder.appointmentsOn(provider.id, '2026-10-05')).toBe(count);
        }
      },
    ),
  );
});

test('part of a cell is a cell taken', () => {
  const { isFree } = occupancyOf([{ resource: awa, startMs: midnight, kind: 'block', ref: 'block-1' }], asker);
  expect(isFree(awa, midnight + 240_000, midnight + 600_000)).toBe(false);
  expect(isFree(awa, midnight - 300_000, midnight + 60_000)).toBe(false);
  expect(isFree(awa, midnight + 300_000, midnight + 600_000)).toBe(true);
  expect(isFree(awa, midnight - 300_000, midnight)).toBe(true);
  expect(isFree(koffi, midnight, midnight + 300_000)).toBe(true);
});
