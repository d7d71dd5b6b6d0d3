import { expect, it } from 'vitest';
import {
  bytes,
  change,
  clock,
  count,
  counted,
  day,
  duration,
  durationMark,
  interval,
  moment,
  oneIn,
  share,
} from './words.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');

it.each([
  [0, '0 ms'],
  [0.05, '0.05 ms'],
  [9.4, '9.4 ms'],
  [436, '436 ms'],
  [1900, '1.90 s'],
  [12_400, '12.4 s'],
  [59_999, '1 min'],
  [319_000, '5 min 19 s'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
])('a duration of %d ms is %s', (millis, text) => expect(plain(duration(millis))).toBe(text));

it.each([
  [0, '0 %'],
  [0.00005, '< 0.01 %'],
  [0.0012, '0.12 %'],
  [0.07, '7.0 %'],
  [0.24, '24 %'],
  [0.999, '> 99 %'],
  [1, '100 %'],
])('a share of %d is %s', (value, text) => expect(plain(share(value))).toBe(text));

it('says intervals with the unit once, where it is the same', () => {
  expect(plain(interval(0.034, 0.044, share))).toBe('3.4 to 4.4 %');
  expect(plain(interval(0.00001, 0.01, share))).toBe('< 0.01 % to 1.0 %');
  expect(plain(interval(900, 1900, duration))).toBe('900 ms to 1.90 s');
  expect(plain(interval(300_000, 319_000, duration))).toBe('5 min to 5 min 19 s');
  expect(plain(interval(5, 5, duration))).toBe('5.0 ms');
});

it('counts as people do', () => {
  expect([count(1234), count(1_000_000), plain(count(3_140_000)), count(-12)]).toEqual([
    '1,234',
    '1,000,000',
    '3.1 M',
    '−12',
  ]);
  expect([counted(1, 'call'), counted(2, 'call')].map(plain)).toEqual(['1 call', '2 calls']);
  expect([oneIn(0.038), oneIn(0.52), oneIn(1)]).toEqual(['one call in 26', '5 calls in 10', 'every call']);
  expect([plain(bytes(536_870_912)), plain(bytes(71_000_000)), plain(durationMark(0.03))]).toEqual([
    '512 MB',
    '67.7 MB',
    '30 µs',
  ]);
});

it('writes times in UTC with a Z, and the year when it is another', () => {
  const at = Date.UTC(2026, 10, 28, 14, 32, 7);
  expect(clock(at, true)).toBe('14:32:07Z');
  expect(day(at, true, Date.UTC(2026, 11, 1))).toBe('Sat 28 Nov 14:32Z');
  expect(day(at, true, Date.UTC(2027, 1, 1))).toBe('Sat 28 Nov 2026 14:32Z');
  expect(moment(at, true, at)).toBe('Sat 28 Nov 14:32:07Z');
});

it('says no change rather than a change smaller than can be said', () => {
  expect([0.12, -0.0051, -0.000004, 0].map((value) => plain(change(value)))).toEqual([
    '+12 %',
    '−0.51 %',
    '0 %',
    '0 %',
  ]);
});
