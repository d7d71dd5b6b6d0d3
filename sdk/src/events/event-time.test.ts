import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { delayMs, parseEventTime } from './event-time.ts';

const MOMENT = Date.UTC(2026, 2, 14, 15, 9, 26, 535);

test.each([
  [MOMENT, MOMENT],
  [MOMENT / 1e3, MOMENT],
  [Math.floor(MOMENT / 1e3), MOMENT - 535],
  [String(MOMENT), MOMENT],
  [`${MOMENT}123`, MOMENT + 0.123],
  [`${MOMENT}123456`, MOMENT + 0.123456],
  ['1773500966.535', MOMENT],
  ['2026-03-14T15:09:26.535Z', MOMENT],
  ['2026-03-14T15:09:26Z', MOMENT - 535],
  ['2026-03-14T15:09:26.535123456Z', MOMENT],
  ['2026-03-14T15:09:26.535+0000', MOMENT],
  ['2026-03-14T16:39:26.535+01:30', MOMENT],
])('%j is a moment', (value, expected) => {
  expect(parseEventTime(value)).toBeCloseTo(expected, 2);
});

test.each([
  [undefined],
  [null],
  [''],
  ['soon'],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [-MOMENT],
  [12],
  [true],
  [{}],
  [[MOMENT]],
  ['2026-03-14'],
  ['2026-03-14T15:09:26'],
  ['2026-13-14T15:09:26Z'],
  ['Jan 1, 1970, 12:33:41 AM'],
  ['14/Mar/2026:15:09:26 +0000'],
  ['0x19CECE21247'],
  ['1'.repeat(1e5)],
])('%j is none', (value) => {
  expect(parseEventTime(value)).toBeUndefined();
});

test('the oldest possible moment counts', () => {
  expect(delayMs([], MOMENT)).toBeUndefined();
  expect(delayMs([MOMENT - 1, 'soon', MOMENT - 2, MOMENT + 1], MOMENT)).toBe(2);
  expect(delayMs([MOMENT + 300_000], MOMENT)).toBe(-300_000);
  expect(delayMs([MOMENT + 300_001, Date.UTC(2014, 0) - 1], MOMENT)).toBeUndefined();
});

test('for any input, a delay is a number within its limits or absent', () => {
  const value = fc.oneof(fc.anything(), fc.double(), fc.date().map(String), fc.bigInt().map(String));
  const property = fc.property(fc.array(value), (moments) => {
    const delay = delayMs(moments, MOMENT);
    return delay === undefined || (delay >= -300_000 && delay <= MOMENT - Date.UTC(2014, 0));
  });
  expect(fc.check(property)).toMatchObject({ failed: false });
});
