import { expect, it } from 'vitest';
import { durationMarks } from './axes.ts';

it('marks durations at round values, whatever their size', () => {
  expect(durationMarks(0, 623, 6)).toEqual([0, 200, 400, 600]);
  expect(durationMarks(0, 90_000, 6)).toEqual([0, 30_000, 60_000, 90_000]);
  expect(durationMarks(0, 0.4, 6).map((mark) => mark.toFixed(1))).toEqual([
    '0.0',
    '0.1',
    '0.2',
    '0.3',
    '0.4',
  ]);
  expect(durationMarks(0, 10 * 86_400_000, 6)).toHaveLength(6);
});
