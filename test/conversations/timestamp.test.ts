import { readTimestamp } from '#domain/conversations/timestamp.ts';

test('milliseconds stay, seconds are found out, anything else is no time of a call', () => {
  expect(readTimestamp(1790582400000)).toEqual({ epochMs: 1790582400000 });
  expect(readTimestamp(1640000000)).toEqual({ epochMs: 1640000000000, unitCorrected: true });
  expect(readTimestamp(12)).toEqual({ impossible: true });
  expect(readTimestamp(-1)).toEqual({ impossible: true });
  expect(readTimestamp(Number.NaN)).toEqual({ impossible: true });
  expect(readTimestamp(null)).toEqual({});
});
